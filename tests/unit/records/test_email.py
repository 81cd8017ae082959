"""Addresses as cells hold them, the kinds of mailboxes, and addresses that stand for none."""

from __future__ import annotations

import pytest

from sidecar.records import email_type, parse_email
from sidecar.records.email import Address, did_you_mean, has_odd_ending, is_stand_in, read_email
from sidecar.records.matching import match_keys


def address(text: str) -> Address:
    found = parse_email(text)
    assert isinstance(found, Address)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "jane@acme.example", "Jane Doe <jane@acme.example>", '"Doe, Jane" <jane@acme.example>',
        "mailto:jane@acme.example?subject=Hi", "E-Mail: jane@acme.example", "SMTP:jane@acme.example",
        "jane@acme.example; j@home.example", "jane@acme.example,j@home.example",
        "jane@acme.example / j@home.example",
        "jane@acme.example ::: j@home.example", "jane@acme.example (work)", "n/a, jane@acme.example",
        "jane (at) acme (dot) example", "jane[at]acme.example", "jane @acme.example", "jane%40acme.example",
        "<mailto:jane@acme.example>", "jane@acme.example.", "“jane@acme.example”",
        "Jane Doe jane@acme.example",
        "jane@acme.example or j@home.example",
    ],
)  # fmt: skip
def test_the_first_address_of_a_cell_counts(text: str) -> None:
    found = read_email(text)
    assert isinstance(found, Address)
    assert found.email == "jane@acme.example"


@pytest.mark.parametrize(
    "text",
    ["jane,doe@acme.example", "jane doe@acme.example", "call me @ 5", "jane@@acme.example", "jane@acme",
    "Jane Doe"],
)
def test_half_of_a_mistyped_address_is_somebody_elses(text: str) -> None:
    assert isinstance(read_email(text), str)


@pytest.mark.parametrize(
    ("text", "stands_for_none"),
    [
        ("noemail@noemail.com", True), ("no-email@acme.example", True), ("none@none.com", True),
        ("na@na.com", True), ("test@test.com", True), ("asdf@asdf.de", True), ("x@x.com", True),
        ("sincorreo@gmail.com", True), ("keine@web.de", True), ("test@gmail.com", True),
        ("name@domain.com", True), ("123@123.com", True), ("email@email.com", True),
        ("123456@qq.com", False), ("12345@163.com", False), ("info@info.com", False),
        ("acme@acme.com", False),
        ("test@acme.example", False), ("a@acme.example", False), ("li@na.com", False),
        ("admin@acme.com", False),
        ("jane@example.com", False), ("me@gmail.com", False),
    ],
)  # fmt: skip
def test_addresses_that_stand_for_none(text: str, stands_for_none: bool) -> None:
    assert is_stand_in(address(text)) is stands_for_none
    keys = match_keys({"email_canonical": text})
    assert bool(keys) is not stands_for_none


def test_a_stand_in_tells_no_employer_and_is_said() -> None:
    from sidecar.records import normalize, validate

    lead = {"email": "none@none.com", "full_name": "Ada Moss"}
    assert "company_domain" not in normalize(lead)["lead"]
    assert [warning["code"] for warning in validate(lead)["warnings"]] == ["stand_in_email"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("jane@acme.con", "jane@acme.com"), ("jane@acme.ogr", "jane@acme.org"), ("jane@acme.nett",
    "jane@acme.net"),
     ("jane@gmail.con", "jane@gmail.com"), ("jane@acme.dde", "jane@acme.de"), ("jane@acme.qqqq", None)],
)  # fmt: skip
def test_an_ending_that_is_none(typed: str, meant: str | None) -> None:
    assert has_odd_ending(address(typed))
    assert did_you_mean(address(typed)) == meant


@pytest.mark.parametrize("host", ["acme.cm", "acme.museum", "acme.example", "acme.co.uk", "acme.xn--p1ai"])
def test_an_ending_that_is_one(host: str) -> None:
    assert not has_odd_ending(address(f"jane@{host}"))
    assert did_you_mean(address(f"jane@{host}")) is None


@pytest.mark.parametrize(
    ("kind", "addresses"),
    [
        ("free",
        "a.b@walla.co.il a.b@hotmail.co.nz a.b@yahoo.com.vn a.b@seznam.cz"
                 " a.b@telia.com a.b@nifty.com"),
        ("role", "info.de@acme.example kanzlei@acme.example familie@acme.example"
                 " all-staff@acme.example sprzedaz@acme.example myynti@acme.example"
                 " comptabilité@acme.example sales_emea@acme.example do-not-reply@acme.example"),
        ("corporate",
        "marketa@acme.example helpmann@acme.example officer.k@acme.example"
                      " mark.sales@acme.example"
                      " yahoo@acme.example jane@outlook.acme.example"),
        ("disposable", "none@none.com x@mailinator.com"),
    ],
)  # fmt: skip
def test_kinds_of_mailboxes(kind: str, addresses: str) -> None:
    for text in addresses.split():
        assert email_type(address(text)) == kind, text
