"""What may be said of somebody's working time."""

from __future__ import annotations

import pytest

from sidecar.calendars.working import problem_of_holidays, problem_of_hours, problem_of_zone, zone_or
from sidecar.terms.states import DAYS


@pytest.mark.parametrize("hours", [
    {"mon": [["09:00", "17:30"]]}, {"mon": [["08:00", "12:00"], ["12:00", "16:00"]], "sun": []},
    {day: [["00:00", "24:00"]] for day in DAYS},
])
def test_hours_that_may_be_said(hours):
    assert problem_of_hours(hours) is None


@pytest.mark.parametrize("hours, where", [
    ({}, ""), ({"mon": []}, ""), ({"monday": [["09:00", "17:00"]]}, "/monday"),
    ({"mon": [["9:00", "17:00"]]}, "/mon/0"), ({"mon": [["09:00"]]}, "/mon/0"),
    ({"mon": [["17:00", "09:00"]]}, "/mon/0"), ({"mon": [["09:00", "24:30"]]}, "/mon/0"),
    ({"tue": [["09:00", "12:00"], ["11:00", "13:00"]]}, "/tue/1"),
    ({"tue": [["09:00", "10:00"]] * 7}, "/tue"),
])
def test_hours_that_make_no_sense(hours, where):
    found = problem_of_hours(hours)
    assert found is not None and found[0] == where


@pytest.mark.parametrize("zone, right", [
    ("Europe/Berlin", True), ("UTC", True), ("US/Eastern", True), ("CEST", False), ("", False),
    ("localtime", False), ("Factory", False), ("posixrules", False)])
def test_time_zones_are_those_of_the_iana(zone, right):
    assert (problem_of_zone(zone) is None) is right
    assert zone_or(zone, "Asia/Kolkata") == (zone if right else "Asia/Kolkata")


def test_a_zone_that_is_not_known_any_more_is_told_once(caplog):
    assert [zone_or(name, "UTC") for name in ("Mars/Olympus", "Mars/Olympus", None, "Europe/Berlin")] == [
        "UTC", "UTC", "UTC", "Europe/Berlin"]
    assert [record.getMessage() for record in caplog.records] == [
        "a user's time zone is not known (any more); the usual one counts: Mars/Olympus"]


@pytest.mark.parametrize("region, right", [
    ("DE", True), ("DE-BY", True), ("US-CA", True), ("", True),
    ("DE-XX", False), ("XX", False), ("Bavaria", False),
])
def test_public_holidays_are_those_of_a_country_or_its_part(region, right):
    assert (problem_of_holidays(region) is None) is right
