"""Each field's rules, by example, and third-party data."""

from __future__ import annotations

import json

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar import records as r
from sidecar.records.person import (
    _TITLES,
    _general,
    _plain_western,
    _pure_particles,
    _special_words,
    _western_with_particles,
    _western_with_title,
)


@pytest.mark.parametrize("text", [
    "plainaddress", "@example.com", "a@b@example.com", ".a@example.com", "a.@example.com",
    "a..b@example.com", "a@-example.com", "a@example..com", "a b@example.com", "a@example.com\n",
    "Jane <jane@example.com>", "a@111.222.333.44444", f"{'x' * 65}@example.com", 'a"b@example.com',
    "test@example.com (x)", "a@example", '"a"b@example.com', "a@[300.1.1.1]",
])  # fmt: skip
def test_invalid_addresses(text: str) -> None:
    assert not r.validate({"email": text})["valid"]


@pytest.mark.parametrize("text", [
    "a@example.com", "first.last@sub.example.co.uk", '"john..doe"@example.org', "1@example.museum",
    "user%x@example.com", "a@[192.0.2.1]", "jörg@müller.example", "!#$%&`*+/=?^`{|}~@example.org",
])  # fmt: skip
def test_valid_addresses(text: str) -> None:
    assert r.validate({"email": text})["valid"]


def test_mailboxes() -> None:
    assert r.canonical_email("J.Doe+tag@GoogleMail.com") == "jdoe@gmail.com"
    assert r.canonical_email("J.Doe+tag@example.com") == "j.doe+tag@example.com"
    kinds = {"jane@gmail.com": "free", "info@example.com": "role", "jane@example.com": "corporate",
             "x@mailinator.com": "disposable"}  # fmt: skip
    for text, kind in kinds.items():
        assert r.normalize({"email": text})["lead"]["email_type"] == kind
    warning = r.validate({"email": "jane@gmial.com"})["warnings"][0]
    assert (warning["code"], warning["did_you_mean"]) == ("did_you_mean", "jane@gmail.com")


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_example_numbers_of_every_region(region: str) -> None:
    number = phonenumbers.example_number(region)
    phone = r.parse_phone(phonenumbers.format_number(number, 2), region)
    assert isinstance(phone, r.Phone)
    assert phone.valid
    assert phone.e164 == phonenumbers.format_number(number, 0)


WORDS = st.sampled_from(
    ["Jane", "Mary", "Smith", "MILLER", "lopez", "Jean-Luc", "O'Brien", "D'Angelo", "l'Amour", "A.", "E",
     "V", "Vi", "Müller", *sorted(_special_words())]
)


@given(st.lists(WORDS | st.text("abcdeivxIVXAEMD", min_size=1, max_size=5), min_size=1, max_size=4),
       st.sampled_from([" ", ", "]))  # fmt: skip
def test_the_fast_path_answers_as_the_general_parser(parts: list[str], first: str) -> None:
    text = first.join([parts[0], " ".join(parts[1:])]) if parts[1:] else parts[0]
    quick = _plain_western(text)
    assert quick is None or quick == _general(text)


@given(WORDS, st.lists(st.sampled_from(sorted(_pure_particles())) | WORDS, min_size=1, max_size=3), WORDS)
def test_the_path_for_particles_answers_as_the_general_parser(
    given_name: str, between: list[str], family: str
) -> None:
    text = " ".join([given_name, *between, family])
    quick = _western_with_particles(text)
    assert quick is None or quick == _general(text)


@given(st.sampled_from(sorted(_TITLES)), st.lists(WORDS, min_size=1, max_size=4))
def test_the_path_for_titles_answers_as_the_general_parser(title: str, parts: list[str]) -> None:
    text = " ".join([title, *parts])
    quick = _western_with_title(text)
    assert quick is None or quick == _general(text)


@pytest.mark.parametrize(("text", "given_name", "family"), [
    ("Ludwig van Beethoven", "Ludwig", "van Beethoven"), ("SMITH, JOHN", "JOHN", "SMITH"),
    ("Dr. Juan Q. de la Vega III", "Juan", "de la Vega"), ("Madonna", "Madonna", ""),
    ("SMITH JOHN W", "JOHN", "SMITH"), ("Williams, Jr., Hank", "Hank", "Williams"),
    ("John & Mary Smith", "John", "Smith"),
])  # fmt: skip
def test_names_split(text: str, given_name: str, family: str) -> None:
    assert r.split_name(text)[:2] == (given_name, family)


@pytest.mark.parametrize(("text", "repaired"), [
    ("JOHN MCDONALD", "John McDonald"), ("shaughn o'neill", "Shaughn O'Neill"),
    ("DeShawn Jackson", "DeShawn Jackson"), ("李小龍", "李小龍"), ("JRR Tolkien", "JRR Tolkien"),
])  # fmt: skip
def test_capitals(text: str, repaired: str) -> None:
    assert r.repair_case(text) == repaired


@pytest.mark.parametrize("text", ["asdf", "test test", "n/a", "aaaa", "qwertz"])
def test_junk_names(text: str) -> None:
    warnings = r.validate({"email": "a@example.com", "full_name": text})["warnings"]
    assert [w["code"] for w in warnings] == ["junk_name"]
    assert "first_name" not in r.normalize({"full_name": text})["lead"]


@pytest.mark.parametrize(("name", "form"), [
    ("Acme, L.L.C.", "LLC"), ("Smith & Co", "& Co."), ("Foo Holdings", None), ("Acme UK", None),
    ("Serenity Day Spa", None), ("Ferro S.p.A.", "SpA"), ("Foo S. A. de C. V.", "SA de CV"),
    ("Bar Sp. z o.o.", "Sp. z o.o."), ("株式会社トモ", "株式会社"), ("ООО Ромашка", "ООО"),
    ("The Company", None), ("Foo Inc dba Bar", "Inc."), ("Foo (Pty) Ltd", "Pty Ltd"),
])  # fmt: skip
def test_legal_forms(name: str, form: str | None) -> None:
    assert r.legal_form(name) == form


@pytest.mark.parametrize(("title", "level", "role"), [
    ("SVP", "vp", None), ("Geschäftsführer", "cxo", None), ("Co-Founder & CTO", "cxo", "engineering"),
    ("Head of Growth", "director", "marketing"), ("Assistant to the CEO", "entry", "operations"),
    ("Vertriebsleiter", "director", "sales"), ("Werkstudent", "training", "education"),
])  # fmt: skip
def test_job_titles(title: str, level: str, role: str | None) -> None:
    assert (r.seniority(title), r.department(title)) == (level, role)


def test_vice_presidents_of_banks_are_managers() -> None:
    assert r.seniority("VP", "banking") == "manager"
    assert r.seniority("VP") == "vp"


def test_places_numbers_domains_and_links() -> None:
    for text in ("Germany", "Allemagne", "DEU", "🇩🇪", "ドイツ", "Германия"):
        assert r.country_code(text) == "DE"
    assert r.country_code("Atlantis") is None
    assert r.region_code("Calif.", "US") == "US-CA"
    assert [r.annual_revenue(t) for t in ("$12.5M", "12,5 Mio. €", "10-50M")] == [
        12_500_000, 12_500_000, 10_000_000]  # fmt: skip
    assert r.registrable_domain("https://www.acme.co.uk/x") == "acme.co.uk"
    assert r.registrable_domain("co.uk") is None
    assert (
        r.linkedin_url("http://de.linkedin.com/in/Jane-Doe/?trk=1")
        == "https://www.linkedin.com/in/jane-doe"
    )
    assert r.canonical_industry("SaaS") == "computer software"


def test_dns_answers() -> None:
    assert r.deliverability({"status": "ok", "mx": [(0, ".")]}) == "undeliverable"
    assert r.deliverability({"status": "ok", "mx": [(5, "mx.example.")]}) == "deliverable"
    assert r.deliverability({"status": "ok", "mx": [], "address": True}) == "deliverable"
    assert r.deliverability({"status": "timeout"}) == "unknown"


def test_a_bad_line_stops_nothing() -> None:
    lines = ['{"email":"a@example.com"}', "{", '{"email":"b@example.com"}']
    answers = [json.loads(line) for line in r.normalize_lines(lines)]
    assert [a.get("lead", {}).get("email") for a in answers] == ["a@example.com", None, "b@example.com"]
    assert [json.loads(a)["valid"] for a in r.validate_lines(lines)] == [True, False, True]
