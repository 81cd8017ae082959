"""What messages say, and that what strangers wrote is clean in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.channels.content import (
    Fact,
    Message,
    Notice,
    clean,
    mail_link,
    message_content,
    phone_link,
    shorter,
    web_link,
)
from sidecar.channels.samples import SAMPLES
from sidecar.terms.states import MESSAGE_KINDS, MessageKind

from .messages import ARRIVED, HANDLED, MESSAGE, any_kind, any_language, any_message, any_text, said, told_of


@pytest.mark.parametrize(("text", "expected"), [
    (None, ""), ("  Ada \t Lindqvist\r\n", "Ada Lindqvist"), ("a\x00b\x85c\u2028d", "a b c d"),
    ("Łukasz Ünlü 王小明", "Łukasz Ünlü 王小明"), ("\u202ecba\u202c", "cba"),
    ("\ud800!", "\ufffd!"), ("می\u200cروم", "می\u200cروم"),
    (92.5, "92.5"), ("a" * 12, "aaaaaaaaa…"),
])
def test_clean(text: object, expected: str) -> None:
    assert clean(text, 10 if expected.endswith("…") else 200) == expected


@given(any_text, st.integers(1, 300))
def test_clean_text_is_one_line_and_stays_as_it_is(text: str, limit: int) -> None:
    line = clean(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in line)
    assert clean(line, limit) == line


@pytest.mark.parametrize(("link", "safe"), [
    ("https://house.example:8443/#/leads/1?a=b&c=%20", "https://house.example:8443/#/leads/1?a=b&c=%20"),
    ("http://127.0.0.1/", "http://127.0.0.1/"), ("https://x.example/" + "é" * 100, ""),
    ('https://house.example/"><x|y', "https://house.example/%22%3E%3Cx%7Cy"),
    ("javascript:alert(1)", ""), ("//evil.example", ""), ("https:///x", ""), ("", ""), (None, ""),
    (7, ""), ("https://[", ""), ("data:text/html,x", ""), ("https://x.example/" + "a" * 2000, ""),
])
def test_web_link(link: object, safe: str) -> None:
    assert web_link(link) == safe


def test_mail_and_phone_links() -> None:
    assert mail_link("ada+x@example.com") == "mailto:ada+x@example.com"
    assert mail_link("a?bcc=b@example.com|>") == "mailto:a%3Fbcc%3Db@example.com%7C%3E"
    assert mail_link("") == mail_link("ü" * 200) == ""
    assert phone_link("+46 (70) 174-06-05") == "tel:+46701740605"
    assert phone_link("+call me") == ""


def texts(found: Any) -> Iterator[str]:
    """Every text of a message."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, tuple):
        for part in found:
            yield from texts(part)
    elif is_dataclass(found):
        for field in fields(found):
            yield from texts(getattr(found, field.name))


@given(any_kind, any_message, any_language)
def test_any_message_is_clean(kind: MessageKind, told: dict[str, Any], language: str) -> None:
    message = message_content(kind, told, language)
    assert message.title and message.subject and message.heading
    assert len(message.facts) <= 10, "Slack shows no more at once"
    assert len(message.actions) <= 5
    for text in texts(message):
        assert len(text) <= 500
        assert len(text.splitlines()) <= 1
        assert not any(unicodedata.category(one) in ("Cc", "Cs") for one in text)
        assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize("kind", MESSAGE_KINDS)
def test_nothing_that_nobody_knows_is_said(kind: MessageKind) -> None:
    message = said({}, kind)
    assert all(text == " ".join(text.split()) for text in texts(message))
    assert not message.facts and not message.sections and not message.actions and message.opens is None
    assert not any(mark in text for text in texts(message) for mark in ("()", " :", "None", "{"))


def test_every_kind_has_a_sample() -> None:
    assert tuple(SAMPLES) == tuple(kind for kind in SAMPLES if kind in MESSAGE_KINDS)
    assert set(SAMPLES) == set(MESSAGE_KINDS)


def test_a_hot_lead() -> None:
    message = said(MESSAGE)
    assert message.subject == "Hot lead 92: Ada Lindqvist, Fjordlight & Söhne AB"
    assert message.preheader == "“Could somebody show us the product?”"
    assert (message.heading, message.title, message.score, message.grade, message.rating) == (
        "Hot lead", "Ada Lindqvist", "92", "hot", "A1")
    assert message.subtitle == "VP Revenue Operations at Fjordlight & Söhne AB"
    assert message.owner == "Yours. The account is yours."
    assert message.facts == (
        Fact("E-mail", "ada@fjordlight.example", "mailto:ada@fjordlight.example"),
        Fact("Phone", "+46701740605", "tel:+46701740605"),
        Fact("Company", "Software · 51–200 people · fjordlight.example"), Fact("Country", "Sweden"),
        Fact("Source", "web form"), Fact("Campaign", "spring · ads"),
        Fact("Arrived", "Thu 26 Nov, 14:05 (Berlin)"), Fact("Budget", "50000 EUR"))
    why, words, company = message.sections
    assert [(line.points, line.text) for line in why.lines] == [
        ("+21.0", "Asked for a demo today"), ("+12.5", "Vice president"), ("−1.5", "No phone number")]
    assert (words.kind, words.lines[0].text) == ("quote", "Could somebody show us the product?")
    assert company.lines[0].text == "3 other leads, with Vera Holt and Karim Saleh"
    assert [button.label for button in message.actions] == ["Take it", "Later", "Not a fit", "Wrong person"]
    assert [bool(button.confirm) for button in message.actions] == [False, False, True, True]
    assert message.opens and (message.opens.label, message.opens.link) == ("Open lead", MESSAGE["link"])
    assert (message.unsubscribe, message.one_click) == ("https://house.example/unsubscribe/x", True)


def test_the_same_in_german() -> None:
    message = said(MESSAGE, language="de")
    assert message.subject == "Heißer Lead 92: Ada Lindqvist, Fjordlight & Söhne AB"
    assert message.subtitle == "VP Revenue Operations bei Fjordlight & Söhne AB"
    assert Fact("Land", "Schweden") in message.facts
    assert Fact("Eingang", "Do. 26. Nov., 14:05 Uhr (Berlin)") in message.facts
    assert [line.points for line in message.sections[0].lines] == ["+21,0", "+12,5", "−1,5"]


def test_at_most_five_reasons_for_and_two_against() -> None:
    reasons = [{"component": "ml", "points": points, "text": f"r{points}"} for points in range(-50, 60, 10)]
    [why] = said({"score": {"grade": "warm", "weights": {"ml": 0.1}, "reasons": reasons}}).sections
    assert why.title == "Why warm"
    assert [line.text for line in why.lines] == ["r50", "r40", "r30", "r20", "r10", "r-50", "r-40"]


def test_a_reason_that_gives_nothing_of_the_total_is_not_told() -> None:
    score = {"weights": {"ml": 0.001}, "reasons": [
        {"component": "ml", "points": 10, "text": "Nearly nothing"},
        {"component": "unknown", "points": 10, "text": "Of no component"},
        {"component": "total", "points": -3.5, "text": "A score ends at 100"}]}
    [why] = said({"score": score}).sections
    assert [(line.points, line.text) for line in why.lines] == [("−3.5", "A score ends at 100")]


@pytest.mark.parametrize(("score", "subject"), [
    (79.99, "Warm lead 79: A"), (80, "Warm lead 80: A"), (100.0, "Warm lead 100: A"),
    (None, "Warm lead: A"), (float("nan"), "Warm lead: A"), (True, "Warm lead: A"),
    ("80", "Warm lead: A"), (1e300, "Warm lead: A"),
])
def test_the_score_is_never_rounded_up(score: object, subject: str) -> None:
    assert said({"name": "A", "score": {"total": score, "grade": "warm"}}).subject == subject


@pytest.mark.parametrize(("refused", "asked", "text"), [
    (["marketing_email"], True, "Asked themselves · No marketing mail"),
    (["marketing_email"], False, "No marketing mail"), (["phone"], False, "No calls"),
    (["phone", "marketing_email"], False, "No marketing mail · No calls"),
    (["any_contact", "marketing_email", "phone"], False, "No contact"),
    (["any_contact", "marketing_email"], True, "Asked themselves · No contact beyond what they ask for"),
])
def test_a_refusal_is_the_first_notice(refused: list[str], asked: bool, text: str) -> None:
    message = said({**MESSAGE, "refused": refused, "asked": asked, "sandbox": True}, "reminder")
    assert message.notices[0] == Notice("refusal", text)
    assert [notice.kind for notice in message.notices] == ["refusal", "waiting", "sandbox"]


@pytest.mark.parametrize("refused", [[], ["enrichment"], None, "phone"])
def test_who_refuses_no_contact_is_told_without_a_notice(refused: object) -> None:
    assert said({**MESSAGE, "refused": refused, "asked": True}).notices == ()


@pytest.mark.parametrize(("owner", "text"), [
    ({"name": "Vera Holt", "you": True, "reason": "It is."}, "Yours. It is."),
    ({"you": True}, "Yours"), ({"name": "Vera Holt"}, "With Vera Holt"),
    ({"name": "Vera Holt", "reason": "She has it."}, "With Vera Holt. She has it."),
    (None, "Nobody has it yet: who takes it first has it"),
])
def test_who_has_it_and_why(owner: object, text: str) -> None:
    assert said({**MESSAGE, "owner": owner}).owner == text


def test_nothing_is_said_of_an_owner_that_is_not_told() -> None:
    assert said({"name": "Ada"}).owner == ""


def test_a_reminder_and_an_escalation_tell_since_when_it_waits() -> None:
    told = {**MESSAGE, "untouched": {"minutes": 135.4, "since": ARRIVED.isoformat()}}
    reminder, escalation = said(told, "reminder"), said(told, "escalation")
    assert reminder.subject == "Reminder: Ada Lindqvist, Fjordlight & Söhne AB (92) is still waiting"
    assert escalation.subject.startswith("Escalation: nobody has touched Ada Lindqvist")
    assert reminder.notices == escalation.notices == (Notice(
        "waiting", "Untouched since Thu 26 Nov, 14:05 (Berlin): 2 hr 15 min of working time."),)
    assert reminder.preheader == reminder.notices[0].text
    assert said({**MESSAGE, "untouched": None}, "reminder").notices == (Notice("waiting", "Untouched."),)


@pytest.mark.parametrize(("handled", "text"), [
    (HANDLED, "Vera Holt took it · Thu 26 Nov, 14:05 (Berlin)"),
    ({"kind": "claim", "by": "", "at": None}, "somebody took it"),
    ({"kind": "snooze", "by": "Vera Holt", "until": ARRIVED},
     "Vera Holt put it off until Thu 26 Nov, 14:05 (Berlin)"),
    ({"kind": "snooze", "by": "Vera Holt"}, "Vera Holt put it off"),
    ({"kind": "not_a_fit", "by": "Vera Holt"}, "Not a fit, says Vera Holt"),
    ({"kind": "reply", "by": None}, "They replied"), ({"kind": "at", "by": "V"}, "V took care of it"),
    ({"kind": "claim.x", "by": "V"}, "V took care of it"), ({}, "somebody took care of it"),
])
@pytest.mark.parametrize("kind", ["hot_lead", "reminder", "escalation", "handled"])
def test_what_somebody_handled_has_no_buttons_any_more(
    kind: MessageKind, handled: dict[str, Any], text: str
) -> None:
    message = said({**MESSAGE, "handled": handled}, kind)
    assert message.notices == (Notice("handled", text),) and message.handled
    assert message.actions == () and message.owner == "" and message.opens


def test_of_what_was_given_back_is_told_who_has_it_now() -> None:
    message = said({**MESSAGE, "handled": {"kind": "wrong_person", "by": "Karim Saleh"}}, "handled")
    assert message.notices == (Notice("handled", "Wrong person, says Karim Saleh"),)
    assert message.owner == "Yours. The account is yours." and message.actions == ()


def test_a_new_kind_of_action_brings_its_label() -> None:
    actions = [{"kind": "nudge", "label": "Nudge", "value": "7", "link": "javascript:x"},
               {"kind": "claim", "value": "a\nb", "link": ""},
               {"kind": "nudge", "label": "Twice", "value": "8"},
               {"kind": "", "label": "x", "value": "7"}, {"kind": "other", "value": "7"}]
    [button] = said({"actions": actions}).actions
    assert (button.kind, button.label, button.value, button.link) == ("nudge", "Nudge", "7", "")


def test_a_digest() -> None:
    message = said(SAMPLES["digest"], "digest")
    assert message.subject == "18 hot leads wait for you, 8 changes since yesterday"
    assert (message.heading, message.title) == ("Daily digest", "18 hot leads wait for you")
    assert message.subtitle == "Thursday 12 March · times in Berlin"
    assert message.preheader.startswith("Hot and untouched: 18 · Became hot: 2")
    untouched, *changes = message.sections
    assert (untouched.title, len(untouched.lines), untouched.left_out) == ("Hot and untouched", 4, 14)
    assert untouched.lines[1].note == "since Wed 11 Mar, 13:41" and untouched.lines[1].link
    assert [section.title for section in changes] == [
        "Became hot", "Replied", "Won", "Lost", "Cooled", "Reassigned"]
    assert [line.note for line in changes[-1].lines] == [
        "to Karim Saleh, Wed 11 Mar, 12:41", "from Karim Saleh, Wed 11 Mar, 11:41"]


def test_a_digest_of_a_quiet_day() -> None:
    message = said({"untouched": {"count": 1, "leads": [{"name": "Ada"}]}}, "digest")
    assert message.subject == "1 hot lead waits for you, nothing changed since yesterday"
    assert said({}, "digest").title == "No hot lead waits for you"


def test_a_digest_tells_twenty_leads_and_how_many_more() -> None:
    leads = [{"name": f"Lead {number}", "score": 90} for number in range(34)]
    [section] = said({"untouched": {"count": 34, "leads": leads}}, "digest").sections
    assert (len(section.lines), section.left_out) == (20, 14)


def test_operations() -> None:
    message = said(told_of("operations"), "operations")
    assert message.subject == "Needs attention: Lead enrichment failed"
    assert message.preheader == "Node: Enrich · 500 leads <wait>"
    [detail] = message.sections
    assert [line.text for line in detail.lines] == ["Node: Enrich", "500 leads <wait>"]
    assert message.opens and message.opens.label == "Open the engine"


def test_sandbox_data_is_labelled() -> None:
    message = said({**MESSAGE, "sandbox": True})
    assert message.subject.startswith("[Sandbox] Hot lead") and message.notices[-1].kind == "sandbox"


def shown(**more: object) -> list[tuple[str, str]]:
    """The facts behind those that every lead has."""
    message = said({**MESSAGE, "utm": {}, "custom": {}, **more})
    return [(fact.label, fact.value) for fact in message.facts if fact.label not in (
        "E-mail", "Phone", "Company", "Country", "Source", "Arrived")]


@pytest.mark.parametrize(("custom", "told"), [
    ({"budget": "50000 EUR", "Which CRM?": "Twenty"}, [("Budget", "50000 EUR"), ("Which CRM?", "Twenty")]),
    ({"start_date": "next quarter", "gclid": "x", "page_url": "https://x.example"},
     [("Start date", "next quarter")]),
    ({"products": ["A", "B"], "trial": True, "seats": 40},
     [("Products", "A, B"), ("Trial", "yes"), ("Seats", "40")]),
    ({"story": "x" * 81, "nested": {"a": 1}, "empty": "", "none": None, "parts": [{"a": 1}]}, []),
    ({f"q{n}": n for n in range(9)}, [("Q0", "0"), ("Q1", "1"), ("Q2", "2")]),
    ({"phone": "in the evening", "E-mail": "x@evil.example"}, []), ([], []), ("text", []),
])
def test_short_answers_are_shown(custom: object, told: list[tuple[str, str]]) -> None:
    assert shown(custom=custom) == told


@pytest.mark.parametrize(("utm", "told"), [
    ({"source": "ads", "medium": "cpc", "campaign": "spring", "term": "pumps"}, "spring · ads · cpc"),
    ({"source": "ads"}, "ads"),
])
def test_the_campaign_is_shown(utm: object, told: str) -> None:
    assert shown(utm=utm) == [("Campaign", told)]


def test_words_in_the_place_of_a_number_are_shown_and_lead_nowhere() -> None:
    message = said({**MESSAGE, "phone": None, "phone_said": "please call after 5pm"})
    assert Fact("Phone", "“please call after 5pm”") in message.facts
    assert Fact("Phone", MESSAGE["phone"], f"tel:{MESSAGE['phone']}") in said(
        {**MESSAGE, "phone_said": "after 5pm"}).facts


@pytest.mark.parametrize(("zone", "text"), [
    ("America/New_York", "Thu 26 Nov, 08:05 (New York)"), ("Nowhere/Land", "Thu 26 Nov, 13:05 (UTC)"),
    (None, "Thu 26 Nov, 13:05 (UTC)"), ("../../etc/passwd", "Thu 26 Nov, 13:05 (UTC)"),
])
def test_times_are_the_readers(zone: object, text: str) -> None:
    assert Fact("Arrived", text) in said({**MESSAGE, "time_zone": zone}).facts


def test_a_time_without_a_zone_is_not_told() -> None:
    for time in (ARRIVED.replace(tzinfo=None), "yesterday", 7, "2026-11-26"):
        assert all(fact.label != "Arrived" for fact in said({**MESSAGE, "arrived_at": time}).facts)


@given(any_kind, any_message)
def test_a_message_becomes_shorter_until_nothing_is_left(kind: MessageKind, told: dict[str, Any]) -> None:
    message: Message | None = said(told, kind)
    sizes = []
    while message:
        sizes.append(sum(map(len, texts(message.sections))) + len(message.facts))
        left, message = message, shorter(message)
    assert not left.sections and not left.facts and len(sizes) <= 500


def test_what_is_left_out_is_counted() -> None:
    message = shorter(said(SAMPLES["digest"], "digest"))
    assert message and (len(message.sections[0].lines), message.sections[0].left_out) == (3, 15)
