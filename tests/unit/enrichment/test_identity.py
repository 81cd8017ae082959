"""Who somebody is, by fields of several sources."""

from __future__ import annotations

from sidecar.enrichment.identity import fields_of_entity, joined, who
from sidecar.matching import Firm


def test_fields_are_read_as_a_leads():
    found = who({
        "email": ["Anna.Vossberg@Kestrel.de", None], "full_name": "Anna Vossberg (geb. Harg)",
        "linkedin_url": "http://de.linkedin.com/in/Anna-Vossberg/", "phone": "+49 30 901820",
        "company_name": "Kestrel Optics (formerly Tarn)", "company_domain": "https://www.kestrel.de/x",
        "former_employers": ["Brightdal AG", "norvia.com"], "country": "Germany"})
    assert found.emails == {"anna.vossberg@kestrel.de"} and found.countries == {"DE"}
    assert found.profiles == {"https://www.linkedin.com/in/anna-vossberg"}
    assert [name.family for name in found.names][-1] == ("harg",)
    assert found.firm == Firm(
        frozenset({"Kestrel Optics"}), frozenset({"kestrel.de"}), frozenset({"Tarn"}))
    assert found.former == (Firm(frozenset({"Brightdal AG"})), Firm(domains=frozenset({"norvia.com"})))


def test_a_page_of_a_company_or_a_free_mailbox_tells_no_person_and_no_company():
    found = who({"linkedin_url": "https://www.linkedin.com/company/kestrel", "email": "a@gmail.com"})
    assert not found.profiles and not found.employer().known


def test_what_several_tell_is_joined_with_their_names_kept_whole():
    found = who(joined(
        {"first_name": "Anna", "last_name": "Vossberg"}, {"first_name": "Benno", "last_name": "Karstens"},
        {"full_name": "Clara Harg", "email": "c@kestrel.de"}))
    assert {name.given + name.family for name in found.names} == {
        ("anna", "vossberg"), ("benno", "karstens"), ("clara", "harg")}
    assert found.emails == {"c@kestrel.de"}


def test_fields_of_a_company_have_the_names_that_a_lead_has_for_them():
    fields = fields_of_entity("organization", [("name", "Kestrel"), ("country", "DE"), ("industry", "x")])
    assert fields == {"company_name": ["Kestrel"], "company_country": ["DE"]}
    assert fields_of_entity("contact", [("country", "DE"), ("email", None)]) == {"country": ["DE"]}
