"""Files as well-known programs write them, imported as they are: nobody is lost, all columns understood."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from sidecar.services import imports, jobs
from sidecar.services.audit import Actor
from sidecar.services.imports import Options
from tests.cases import exports
from tests.spreadsheets import xlsx

CASES = Path(__file__).parents[1] / "unit" / "tables" / "cases"
NORA = {"email": "nora.vale@harbor-lines.example", "first_name": "Nora", "last_name": "Vale"}
MOBILE, GERMAN = {"phone": "+4915123456789"}, {"phone": "+4930901820"}


def imported(engine, content, **options):
    job = imports.create(engine, content, Options(**options), by=Actor("tester"))
    while job["state"] in ("queued", "running"):
        job, _ = jobs.step(engine, job["id"])
    counts = job["counts"]
    assert counts["total"] == sum(counts[name] for name in (
        "created", "updated", "rejected", "suppressed", "skipped"))
    return job


def people(api):
    return {lead["contact"].get("email"): lead for lead in api.get("/v1/leads?limit=100").json["data"]}


@pytest.mark.parametrize(("name", "counts", "email", "contact", "company"), [
    ("linkedin-connections", {"created": 2}, NORA["email"],
     NORA | {"linkedin_url": "https://www.linkedin.com/in/nora-vale-0134", "job_title": "Head of Sales"},
     "Harbor Freight Lines"),
    ("google-contacts", {"created": 1}, NORA["email"], NORA | MOBILE | {"job_title": "Head of Sales"},
     "Harbor Lines"),
    ("pipedrive-people", {"created": 1}, NORA["email"], NORA | MOBILE, "Harbor Lines"),
    ("erp-leads", {"created": 1}, NORA["email"], NORA | {
        "phone": "+919876543210", "job_title": "Purchase Manager"}, "Harbor Lines"),
    ("required-marks-in-headers", {"created": 1}, NORA["email"], NORA | GERMAN, "Harbor Lines"),
    ("brevo-contacts", {"created": 1}, NORA["email"], NORA | MOBILE, None),
    ("spanish-headers", {"created": 1}, "ines.vega@vegafruta.example", {
        "first_name": "Inés", "last_name": "Vega Ruiz", "phone": "+34612345678", "country": "ES",
        "job_title": "Directora general"}, "Vega"),
    ("thunderbird-contacts", {"created": 1}, NORA["email"], NORA | GERMAN | {"city": "Jena", "country": "DE"},
     "Harbor Lines"),
    ("quote-left-open", {"created": 5, "rejected": 1}, "p3@harbor-lines.example", {"first_name": "Cleo"},
     "Harbor Lines"),
    ("mac-roman", {"created": 1}, "jose.munoz@munoz.example", {"full_name": "José Muñoz"}, None),
    ("shift-jis", {"created": 1}, "taro.yamada@yamada.example", {"full_name": "山田太郎"}, None),
    ("windows-1250", {"created": 1}, "lukasz.zolty@zolty.example", {"full_name": "Łukasz Żółty"}, None),
    ("windows-1251", {"created": 1}, "ivan.petrov@petrov.example", {"full_name": "Иван Петров"}, None),
    ("report-with-title-and-footer", {"created": 2, "skipped": 2}, NORA["email"], NORA, "Harbor Lines"),
    ("equals-and-quotes", {"created": 1}, NORA["email"], NORA | MOBILE, None),
    ("choose-the-header-line", {"created": 1}, NORA["email"], NORA, None),
    ("opt-out-columns", {"created": 3}, NORA["email"], NORA, None),
    ("filler-in-the-best-column", {"created": 2}, None, {}, None),
    ("two-addresses-in-a-cell", {"created": 3}, NORA["email"], NORA, None),
])
def test_a_file_as_it_is(engine, api, name, counts, email, contact, company):
    content = (CASES / f"{name}.csv").read_bytes()
    dry = imported(engine, content, dry_run=True)
    job = imported(engine, content)
    assert {outcome: count for outcome, count in job["counts"].items()
            if count and outcome not in ("total", "handled")} == counts
    assert (dry["counts"], dry["problems"], dry["warnings"]) == (
        job["counts"], job["problems"], job["warnings"])
    if email:
        lead = people(api)[email]
        assert {field: lead["contact"].get(field) for field in contact} == contact
        if company:
            assert company in lead["organization"]["name"]


def test_a_workbook_with_a_merged_title_and_filler(engine, api):
    job = imported(engine, xlsx({"Leads": [
        ["Leads of the fair", None, None, None], [], ["E-Mail", "Vorname", "Telefon", "Firma"],
        ["a@moss-werk.example", "Ada", 4915123456789, "Moss Werk"],
        ["b@frostbau.example", "Bela", "n/a", "Frostbau"],
        ["c@x.example", "Cleo", "call me later please", "-"], ["Summe", None, 3]]}))
    assert job["format"] == "spreadsheet" and job["header_line"] == 3 and job["sheet"] == "Leads"
    assert job["counts"]["created"] == 3 and job["counts"]["skipped"] == 1
    assert [problem["outcome"] for problem in job["problems"]] == ["skipped"]
    assert "Telefon" in [warning["column"] for warning in job["warnings"]]
    told = api.get(f"/v1/jobs/{job['id']}/warnings.csv")
    assert b"call me later please" in told.data and b"Summe" in told.data


def test_a_saved_mapping_needs_no_word_the_next_time(engine, api):
    first = b"Wer;Was;Zahl\na@x.example;Clerk;1\n"
    job = imported(engine, first, mapping={"Wer": "email", "Was": "job_title"}, source="fair",
                   save_mapping="Fair list")
    assert job["mapping_name"] == "Fair list" and job["counts"]["created"] == 1
    again = imported(engine, b"Notes:\n\nwer;Was;Zahl\nb@x.example;Head;2\n")
    assert (again["mapping_name"], again["source"], again["counts"]["created"]) == ("Fair list", "fair", 1)
    assert people(api)["b@x.example"]["contact"]["job_title"] == "Head"
    [saved] = api.get("/v1/import-mappings").json["data"]
    assert saved["name"] == "Fair list" and saved["mapping"] == {"wer": "email", "was": "job_title"}


@pytest.mark.parametrize(("content", "sentence"), [
    (b"<html><table><tr><td>Email</td></tr></table></html>", "a web page"), (b"%PDF-1.4", "a PDF"),
    (b"email,name\na@x.example," + bytes(range(128, 256)) * 2, "encoding"), (b"PK\x03\x04broken", "broken")])
def test_what_is_no_table_is_refused_with_a_sentence(app, api, content, sentence):
    answer = app.test_client().post("/v1/jobs/imports", data=content, headers=api.headers | {
        "Content-Type": "application/vnd.ms-excel"})
    assert answer.status_code == 422 and sentence in answer.json["errors"][0]["detail"]


# What stands in each column of an export, by the field that the column is.
SAID = {"email": "nora.vale@harbor-lines.example", "first_name": "Nora", "last_name": "Vale",
        "full_name": "Nora Vale", "phone": "+49 1512 3456789", "job_title": "Head of Sales",
        "company_name": "Harbor Lines", "company_domain": "https://www.harbor-lines.example/about",
        "city": "Jena", "country": "Germany", "region": "Thuringia", "employee_count": "250",
        "annual_revenue": "12000", "owner_name": "Petra Assist", "tags": "fair", "source": "trade_show",
        "message": "Please call", "outcome": "won", "outcome_at": "2025-02-03",
        "refused.marketing_email": "TRUE", "refused.phone": "TRUE", "consent.marketing_email": "yes",
        "utm.campaign": "spring", "linkedin_url": "https://www.linkedin.com/in/nora-vale-0134"}
KEPT = SAID | {"phone": "+4915123456789", "country": "DE"}


@pytest.mark.parametrize("name", exports("exports.txt"))
def test_a_row_of_every_export(engine, api, name):
    """Every column of it filled: the row comes in, the person and the company as they were said."""
    columns = exports("exports.txt")[name]
    cells = [SAID.get(place.partition("|")[0], "") for place, _ in columns]
    content = io.StringIO()
    csv.writer(content).writerows([[header for _, header in columns], cells])
    job = imported(engine, content.getvalue().encode())
    assert job["counts"]["created"] == 1 and not job["problems"], job
    [lead] = api.get("/v1/leads").json["data"]
    places = {place for place, _ in columns}
    for field in places & {"email", "first_name", "last_name", "phone", "job_title", "city", "country",
                           "region", "linkedin_url", "owner_name", "source"}:
        right = "DE-TH" if field == "region" and "country" in places else KEPT[field]
        assert lead["contact"].get(field, lead.get(field)) == right, (field, lead)
    if "full_name" in places:
        assert lead["contact"]["full_name"] == "Nora Vale"
    if "company_name" in places:
        assert lead["organization"]["name"] == "Harbor Lines"
    if "employee_count" in places:
        assert lead["organization"]["employee_count"] == 250
    assert {purpose for purpose in ("marketing_email", "phone") if f"refused.{purpose}" in places} <= {
        *lead["contact"].get("refused", {})}
