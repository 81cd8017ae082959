"""When somebody is away, of feeds as Outlook, Google and Apple write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.calendars.feed import away_times

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def feed(*events, head=""):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test", *filter(None, [head])]
    for number, event in enumerate(events):
        uid = [] if "UID:" in event else [f"UID:{number}"]
        lines += ["BEGIN:VEVENT", *uid, *event.splitlines(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def away(*events, zone=BERLIN):
    return [(one.starts_at.isoformat()[:16], one.ends_at.isoformat()[:16])
            for one in away_times(feed(*events), zone, NOW)]


MEETING = "DTSTART:20261201T090000Z\nDTEND:20261201T100000Z\nSUMMARY:Planning"
DAYS = "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227\n"


@pytest.mark.parametrize("event", [
    MEETING, DAYS + "SUMMARY:Trade fair", DAYS + "SUMMARY:Trade fair\nTRANSP:TRANSPARENT",
    MEETING.replace("Planning", "Vacation planning"), DAYS + "SUMMARY:Vacation\nSTATUS:CANCELLED",
    DAYS + "SUMMARY:Home\nTRANSP:OPAQUE\nX-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE",
    DAYS + "SUMMARY:Urlaub?\nX-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", "SUMMARY:Out of office", "DTSTART:never",
    DAYS.replace("2026", "2025") + "SUMMARY:Vacation",
    MEETING + "\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\nRRULE:FREQ=SECONDLY",
    MEETING + "\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\nRRULE:FREQ=DAILY;BYMINUTE=1,2;BYSECOND=1,2",
    "DTSTART:20261201T090000\nDTEND:20261201T170000Z\nSUMMARY:Vacation",
], ids=lambda event: event.replace("\n", " ")[-40:])
def test_of_these_nobody_is_away(event):
    assert away(event) == []


@pytest.mark.parametrize("event", [
    DAYS + "SUMMARY:Busy\nTRANSP:OPAQUE", DAYS + "SUMMARY:Urlaub\nTRANSP:TRANSPARENT",
    DAYS + "SUMMARY:Fair\nX-MICROSOFT-CDO-BUSYSTATUS:OOF",
])
def test_whole_days_are_those_of_the_users_zone(event):
    assert away(event) == [("2026-12-23T23:00", "2026-12-26T23:00")]
    assert away(event, zone=UTC) == [("2026-12-24T00:00", "2026-12-27T00:00")]


def test_out_of_office_counts_by_the_hour_and_words_by_half_a_day():
    assert away(MEETING + "\nX-MICROSOFT-CDO-BUSYSTATUS:OOF") == [("2026-12-01T09:00", "2026-12-01T10:00")]
    assert away("DTSTART;TZID=Europe/Berlin:20261201T090000\nDTEND;TZID=Europe/Berlin:20261201T170000\n"
                "SUMMARY:Out of office") == [("2026-12-01T08:00", "2026-12-01T16:00")]
    assert away("DTSTART:20261201T090000\nDTEND:20261201T170000\nSUMMARY:OOO") == [
        ("2026-12-01T08:00", "2026-12-01T16:00")]  # a time without a zone is the user's


def test_what_comes_again_and_again_is_told_each_time_but_for_what_was_changed():
    series = ("UID:x\nDTSTART;VALUE=DATE:20261204\nSUMMARY:Day off\nRRULE:FREQ=WEEKLY;COUNT=3\n"
              "EXDATE;VALUE=DATE:20261211")
    moved = "UID:x\nRECURRENCE-ID;VALUE=DATE:20261218\nDTSTART;VALUE=DATE:20261219\nSUMMARY:Day off"
    assert [start[:10] for start, _ in away(series, moved, zone=UTC)] == ["2026-12-04", "2026-12-19"]


def test_the_same_feed_tells_the_same_under_the_same_ids():
    text = feed(DAYS + "SUMMARY:Vacation", MEETING + "\nX-MICROSOFT-CDO-BUSYSTATUS:OOF")
    one, two = (away_times(text, BERLIN, NOW + timedelta(hours=hours)) for hours in (0, 1))
    assert one == two and len({each.uid for each in one}) == 2


@pytest.mark.parametrize("text", [
    b"", b"<html>", b"hello", b"\xff\xfe\x00", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", b"BEGIN:VCALENDAR\r\n"])
def test_what_is_no_calendar_says_so(text):
    with pytest.raises(ValueError, match="no calendar"):
        away_times(text, UTC, NOW)


@given(st.text(st.sampled_from("\r\n:;=,\"AZ019TVE-")),
       st.sampled_from(["DTSTART", "RRULE", "DTEND", "SUMMARY", "EXDATE"]))
def test_no_feed_breaks_it(text, name):
    try:
        times = away_times(feed(f"{name}:{text}\n{DAYS}SUMMARY:Vacation"), UTC, NOW)
    except ValueError:
        return
    assert all(one.starts_at < one.ends_at for one in times)
