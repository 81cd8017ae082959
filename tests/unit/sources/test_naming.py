"""Names of headers, questions and keys: what they stand for, and what they do not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.records.schema import OBJECTS
from sidecar.sources import at_senders_keys, field_named, read_keys, read_names
from sidecar.sources.words import table
from sidecar.terms.fields import GIVEN
from tests.cases import check_each, exports

CASES = Path(__file__).parent / "cases"
NAMED = {
    "email": "Registrant Email, May we have your email?, Where can we email you?,"
             " Person - Email - Work, Contact: Email, Lead Email, Work e-mail*, What is your e-mail address?,"
             " E-mail 1 - Value, Email 2, Email ID, Correo electrónico, E-Mail (geschäftlich), Sähköposti,"
             " メールアドレス（必須）, Państwa adres e-mail, E-posta adresi, user[email], emailaddress1",
    "phone": "Primary Contact Phone, What is your phone number?, Mobile No, Contact No., SMS, Teléfono móvil,"
             " Celular, Company Phone, Numer telefonu, 電話番号, Person - Phone - Mobile, hs_phone",
    "full_name": "Referente, Persona de contacto, Personne de contact,"
                 " Lead Name, Display Name, Vollständiger Name, Contact, Your name, Nom et prénom",
    "first_name": "First Name *, firstName, Vorname, Etunimi, FNAME, Förnamn, Křestní jméno",
    "last_name": "Last name (required), Sobrenome, Apellidos, 姓, LASTNAME, Příjmení",
    "job_title": "Designation, Cargo, Title, jobTitle, Person - Title, Organization Title, Stanowisko",
    "company_name": "What is your company called?, Where do you work?, Wo arbeiten Sie?,"
                    " Default Address Company, Company:,"
                    " Organization Name, Person - Organization, Empresa, companyName, 会社名,"
                    " Company / Account, Company Name for Emails, Şirket adı, Account Name",
    "linkedin_url": "Person Linkedin Url, LinkedIn Contact Profile URL, hs_linkedin_url",
    "city": "Work City, Company City, Mailing City",
    "region": "State/Region, Mailing State/Province, 都道府県",
    "country": "País, Work Country, Country/Region",
    "employee_count": "How many people work at your company?, Combien de personnes travaillent,"
                      " # Employees, No. of Employees, Company size",
    "owner_name": "Lead Owner, Account Owner, Contact owner",
    "outcome_at": "Converted Date, Close date",
    "utm.source": "utm_source, utm.source, UTM Source", "utm.campaign": "utmCampaign, campaign_name",
    "first_utm.source": "first_utm_source, Original UTM source",
    "consent.marketing": "consent.marketing", "custom.budget": "custom.budget",
    "consent.marketing_email": "Can email?, Mailing allowed, E-Mail erlaubt,"
                               " Person - Marketing status, Marketing consent, Newsletter, Einwilligung",
    "refused.marketing_email": "Spam complaint, Email Suppressions,"
                               " Canceló su suscripción a todos los correos,"
                               " Email Opt Out, Unsubscribed from all email, HasOptedOutOfEmail,"
                               " hs_email_optout",
    "refused.phone": "DoNotCall, Do Not Call",
    "refused.any_contact": "Do Not Contact, DSGVO Widerspruch",
    "external_ids.zoominfo": "ZoomInfo Contact ID", "external_ids.apollo": "Apollo Contact Id",
}
NOBODYS = """Email Status, Email Bounced, Email Sent, Email Opt, Last Activity, Last Contacted,
    Titel, Anrede, 42, , First page seen, Lead - Title, Previous Company Name, Company Linkedin Url,
    E-mail 1 - Label, Nickname, Fax, Person created, Marketing contact status, ad_name, Phone
    country code, Subsidiary of, Owner email, Street, Number of Retail Locations, Middle Name, Job
    Title Hierarchy Level, Created By, password, form_name, User ID, Estado del lead, Territory,
    E-mail Display Name, Email template, Username, Title of talk, IP address, Lead, Customer number,
    Position in queue, Employee name, Parent company, Is customer, I agree, Optin time, Account ID,
    Mobile OS, Source id, Referrer email, Emergency contact phone, LinkedIn ID, Revenue growth,
    Industry code"""


def test_names_stand_for_places():
    def check(name, place):
        assert field_named(name) == place, field_named(name)

    check_each(check, [(name, place) for place, names in NAMED.items() for name in names.split(", ")])
    check_each(check, [(name.strip(), None) for name in NOBODYS.split(",")])


def test_a_field_is_known_by_its_own_name():
    assert {name: field_named(name) for name in GIVEN if name not in ("utm", "consent", "custom")} == {
        name: name for name in GIVEN if name not in ("utm", "consent", "custom")}


@pytest.mark.parametrize(("names", "places"), [
    ("Name, Vorname", "last_name, first_name"), ("Nome, Cognome", "first_name, last_name"),
    ("Name, First Name, Last Name", "full_name, first_name, last_name"),
    ("Fornavn, Efternavn, Titel", "first_name, last_name, job_title"),
    ("Vorname, Nachname, Titel", "first_name, last_name, [salutation]"),
    ("Jméno, Příjmení, Kraj, Země", "first_name, last_name, region, country"),
    ("Imię, Nazwisko, Kraj", "first_name, last_name, country"),
    ("Quel est votre prénom ?, Quel est votre nom ?", "first_name, last_name"),
    ("Title, Your title, Job title", "[salutation], [salutation], job_title"),
])
def test_names_are_read_beside_each_other(names, places):
    assert ", ".join(str(named.place) for named in read_names(tuple(names.split(", ")))) == places


def test_of_several_names_of_a_field_the_best_counts_first():
    best_first = ["Mobile Phone", "Work Direct Phone", "Phone", "Phone 2", "Home Phone", "Corporate Phone"]
    assert sorted([*reversed(best_first)], key=lambda name: read_names((name,))[0].rank) == best_first


# Their places were written by hand: of the first and third before they were read, of the second after the
# tables stood.
EXPORTS = exports("exports.txt") | exports("languages.txt") | exports("third.txt")


@pytest.mark.parametrize("name", EXPORTS)
def test_the_columns_of_exports(name):
    assert not wrong_columns(name)


def wrong_columns(name):
    rows = EXPORTS[name]
    return [
        (header, named.place, places) for (places, header), named in zip(
            rows, read_names(tuple(header for _, header in rows)), strict=True)
        if (named.place if named.place and named.place[0] != "[" else "-") not in places.split("|")]


def test_of_a_hundred_columns_of_exports_98_are_right_without_a_click(capsys):
    columns, wrong = (sum(map(len, found)) for found in (
        EXPORTS.values(), [wrong_columns(name) for name in EXPORTS]))
    with capsys.disabled():
        print(f"\n{columns - wrong} of {columns} columns of {len(EXPORTS)} exports are right")
    assert wrong <= 0.02 * columns


def test_names_alone():
    def check(name, places):
        assert (field_named(name) or "-") in places.split("|"), field_named(name)

    check_each(check, [(name, places) for rows in exports("alone.txt").values() for places, name in rows])


def test_the_tables_of_words_and_places_fit_each_other():
    """Every place is a field, or a key of an object, or in brackets; every meaning has a word."""
    known = {meaning for meaning, *_ in table("words.txt")} | {"kind", "whom"}
    for place, beside, ways in table("places.txt"):
        field = re.split("[.:]", place)[0]
        assert place.startswith("[") or field in GIVEN, place
        assert place.startswith("[") or "." not in place or field in OBJECTS, place
        assert {*beside.split(), *re.findall(r"\w+", ways)} <= known, place


BODIES = json.loads((CASES / "bodies.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", BODIES, ids=[case["what"] for case in BODIES])
def test_bodies_of_other_senders(case):
    before = json.dumps(case["body"])
    assert read_keys(case["body"]) == case["lead"]
    assert json.dumps(case["body"]) == before


def test_the_name_of_the_form_is_not_the_persons():
    person = {"your-name": "Nora Vale", "your-email": "nora.vale@harbor-lines.example"}
    lead = read_keys({"name": "Contact form", "data": person})
    assert (lead["full_name"], lead["custom"]) == ("Nora Vale", {"name": "Contact form"})
    lead = read_keys({"form": "contact", "submission": {"name": "Nora Vale", "email": person["your-email"]}})
    assert lead["full_name"] == "Nora Vale"
    lead = read_keys({"name": "Nora Vale", "contact": {"email": person["your-email"]}})
    assert lead["full_name"] == "Nora Vale"


def test_a_lead_in_our_names_is_answered_as_it_is():
    lead = {"email": "nora@harbor.example", "utm": {"source": "x"}, "phone": None}
    assert read_keys(lead) is lead


def test_problems_are_told_at_the_senders_keys():
    body = {"contact": {"E-Mail": "n/a"}, "Work Email": "nora@", "Shoe size": 41, "phone": "x"}

    def told(pointer, **more):
        return at_senders_keys([{"pointer": pointer} | more], body)[0]["pointer"]

    assert told("/email") == "/Work Email" and told("/email", value="n/a") == "/contact/E-Mail"
    assert told("/custom/Shoe size") == "/Shoe size" and told("/phone") == "/phone" and told("") == ""
    assert at_senders_keys([{"pointer": "/email"}], {"email": "x"}) == [{"pointer": "/email"}]


@pytest.mark.parametrize(("status", "refused"), [
    ("Unsubscribed", "marketing_email"), ("abgemeldet", "marketing_email"), ("Do not contact", "any_contact"),
    ("Do not call", "phone"), ("Working", None), ("Rejected", None), ("Bounced", None), ("No email", None)])
@pytest.mark.parametrize("key", ["Status", "Lead status", "Email Status", "custom.Status"])
def test_a_status_that_says_that_somebody_is_out_is_a_refusal(key, status, refused):
    lead = read_keys({"email": "nora.vale@harbor-lines.example", key: status})
    assert lead["custom"] == {key.removeprefix("custom."): status}
    assert lead.get("refused") == (refused and {refused: status})


def test_a_status_of_something_else_refuses_nothing():
    lead = read_keys({"email": "nora.vale@harbor-lines.example", "Order status": "Unsubscribed"})
    assert "refused" not in lead


@pytest.mark.parametrize(("key", "address", "campaign"), [
    ("page_url", "https://shop.example/?utm_source=ads&utm_campaign=spring&fbclid=q#top",
     {"source": "ads", "campaign": "spring"}),
    ("Landing page", "/a?utm_source=ads", {"source": "ads"}),
    ("First page seen", "http://[?utm_source=1", {"source": "1"}),
    ("favourite_link", "https://shop.example/?utm_source=ads", None),
    ("page_url", "https://shop.example/utm_source=ads", None)])
def test_the_address_of_a_page_tells_the_campaign(key, address, campaign):
    lead = read_keys({"email": "nora.vale@harbor-lines.example", key: address})
    assert lead["custom"] == {key: address} and lead.get("utm") == campaign
    told = read_keys({"email": "nora.vale@harbor-lines.example", key: address, "utm_source": "news"})
    assert told["utm"] == {"source": "news"}


def test_a_band_alone_is_what_somebody_says():
    assert read_keys({"email": "a@b.example", "company_size": "11-50"})["employee_count"] == "11-50"
    own = {"email": "a@b.example", "company_size": "11-50", "employee_count": 20}
    assert read_keys(own) is own
    assert read_keys(own | {"x": 1}) == own | {"custom": {"x": 1}}


def test_what_yes_means_is_told():
    assert read_keys({"mail": "a", "IsConverted": "TRUE"})["outcome"] == "converted"
    assert read_keys({"mail": "a", "IsConverted": False})["outcome"] == "not converted"
    assert read_keys({"mail": "a", "Won": "no"})["outcome"] == "not won"
    assert "outcome" not in read_keys({"mail": "a", "Lost": "no"})
    assert read_keys({"mail": "a", "Outcome": "Won", "Converted": "no"})["outcome"] == "Won"
    assert read_keys({"mail": "a", "Win/Loss": 0})["outcome"] == "not converted"
    assert read_keys({"mail": "a", "Became customer": "ja"})["outcome"] == "converted"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["email", "value", "label", "name", "utm", "custom", "company"])
        | st.text(max_size=6), inner, max_size=4), max_leaves=12)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=8), JSON, max_size=5))
def test_any_body_is_read(body):
    read_keys(body)
    at_senders_keys([{"pointer": "/email"}, {"pointer": "/custom/x"}], body)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_name_is_read(name):
    assert field_named(name) is None or field_named(name)


def test_the_page_of_leads_names_every_language():
    names = {
        "en": "English", "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese", "it": "Italian",
        "nl": "Dutch", "pl": "Polish", "sv": "Swedish", "da": "Danish", "no": "Norwegian", "fi": "Finnish",
        "cs": "Czech", "tr": "Turkish", "ja": "Japanese"}
    text = (Path(__file__).parents[3] / "docs/LEADS.md").read_text(encoding="utf-8")
    spoken = {language for _, language, _ in table("words.txt")} - {"*"}
    assert spoken == names.keys() and all(names[language] in text for language in spoken)
