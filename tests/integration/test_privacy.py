"""Grounds, notices of Article 14, retention and the report, on all that is stored of people."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

from sidecar import cli
from sidecar.enrichment.model import Statement
from sidecar.pipeline import privacy, provenance
from sidecar.pipeline.retention import tidy_up
from sidecar.privacy.clock import period_ends
from sidecar.services import customers, figures, jobs
from sidecar.services.audit import COMMAND_LINE
from sidecar.store import customers as store
from sidecar.store.database import many, one
from tests.client import until
from tests.integration.conftest import Api
from tests.integration.test_customers import everywhere

WHO = {"controller": "Acme GmbH, Hauptstraße 1, Berlin", "contact": "privacy@acme.example"}
HOSTILE = '<script>alert(1)</script>"\'=cmd|calc'


@pytest.fixture(autouse=True)
def as_shipped(engine):
    yield
    with engine.database.write() as cursor:
        cursor.execute("UPDATE privacy_settings SET definition = '{}', looked_until = NULL;"
                       " DELETE FROM source_grounds")


def sent(api, source, email, **more):
    result = api.post("/v1/leads", {"email": email, "source": source} | more).json["results"][0]
    return result["contact_id"]


def of(api, contact_id):
    answer = api.get(f"/v1/contacts/{contact_id}/privacy")
    assert answer.status_code == 200, answer.json
    return answer.json


def patched(api, body):
    answer = api.client.patch("/v1/privacy/settings", json=body, headers=api.headers)
    assert answer.status_code == 200, answer.json
    return answer.json


def put(api, path, body):
    return api.client.put(path, json=body, headers=api.headers)


def survey(engine):
    while privacy.survey(engine):
        pass


def after(engine, days):
    then = engine.now() + timedelta(days=days)
    return replace(engine, now=lambda: then)


def asked(engine, contact_id, provider="hunter", **values):
    """A provider told this of somebody now."""
    with engine.database.write() as cursor:
        provenance.write(cursor, "contact", {contact_id: {
            name: Statement(value, 0.9) for name, value in (values or {"city": "Jena"}).items()}},
            source=provider, now=engine.now())


def days(engine, contact_id, past):
    """All that came of a contact came so many days ago."""
    with engine.database.write() as cursor:
        cursor.execute(
            "UPDATE intake SET received_at = received_at - %(d)s * interval '1 day' WHERE lead_id IN"
            " (SELECT id FROM leads WHERE contact_id = %(id)s);"
            " UPDATE contacts SET created_at = created_at - %(d)s * interval '1 day' WHERE id = %(id)s;"
            " UPDATE leads SET created_at = created_at - %(d)s * interval '1 day' WHERE contact_id = %(id)s;"
            " UPDATE events SET occurred_at = occurred_at - %(d)s * interval '1 day'"
            " WHERE contact_id = %(id)s;"
            " UPDATE lead_status_history SET changed_at = changed_at - %(d)s * interval '1 day'"
            " WHERE lead_id IN (SELECT id FROM leads WHERE contact_id = %(id)s)",
            {"d": past, "id": contact_id})


def listed(api, state="due"):
    return {row["email"]: row for row in api.get(f"/v1/privacy/notices?state={state}").json["data"]}


@pytest.mark.parametrize(("source", "more", "origin", "ground"), [
    ("web form", {"consent": {"marketing_email": True}}, "form", "consent"),
    ("web form", {}, "form", "contract"),
    ("demo request", {}, "request", "contract"),
    ("webinar", {}, "event", "legitimate_interest"),
    ("trade fair list", {}, "list", "legitimate_interest"),
    ("partner", {}, "system", "legitimate_interest"),
])
def test_the_ground_follows_from_how_somebody_came(api, source, more, origin, ground):
    found = of(api, sent(api, source, "ground@came.example", **more))
    assert (found["sources"][0]["origin"], found["ground"], found["ground_by"]) == (origin, ground, "rule")
    assert (found["notice"]["due_on"] is None) is (origin in ("form", "request", "event"))


def test_a_file_is_a_list_whatever_it_is_called(api):
    answer = api.client.post("/v1/jobs/imports?source=web%20form", data="email\nfile@came.example\n",
                             headers=api.headers | {"Content-Type": "text/csv"})
    api.post(f"/v1/jobs/{answer.json['job']['id']}/step")
    [row] = api.get("/v1/contacts?q=file@came").json["data"]
    assert of(api, row["id"])["sources"][0]["origin"] == "list"


def test_a_customer_is_kept_by_contract(api):
    contact_id = sent(api, "csv import", "buyer@came.example")
    [lead] = api.get(f"/v1/contacts/{contact_id}").json["leads"]
    api.client.patch(f"/v1/leads/{lead['id']}", json={"status": "converted"}, headers=api.headers)
    found = of(api, contact_id)
    assert (found["ground"], found["standing"]) == ("contract", "customer")
    assert found["retention"]["due_on"] is None


def test_people_set_a_ground_with_its_history(api, app):
    contact_id = sent(api, "csv import", "set@came.example")
    wrong = put(api, f"/v1/contacts/{contact_id}/ground", {"ground": "whim", "reason": "x"})
    assert wrong.status_code == 422
    path = f"/v1/contacts/{contact_id}/ground"
    assert put(api, path, {"ground": "contract", "reason": "Asked by phone"}).status_code == 200
    found = put(api, path, {"ground": None, "reason": "A mistake"}).json
    assert (found["ground"], found["ground_by"]) == ("legitimate_interest", "rule")
    assert [(row["ground"], row["reason"], row["stated_by"]) for row in found["history"]] == [
        (None, "A mistake", "tests"), ("contract", "Asked by phone", "tests")]
    reader = Api(app.test_client(), "reader").get(f"/v1/contacts/{contact_id}/privacy").json
    assert [row["reason"] for row in reader["history"]] == [None, None]


def test_what_is_said_of_a_source_holds_for_all_that_came_with_it(api, engine):
    contact_id = sent(api, "old crm list", "crm@came.example")
    answer = put(api, "/v1/privacy/sources", {
        "source": "old crm list", "ground": "contract", "origin": "form"})
    assert answer.json["data"][0]["set_by"] == "tests"
    found = of(api, contact_id)
    assert (found["ground"], found["ground_by"], found["notice"]["due_on"]) == ("contract", "source", None)
    assert put(api, "/v1/privacy/sources", {"source": "old crm list"}).json == {"data": []}
    assert of(api, contact_id)["ground_by"] == "rule"


def test_a_list_has_a_month_and_a_form_has_none(api, engine):
    listed_id = sent(api, "csv import", "list@month.example")
    sent(api, "web form", "form@month.example")
    obtained = engine.now().astimezone(privacy.zone_of(engine)).date()
    survey(engine)
    rows = listed(api)
    assert rows.keys() == {"list@month.example"}
    assert rows["list@month.example"]["notice_due_on"] == period_ends(obtained, 1).isoformat()
    days(engine, listed_id, 40)
    survey(engine)
    assert listed(api, "overdue").keys() == {"list@month.example"} and listed(api, "due_soon") == {}
    days(engine, listed_id, -14)
    survey(engine)
    assert listed(api, "due_soon").keys() == {"list@month.example"} and listed(api, "overdue") == {}


def test_who_filled_in_a_form_is_told_of_what_a_provider_added(api, engine):
    contact_id = sent(api, "web form", "asked@month.example")
    asked(engine, contact_id)
    notice = of(api, contact_id)["notice"]
    assert notice["sources"] == ["hunter"] and notice["due_on"]


def test_the_first_mail_ends_the_month(api, engine):
    contact_id = sent(api, "csv import", "mailed@month.example")
    days(engine, contact_id, 10)
    api.post("/v1/events", {"events": [{"type": "email_open", "email": "mailed@month.example"}]})
    today = engine.now().astimezone(privacy.zone_of(engine)).date()
    assert of(api, contact_id)["notice"]["due_on"] == today.isoformat()


def test_notices_are_marked_in_bulk_and_taken_back(api, engine):
    ids = [sent(api, "csv import", f"n{n}@marked.example") for n in range(3)]
    survey(engine)
    answer = api.post("/v1/privacy/notices/sent", {"contact_ids": ids[:2]}).json
    assert answer["count"] == 2 and listed(api).keys() == {"n2@marked.example"}
    assert listed(api, "sent").keys() == {"n0@marked.example", "n1@marked.example"}
    asked(engine, ids[0])  # a source that came later has its own clock
    assert of(api, ids[0])["notice"]["due_on"]
    undone = api.post(f"/v1/privacy/notices/sent/{answer['batch_id']}/undo")
    assert undone.json["count"] == 2 and len(listed(api)) == 3 and listed(api, "sent") == {}
    assert api.post(f"/v1/privacy/notices/sent/{answer['batch_id']}/undo").status_code == 404
    assert api.post("/v1/privacy/notices/sent", {"state": "due"}).json["count"] == 3 and not listed(api)
    for wrong in ({}, {"contact_ids": [], "state": "due"}, {"state": "sent"}, {"contact_ids": ["x"]}):
        assert api.post("/v1/privacy/notices/sent", wrong).status_code == 422


def test_the_list_is_paged_and_exported_safely(api, engine):
    for n in range(5):
        sent(api, "csv import", f"p{n}@paged.example", full_name=f"=HYPERLINK({n}) Person")
    survey(engine)
    first = api.get("/v1/privacy/notices?limit=3").json
    rest = api.get(f"/v1/privacy/notices?limit=3&cursor={first['next']}").json
    assert len({row["id"] for row in (*first["data"], *rest["data"])}) == 5 and rest["next"] is None
    assert api.get("/v1/privacy/notices?cursor=nonsense").status_code == 422
    text = api.get("/v1/privacy/notices.csv?state=due").get_data(as_text=True).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 5 and all(row["full_name"].startswith("'=") for row in rows)
    assert rows[0]["sources"] == "csv import"


def test_lists_need_to_see_people(app, api):
    reader = Api(app.test_client(), "reader")
    contact_id = sent(api, "csv import", "hidden@list.example")
    for path in ("/v1/privacy/notices", "/v1/privacy/notices.csv", "/v1/privacy/retention",
                 f"/v1/contacts/{contact_id}/notice", f"/v1/contacts/{contact_id}/report"):
        assert reader.get(path).status_code == 403
    assert "hidden" not in reader.get(f"/v1/contacts/{contact_id}/privacy").text


# Documents
def test_the_notice_says_all_that_it_has_to(api, engine):
    contact_id = sent(api, "csv import", "told@notice.example", full_name="Tilda Told", job_title="CTO")
    asked(engine, contact_id)
    assert api.get(f"/v1/contacts/{contact_id}/notice").status_code == 409  # who is responsible is not said
    patched(api, WHO | {"authority": "Berlin", "transfers": "USA, by standard clauses"})
    page = api.get(f"/v1/contacts/{contact_id}/notice?language=de")
    assert page.content_type.startswith("text/html") and "attachment" in page.headers["Content-Disposition"]
    for wanted in ("Tilda Told", "Acme GmbH", "privacy@acme.example", "csv import", "hunter", "Position",
                   "Berechtigtes Interesse (Art. 6 Abs. 1 Buchst. f DSGVO)", "24 Monate", "Art. 21 DSGVO",
                   "Berlin", "USA, by standard clauses", "Art. 22 DSGVO"):
        assert wanted in page.text, wanted
    text = api.get(f"/v1/contacts/{contact_id}/notice?format=text")
    assert text.content_type.startswith("text/plain")
    assert "Legitimate interest (Art. 6(1)(f) GDPR)" in text.text


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_report_has_all_and_runs_nothing(api, engine, language):
    contact_id = sent(api, "demo request", "all@report.example", full_name=f"Rita {HOSTILE}",
                      message=f"Hello {HOSTILE}", custom={HOSTILE: HOSTILE}, tags=[HOSTILE])
    asked(engine, contact_id, city=HOSTILE)
    batch = api.post("/v1/pipeline/claim").json
    api.step(batch, "plan")
    api.step(batch, "score")
    answer = api.get(f"/v1/contacts/{contact_id}/report?language={language}")
    assert answer.status_code == 200 and "sandbox" in answer.headers["Content-Security-Policy"]
    page = answer.text
    assert "<script" not in page and "alert(1)" in page and "&lt;script&gt;" in page
    assert "all@report.example" in page and "hunter" in page and "demo request" in page
    reasons = api.get(f"/v1/contacts/{contact_id}/export").json["leads"][0]["score"]["reasons"]
    assert reasons and reasons[0]["text"] in page
    assert page.count("<html") == 1 and 'lang="' + language in page and " src=" not in page


# Retention
def erase(engine, job_id):
    """Erase by rule to the end, in as many steps as it takes: (the job, outcomes)."""
    job, outcomes = jobs.step(engine, job_id)
    while job["state"] == "running":
        job, more = jobs.step(engine, job_id)
        outcomes += more
    return job, outcomes


def due(api, within=0):
    return {row["email"]: row for row in api.get(f"/v1/privacy/retention?days={within}").json["data"]}


def test_the_dry_run_says_who_and_why_and_erases_nobody(api, engine, environ):
    contact_id = sent(api, "csv import", "old@kept.example")
    sent(api, "csv import", "new@kept.example")
    days(engine, contact_id, 800)
    survey(engine)
    row = due(api)["old@kept.example"]
    assert row["retention_months"] == 24 and "24 months" in row["why"] and row["announced_at"] is None
    assert due(api).keys() == {"old@kept.example"} and len(due(api, 3660)) == 2
    run = CliRunner().invoke(cli.main, ["privacy", "retention", "--dry-run"], env=environ)
    assert run.exit_code == 0, run.output
    assert contact_id in run.output and "24 months" in run.output and "1 to be erased" in run.output
    assert api.get(f"/v1/contacts/{contact_id}").status_code == 200


def test_nobody_goes_until_an_admin_says_so_and_the_cooling_period_is_over(api, engine):
    gone = sent(api, "csv import", "gone@kept.example", full_name="Gone Person")
    stays = sent(api, "csv import", "stays@kept.example")
    for contact_id in (gone, stays):
        days(engine, contact_id, 800)
    survey(engine)
    assert privacy.begin_erasure(after(engine, 1000)) is None  # not switched on
    patched(api, {"erase": True, "cooling_days": 10})
    survey(engine)
    assert privacy.begin_erasure(after(engine, 9)) is None  # announced, and not over
    assert due(api)["gone@kept.example"]["erased_from"]
    later = after(engine, 11)
    put(api, f"/v1/contacts/{stays}/ground", {"ground": "legal_obligation", "reason": "Tax law"})
    job_id = privacy.begin_erasure(later)
    assert job_id and privacy.begin_erasure(later) is None
    job, counts = erase(later, job_id)
    assert (job["state"], counts["updated"]) == ("done", 1)
    assert api.get(f"/v1/contacts/{gone}").status_code == 404
    assert api.get(f"/v1/contacts/{stays}").status_code == 200
    assert everywhere(engine, ("gone@kept", "gone person")) == []
    again = api.post("/v1/leads", {"email": "gone@kept.example"}).json["results"][0]
    assert again["outcome"] == "created"  # their time was over; they did not ask to be forgotten


def test_who_is_no_longer_due_when_the_job_comes_stays(api, engine):
    contact_id = sent(api, "csv import", "back@kept.example")
    days(engine, contact_id, 800)
    patched(api, {"erase": True, "cooling_days": 1})
    survey(engine)
    later = after(engine, 2)
    job_id = privacy.begin_erasure(later)
    api.post("/v1/leads", {"email": "back@kept.example", "source": "demo request"})
    job, counts = erase(later, job_id)
    assert (job["state"], counts["updated"], counts["skipped"]) == ("done", 0, 1)
    assert api.get(f"/v1/contacts/{contact_id}").status_code == 200


def test_who_cannot_be_erased_does_not_keep_the_others(api, engine, monkeypatch, caplog):
    ids = [sent(api, "csv import", f"p{n}@stuck.example") for n in range(3)]
    for contact_id in ids:
        days(engine, contact_id, 800)
    patched(api, {"erase": True, "cooling_days": 1})
    survey(engine)
    later, erasing = after(engine, 2), store.erase

    def broken(cursor, contact_ids):
        erasing(cursor, contact_ids)
        if ids[1] in contact_ids:
            raise ValueError

    monkeypatch.setattr(store, "erase", broken)
    job, counts = erase(later, privacy.begin_erasure(later))
    assert (job["state"], counts["updated"], counts["rejected"]) == ("done", 2, 1)
    assert [api.get(f"/v1/contacts/{one}").status_code for one in ids] == [404, 200, 404]
    assert f"contact {ids[1]} could not be erased: ValueError" in caplog.text
    assert privacy.begin_erasure(later)  # who is left is tried again


def test_erasing_by_rule_locks_people_last(api, engine):
    """As edits do: keys, leads, contacts; else one of both ends in a deadlock."""
    contact_id = sent(api, "csv import", "edited@meanwhile.example")
    days(engine, contact_id, 800)
    patched(api, {"erase": True, "cooling_days": 1})
    survey(engine)
    later = after(engine, 2)
    job_id = privacy.begin_erasure(later)
    with ThreadPoolExecutor(1) as pool:
        with engine.database.write() as cursor:
            store.lock_leads(cursor, [contact_id])
            step = pool.submit(erase, later, job_id)
            until(lambda: one(cursor, "SELECT 1 FROM pg_locks WHERE NOT granted LIMIT 1"), 20, "a wait")
            cursor.execute("SELECT FROM contacts WHERE id = %s FOR UPDATE NOWAIT", (contact_id,))
        assert step.result(20)[0]["state"] == "done"
    assert api.get(f"/v1/contacts/{contact_id}").status_code == 404


def test_switched_off_the_job_ends_and_nobody_is_announced(api, engine):
    contact_id = sent(api, "csv import", "off@kept.example")
    days(engine, contact_id, 800)
    patched(api, {"erase": True, "cooling_days": 1})
    survey(engine)
    later = after(engine, 2)
    job_id = privacy.begin_erasure(later)
    assert patched(api, {"erase": False})["counts"]["announced"] == 0
    job, _ = jobs.step(later, job_id)
    assert job["state"] == "cancelled" and api.get(f"/v1/contacts/{contact_id}").status_code == 200


def test_a_refusal_stays_by_its_hash_when_its_person_goes(api, engine):
    contact_id = sent(api, "csv import", "no@kept.example")
    api.post(f"/v1/contacts/{contact_id}/refusals", {
        "purpose": "marketing_email", "refused": True, "reason": "by phone"})
    days(engine, contact_id, 100)
    with engine.database.write() as cursor:
        cursor.execute("UPDATE refusals SET stated_at = stated_at - interval '100 days'")
    found = of(api, contact_id)
    assert found["standing"] == "objected" and found["retention"]["months"] == 1
    with engine.database.write() as cursor:
        customers.erase_all(engine, cursor, [contact_id], by=COMMAND_LINE, suppressed=False)
    assert everywhere(engine, ("no@kept",)) == []
    again = sent(api, "csv import", "no@kept.example")
    assert api.get(f"/v1/contacts/{again}").json["may_email"] is False


def test_erased_nothing_of_privacy_stays(api, engine):
    contact_id = sent(api, "csv import", "wiped@kept.example")
    survey(engine)
    api.post("/v1/privacy/notices/sent", {"contact_ids": [contact_id]})
    api.client.delete(f"/v1/contacts/{contact_id}", headers=api.headers)
    with engine.database.read() as cursor:
        assert one(cursor, "SELECT (SELECT count(*) FROM contact_privacy)"
                           " + (SELECT count(*) FROM privacy_statements) AS n")["n"] == 0


# Merges
def test_after_a_merge_the_earlier_clock_holds_and_after_its_undo_each_has_its_own(api, engine):
    early = sent(api, "csv import", "early@merged.example", full_name="Mia Merged")
    late = sent(api, "partner list", "late@merged.example", full_name="Mia Merged")
    days(engine, early, 20)
    before = {contact: of(api, contact) for contact in (early, late)}
    put(api, f"/v1/contacts/{early}/ground", {"ground": "contract", "reason": "An order"})
    assert before[early]["notice"]["due_on"] < before[late]["notice"]["due_on"]
    assert api.post(f"/v1/contacts/{late}/merge", {"contact_id": early}).status_code == 200
    whole = of(api, late)
    assert whole["notice"]["due_on"] == before[early]["notice"]["due_on"] and whole["ground"] == "contract"
    assert whole["notice"]["sources"] == ["csv import", "partner list"]
    assert api.post(f"/v1/contacts/{late}/unmerge", {"contact_id": early}).status_code == 200
    assert of(api, late)["notice"] == before[late]["notice"]
    apart = of(api, early)
    assert apart["notice"] == before[early]["notice"] and apart["ground"] == "contract"
    assert of(api, late)["ground"] == "legitimate_interest"


# The round
def test_the_housekeeping_does_the_round_and_the_figures_tell(api, engine):
    contact_id = sent(api, "csv import", "round@figures.example")
    days(engine, contact_id, 800)
    engine.cache.redis.delete("once:retention")
    tidy_up(engine)
    counts = api.get("/v1/privacy/settings").json["counts"]
    assert counts == {"overdue": 1, "due_soon": 0, "due": 1, "retention_due": 1, "announced": 0}
    told = figures.figures(engine)
    assert (told["privacy_notices_overdue"], told["privacy_retention_due"]) == ({(): 1}, {(): 1})
    patched(api, {"erase": True, "cooling_days": 3})
    survey(engine)
    late = {days: figures.figures(after(engine, days))["privacy_retention_due"][()] for days in (0, 3.9, 4.1)}
    assert late == {0: 0, 3.9: 0, 4.1: 1}  # announced, a day is left for the job, it does not come


def test_the_round_comes_by_everybody_in_parts(api, engine):
    ids = {sent(api, "csv import", f"r{n}@parts.example") for n in range(7)}
    assert privacy.survey(engine, 3) and privacy.survey(engine, 3)
    while privacy.survey(engine, 3):
        pass
    with engine.database.read() as cursor:
        assert {row["id"] for row in many(
            cursor, "SELECT contact_id::text AS id FROM contact_privacy")} == ids
    for contact_id in ids:
        days(engine, contact_id, 40)
    for _ in range(4):
        privacy.survey(engine, 3)
    assert len(listed(api, "overdue")) == 7


def test_the_command_looks_at_everybody_and_waits_for_whoever_looks_too(api, engine, environ, monkeypatch):
    ids = [sent(api, "csv import", f"c{n}@command.example") for n in range(3)]
    for contact_id in ids:
        days(engine, contact_id, 800)
    survey(engine)
    with engine.database.write() as cursor:  # the housekeeping has come by all of them
        cursor.execute("UPDATE privacy_settings SET looked_until = %s;"
                       " UPDATE contact_privacy SET retention_due_on = NULL", (ids[-1],))
    answers = [None, None]
    looks = privacy.survey
    monkeypatch.setattr(privacy, "survey", lambda engine: answers.pop() if answers else looks(engine))
    monkeypatch.setattr(cli.time, "sleep", lambda seconds: None)
    run = CliRunner().invoke(cli.main, ["privacy", "retention", "--dry-run"], env=environ)
    assert "3 to be erased" in run.output, run.output


def test_settings_are_checked_and_audited(api):
    rule = {"ground": "any", "standing": "closed", "months": 6}
    assert patched(api, {"rules": [rule], "cooling_days": 14})["rules"] == [rule]
    for wrong in ({}, {"rules": [rule | {"months": 0}]}, {"rules": [rule | {"ground": "whim"}]},
                  {"cooling_days": 0}, {"erase": "maybe"}):
        assert api.client.patch("/v1/privacy/settings", json=wrong, headers=api.headers).status_code == 422
    [line] = api.get("/v1/audit?action=privacy.settings_changed&limit=1").json["data"]
    assert line["after"]["cooling_days"] == 14



def test_when_what_came_in_is_no_longer_kept_the_lead_tells_how_it_came(api, engine):
    asked_id = sent(api, "demo request", "demo@gone.example")
    list_id = sent(api, "csv import", "list@gone.example")
    before = {contact: of(api, contact) for contact in (asked_id, list_id)}
    with engine.database.write() as cursor:
        cursor.execute("UPDATE events SET intake_id = NULL; DELETE FROM intake")
    for contact, told in before.items():
        found = of(api, contact)
        assert found["ground"] == told["ground"] and found["notice"]["sources"] == told["notice"]["sources"]
        assert [row["origin"] for row in found["sources"]] == [row["origin"] for row in told["sources"]]
