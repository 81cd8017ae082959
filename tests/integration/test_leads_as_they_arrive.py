"""Leads as forms, tools, spreadsheets and people send them, by every way in: nobody is lost, and what is kept
is what they meant. The bodies and files are in arrivals/."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from click.testing import CliRunner

from sidecar.cli import main
from tests.cases import check_each
from tests.integration.test_export_files import CASES, imported, people
from tests.integration.test_forms import send

ARRIVALS = Path(__file__).parent / "arrivals"
NORA = "nora.vale@harbor-lines.example"
CALLED, MOBILE = {"phone": "+4930901820"}, {"phone": "+4915123456789"}
__all__ = ["send"]  # a fixture


def body(name):
    text = (ARRIVALS / name).read_text(encoding="utf-8").strip()
    return json.loads(text) if name.endswith(".json") else dict(parse_qsl(text, keep_blank_values=True))


def by_webhook(api, raw):
    """Send a lead as the canvas of the intake does: validated, normalised, stored. Returns its page."""
    checked = api.post("/v1/validate", {"leads": [raw]}).json["results"][0]
    normal = api.post("/v1/normalize", {"leads": [raw]}).json["results"][0]
    answer = api.post("/v1/leads", {"leads": [normal["lead"]], "warnings": [checked["warnings"]]})
    assert answer.status_code == 202, answer.json
    return api.get(f"/v1/leads/{answer.json['results'][0]['lead_id']}").json


def known(lead, right):
    """What a lead's page says of the fields in `right`: the person's, the company's, the lead's own."""
    company = lead["organization"] or {}
    told = lead | company | lead["contact"] | {"company": company.get("name")}
    return {field: told.get(field) for field in right}


def known_of(lead):
    return {field: lead["contact"].get(field) for field in ("last_name", "job_title", "phone")}


@pytest.mark.parametrize(("name", "right"), [
    ("ticked-consent-box.txt", {"email": NORA, "consent": {"marketing": True}}),
    ("hidden-tracking-fields.txt", {
        "first_name": "Nora", "utm": {"source": "google", "campaign": "spring"}, "source": "web_form",
        "custom": {"gclid": "abc123", "page_url": "https://shop.example/contact"}}),
    ("camel-case-keys.json", {
        "first_name": "Nora", "last_name": "Vale", "job_title": "CFO", "company": "Harbor Lines"}),
    ("dotted-names.txt", {
        "utm": {"source": "ads"}, "consent": {"marketing": True}, "custom": {"budget": "5000"}}),
])
def test_a_body_that_the_webhook_hands_on(api, name, right):
    assert known(by_webhook(api, body(name)), right) == right


@pytest.mark.parametrize(("raw", "right"), [
    ({"lead[email]": NORA, "lead[first_name]": "Nora", "consent[marketing]": "ja", "custom[budget]": "5000"},
     {"email": NORA, "first_name": "Nora", "consent": {"marketing": True}, "custom": {"budget": "5000"}}),
    ({"contact": {"emailAddress": NORA, "familyName": "Vale"}, "organisation": "Harbor Lines"},
     {"email": NORA, "last_name": "Vale", "company": "Harbor Lines"}),
    ({"email": NORA, "consent": {"newsletter": "nein", "at": "2026-01-31", "text": "Ja, gern per Mail"}},
     {"consent": {"newsletter": False, "at": "2026-01-31", "text": "Ja, gern per Mail"}}),
    ({"email": NORA, "consent": "angekreuzt"}, {"consent": {"marketing": True}}),
    ({"name": "Contact form",
      "data": {"Your-Name": "Nora Vale", "Your-Email": NORA, "Company-3": "Harbor Lines"}},
     {"email": NORA, "last_name": "Vale", "company": "Harbor Lines"}),
    ({"email": NORA, "page_url": "https://shop.example/?utm_source=ads&utm_campaign=spring"},
     {"utm": {"source": "ads", "campaign": "spring"}}),
])
def test_a_body_in_other_words(api, raw, right):
    assert known(by_webhook(api, raw), right) == right


@pytest.mark.parametrize(("name", "right"), [
    ("decoded-twice.json", [{"full_name": "José Muñoz", "city": "Zürich"}]),
    ("phones-as-decimals.json", [MOBILE, MOBILE, {"phone": "+14155550134"}]),
    ("address-in-a-wrapper.json", [{"email": address} for address in (
        NORA, "otto.brink@brink-optik.example", "ada.moss@moss-werk.example")]),
    ("national-free-mail.json", [{"email_type": "free"}]),
    ("html-entities.json", [
        {"last_name": "O'Hara", "company": "Berg & Tal GmbH", "message": "R&B"},
        {"company": "Company GmbH & Co. KG", "legal_form": "GmbH & Co. KG"}]),
    ("letters-and-marks-behind-a-name.json", [{"first_name": "Nora", "last_name": "Vale"}]),
    ("compound-given-name.json", [{"last_name": "Lopez"}]),
    ("no-executives-yet.json", [{"seniority": None}, {"seniority": None}]),
    ("leaders-in-other-languages.json", [{"seniority": "cxo"}] * 4),
    ("chat-link-as-phone.json", [MOBILE]),
    ("several-numbers-in-a-cell.json", [CALLED, MOBILE, {"phone": "+14155550134"}, MOBILE]),
    ("country-names-turned-round.json", [{"country": "KR"}, {"country": "NL"}]),
    ("what-the-page-of-a-lead-shows.json", [{
        "consent": {"marketing": False}, "refused": {"marketing_email": True}, "message": "Please call",
        "utm": {"source": "ads", "campaign": "spring"},
        "custom": {"budget": "50000 EUR", "start": "next quarter"}}]),
])
def test_leads_that_the_api_takes(api, name, right):
    results = api.post("/v1/leads", body(name)).json["results"]
    assert [result["outcome"] for result in results] == ["created"] * len(right)
    pages = [api.get(f"/v1/leads/{result['lead_id']}").json for result in results]
    assert [known(page, wanted) for page, wanted in zip(pages, right, strict=True)] == right


# What else of these kinds people and tools write: (field, as written, as kept; of a name the last).
WRITTEN = [
    *(("email", written, NORA) for written in (
        f"'{NORA}", NORA.replace("@", "＠"), f"ｎ{NORA[1:]}", NORA.replace("-", "\u2011"),
        f"{NORA}、b@home.example", f"{NORA} | b@home.example", f"{NORA}\nb@home.example",
        f"[{NORA}](mailto:{NORA})", f'"Vale, Nora" <{NORA}>', f"\u202a{NORA}\u202c")),
    *(("phone", written, "+4915123456789") for written in (
        "sms:+4915123456789?body=hi", "skype:+4915123456789?call", "https://t.me/+4915123456789",
        "tel:+49-1512-3456789;ext=5", "viber://chat?number=%2B4915123456789",
        "+49 1512 3456789\n+49 30 901820", "4,915123456789E+12", "WhatsApp +49 1512 3456789",
        "+49 1512 3456789 bzw. +49 30 901820", "phone: +49 1512 3456789 (9-17)",
        4915123456789.0)),
    *(("phone", written, None) for written in ("keine Angabe", "なし", "не указан", "#N/A", "xxx")),
    *(("country", written, code) for written, code in {
        "Rép. Dominicaine": "DO", "🇩🇪 Germany": "DE", "Tanzania United Republic Of": "TZ",
        "Republik Korea": "KR", "Fed. Rep. of Germany": "DE", "Virgin Islands British": "VG",
        "日本": "JP"}.items()),
    *(("full_name", written, "Vale") for written in (
        "Nora Vale (she/her) 🚀", "NORA VALE, CPA, CMA", "Nora Vale, SHRM-SCP™", "Nora Vale | MBA")),
    *(("company_name", f"Berg &{again}amp; Tal", "Berg & Tal") for again in ("", "amp;", "amp;amp;")),
]
LEADERS = (
    "Framkvæmdastjóri", "Generalinis direktorius", "Giám đốc điều hành", "Direktur Utama", "Jefe ejecutivo",
    "Διευθύνων Σύμβουλος", "Γενικός Διευθυντής", "Vezérigazgató", "Genel Müdür",
    "대표이사", "总经理", "מנכ\"ל", "الرئيس التنفيذي")
NO_LEADERS = (
    "CFO in training", "Ancien PDG", "CEO Office Manager", "En búsqueda de un puesto de CEO", "CFO candidate",
    "Assistante du directeur général", "I want to be a CEO", "Angehender Geschäftsführer", "Retired CEO",
    "Ex-Geschäftsführer", "Vormals Geschäftsführer",
    "Antigua directora general", "Op zoek naar een rol als CEO")


def test_what_people_and_tools_write(api):
    leads = [{"email": NORA, field: written} for field, written, _ in WRITTEN]
    read = api.post("/v1/normalize", {"leads": leads}).json["results"]

    def check(field, written, kept, result):
        assert result["lead"].get("last_name" if field == "full_name" else field) == kept, result

    check_each(check, [(*case, result) for case, result in zip(WRITTEN, read, strict=True)])


def test_who_leads_a_company_and_who_would_like_to(api):
    titles = [*LEADERS, *NO_LEADERS]
    read = api.post("/v1/normalize", {"leads": [{"email": NORA, "job_title": title} for title in titles]})
    ranks = {title: result["lead"].get("seniority")
             for title, result in zip(titles, read.json["results"], strict=True)}
    assert {title: rank for title, rank in ranks.items() if (rank == "cxo") != (title in LEADERS)} == {}


def test_a_name_that_a_tool_left_is_told(api):
    names = ("[FNAME]", "%recipient.first_name%", "%%FIRST_NAME%%", "{{contact.firstname}}",
             "TestFirst TestLast")
    leads = body("filler-of-tools.json")["leads"] + [{"email": NORA, "full_name": name} for name in names]
    for result in api.post("/v1/validate", {"leads": leads}).json["results"]:
        assert [warning["code"] for warning in result["warnings"]] == ["junk_name"], result


def test_the_facts_of_a_stand_in_company_reach_nobody_else(api):
    sent = body("facts-of-a-stand-in-company.json")
    by_webhook(api, sent["first"])
    page = by_webhook(api, sent["then"])
    assert not {"employee_count", "annual_revenue"} & {*(page["organization"] or {})}


@pytest.mark.parametrize("address", ["noemail@noemail.com", "noreply@noreply.com", "keine@angabe.de"])
def test_an_address_that_stands_for_none_makes_nobody_one(engine, api, address):
    content = (ARRIVALS / "shared-stand-in-address.csv").read_bytes()
    job = imported(engine, content.replace(b"noemail@noemail.com", address.encode()))
    assert job["counts"]["created"] == 3
    assert [(warning["code"], warning["rows"]) for warning in job["warnings"]] == [("stand_in_email", 3)]
    leads = api.get("/v1/leads").json["data"]
    assert sorted(lead["contact"]["full_name"] for lead in leads) == ["Ada Moss", "Bela Frost", "Cleo Hart"]


def test_the_opt_outs_of_a_file_are_its_peoples(engine, api):
    imported(engine, (CASES / "opt-out-columns.csv").read_bytes())
    refused = {email: lead["contact"]["consent"] for email, lead in people(api).items()}
    assert refused == {
        NORA: {"marketing_email": False}, "otto.brink@brink-optik.example": {"marketing_email": False},
        "ada.moss@moss-werk.example": {"any_contact": False}}


def test_the_status_of_a_newsletter_tool_is_heard(engine, api):
    imported(engine, b"Email,Status\na@moss-werk.example,Unsubscribed\nb@frostbau.example,Active\n"
                     b"c@larklicht.example,Bounced\n")
    assert {email: lead["contact"]["refused"] for email, lead in people(api).items()} == {
        "a@moss-werk.example": {"marketing_email": True}, "b@frostbau.example": {},
        "c@larklicht.example": {}}


def test_filler_in_a_later_file_takes_nothing_away(engine, api):
    known = {"email": NORA, "full_name": "Nora Vale", "job_title": "CFO", "phone": "+49 30 901820"}
    assert api.post("/v1/leads", known).status_code == 202
    imported(engine, f"Email,First Name,Last Name,Title,Phone\n{NORA},Nora,Unknown,keine Angabe,-\n".encode())
    [lead] = people(api).values()
    assert known_of(lead) == {"last_name": "Vale", "job_title": "CFO", **CALLED}


def test_the_campaign_of_a_form_is_kept(send, api):
    answer = send(None, json=None, data=body("form-with-campaign.txt"))
    assert answer.status_code == 202
    [lead] = people(api).values()
    assert (lead["utm"], lead["custom"]) == ({"source": "ads", "campaign": "spring"}, {"gclid": "x"})


def test_filler_in_a_file_makes_no_pair():
    told = CliRunner().invoke(main, ["dedupe", str(ARRIVALS / "filler-is-no-feature.csv")])
    assert (told.exit_code, told.stdout) == (0, "")


def test_a_column_that_is_named_finds_the_header(api, environ):
    file = CASES / "choose-the-header-line.csv"
    told = CliRunner().invoke(
        main, ["import", str(file), "--dry-run", "--map", "Email Address=email"], env=environ)
    assert told.exit_code == 0 and "1 would be created" in told.output, told.output
