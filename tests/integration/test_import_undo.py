"""An import is taken back: every table as before, except what others changed since, which is told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from itertools import zip_longest

import pytest
from click.testing import CliRunner

from sidecar.cli import main
from sidecar.pipeline import retention
from sidecar.services import imports, jobs
from sidecar.services.audit import Actor
from sidecar.services.imports import Options
from sidecar.store import statistics
from sidecar.store.database import many, one

ME = Actor("tester", "undo-1")
# What tells of jobs, of who did something, and where counts are not added up yet.
ASIDE = {"jobs", "job_rejects", "job_remarks", "job_chunks", "job_people", "import_kept", "audit_log"}
HEADER = "Email,First Name,Last Name,Job Title,Phone,Company,Website,Tags,Message,utm_source,Source\n"


@pytest.fixture(autouse=True)
def small_chunks(api, monkeypatch):
    monkeypatch.setattr(imports, "CHUNK_ROWS", 20)


def snapshot(engine):
    """Every row of every table, as JSON texts."""
    with engine.database.write() as cursor:
        statistics.fold(cursor)
        tables = [row["t"] for row in many(
            cursor, "SELECT tablename AS t FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]
        return {table: {row["row"] for row in many(cursor, f"SELECT to_jsonb(t)::text AS row FROM {table} t")}
                for table in tables if table not in ASIDE and "yoyo" not in table}


def differences(before, after):
    """What is not the same: for each row the columns."""
    found = {}
    for table in before:
        old, new = ([json.loads(row) for row in sorted(one[table] - other[table])]
                    for one, other in ((before, after), (after, before)))
        if old or new:
            found[table] = [{k: (a.get(k), b.get(k)) for k in a | b if a.get(k) != b.get(k)}
                            for a, b in zip_longest(old, new, fillvalue={})]
    return found


def patch(app, api, path, body):
    return app.test_client().patch(path, json=body, headers=api.headers)


def delete(app, api, path):
    return app.test_client().delete(path, headers=api.headers)


def row(n, **changes):
    values = {"email": f"p{n}@firm{n % 7}.example", "first": "Pat", "last": f"Quill{n}", "title": "Clerk",
              "phone": f"+4930{1000000 + n}", "company": f"Firm {n % 7}", "site": f"firm{n % 7}.example",
              "tags": "", "message": "", "utm": "", "source": "import"} | changes
    return ",".join(values.values()) + "\n"


def imported(engine, text, **options):
    job = imports.create(engine, text.encode(), Options(**options), by=ME)
    while job["state"] in ("queued", "running"):
        job, _ = jobs.step(engine, job["id"])
    assert job["state"] == "done"
    return job


def undone(engine, job):
    while (found := imports.undo(engine, job["id"], by=ME))["state"] == "undoing":
        pass
    assert found["state"] == "undone"
    return found


def changed(engine):
    """30 known people, and a second file over half of them and 25 new ones, some twice."""
    imported(engine, HEADER + "".join(row(n) for n in range(30)))
    with engine.database.write() as cursor:  # an address that nobody has yet refused mails
        cursor.execute("INSERT INTO refusals (key_hash, purpose, refused, own, source, stated_at)"
                       " VALUES (%s, 'marketing_email', true, true, 'event', now())",
                       (engine.hash("suppression", "email", "p50@firm1.example"),))
    before = snapshot(engine)
    job = imported(engine, HEADER + "nobody,,,,,,,,,,\n" + "".join(
        row(n, title=f"Head of {step}", phone="", tags=f"fair{step}", message=f"Hello {step}", utm="ads",
            company=f"Firm {n % 7} GmbH", source="demo_request")
        for step in range(3) for n in range(15, 55)) + row(3, site="other.example"))
    return before, job


def test_every_table_is_as_before(engine):
    before, job = changed(engine)
    assert job["counts"]["created"] == 25 and job["counts"]["updated"] == 96
    assert snapshot(engine) != before
    with engine.database.read() as cursor:
        assert one(cursor, "SELECT contact_id FROM refusals")["contact_id"]
    found = undone(engine, job)
    assert differences(before, snapshot(engine)) == {}
    assert (found["kept"], found["kept_count"]) == ([], 0)
    assert imports.undo(engine, job["id"], by=ME)["state"] == "undone"  # told twice it is one


def test_what_an_earlier_release_kept_as_a_text_is_taken_back(engine):
    before, job = changed(engine)
    with engine.database.write() as cursor:
        for kept in many(cursor, "SELECT ctid::text AS place, before, after FROM import_changes"):
            cursor.execute("UPDATE import_changes SET before = %s, after = %s WHERE ctid = %s::tid", (
                *(engine.vault.seal(json.dumps(engine.vault.open(kept[name])))
                  for name in ("before", "after")), kept["place"]))
    undone(engine, job)
    assert differences(before, snapshot(engine)) == {}


@pytest.mark.parametrize(("hours", "said"), [(0, 0), (1, 2)])
def test_what_was_said_long_ago_is_said_anew_and_that_is_taken_back(engine, hours, said):
    imported(engine, HEADER + row(1))
    before = snapshot(engine)
    later = replace(engine, now=lambda: engine.now() + timedelta(hours=hours))
    job = imported(later, HEADER + row(1))
    assert len(differences(before, snapshot(engine)).get("provenance", ())) == said
    undone(later, job)
    assert differences(before, snapshot(engine)) == {}


def test_rows_of_a_chunk_that_broke_are_taken_back_together(engine):
    imported(engine, HEADER + row(1) + row(2))
    before = snapshot(engine)
    again = row(1, title="Head") + row(1, tags="fair", company="Firm 1 GmbH") + row(2, phone="+4930555555")
    job = imports.create(engine, (HEADER + again).encode(), Options(), by=ME)
    with engine.database.write() as cursor:
        cursor.execute("UPDATE jobs SET attempts = 1 WHERE id = %s", (job["id"],))
    job, _ = jobs.step(engine, job["id"])
    assert (job["state"], job["counts"]["updated"]) == ("done", 3)
    undone(engine, job)
    assert differences(before, snapshot(engine)) == {}


def test_in_the_middle_of_an_undo_another_call_or_step_goes_on(engine, monkeypatch, api):
    before, job = changed(engine)
    monkeypatch.setattr("sidecar.services.import_undo._ENTITIES", 3)
    found = imports.undo(engine, job["id"], by=ME, seconds=0)
    assert found["state"] == "undoing"
    while found["state"] == "undoing":
        found = api.post("/v1/jobs/step").json["job"]
    assert differences(before, snapshot(engine)) == {}


def test_what_people_changed_since_stays_and_is_told(engine, app, api):
    _, job = changed(engine)
    leads = {lead["contact"]["email"]: lead for lead in api.get("/v1/leads?limit=100").json["data"]}
    known, new, other = (leads[f"p{n}@firm{n % 7}.example"] for n in (20, 40, 41))
    assert patch(app, api, f"/v1/contacts/{known['contact']['id']}",
        {"job_title": "Owner"}).status_code == 200
    assert patch(app, api, f"/v1/leads/{known['id']}",
        {"tags": ["fair0", "fair1", "fair2", "vip"]}).status_code == 200
    assert patch(app, api, f"/v1/leads/{new['id']}", {"status": "working"}).status_code == 200
    answer = api.post("/v1/leads", {"email": other["contact"]["email"], "message": "Call me"})
    assert answer.json["results"][0]["outcome"] == "updated"
    at_first = snapshot(engine)
    foretold = api.post(f"/v1/jobs/{job['id']}/undo/preview").json
    assert foretold["complete"] and differences(at_first, snapshot(engine)) == {}
    assert api.get(f"/v1/jobs/{job['id']}").json["job"]["state"] == "done"
    found = undone(engine, job)
    assert [foretold["kept"], foretold["kept_count"]] == [found["kept"], found["kept_count"]]
    kept = {(item["kind"], item["id"]): item["fields"] for item in found["kept"]}
    assert kept["contact", known["contact"]["id"]] == ["job_title", "seniority"]
    assert kept["lead", new["id"]] == kept["lead", other["id"]] == ["*"]
    assert {kind for kind, _ in kept} == {"contact", "lead"} and found["kept_count"] == len(kept)
    lead = api.get(f"/v1/leads/{known['id']}").json
    assert (lead["contact"]["job_title"], lead["tags"]) == ("Owner", ["vip"])
    with engine.database.read() as cursor:
        emails = {found["email"] for found in many(cursor, "SELECT email FROM contacts")}
    assert emails == {f"p{n}@firm{n % 7}.example" for n in (*range(30), 40, 41)}


def test_a_lead_that_was_scored_since_goes_or_is_scored_again(engine):
    _, job = changed(engine)
    with engine.database.write() as cursor:
        cursor.execute(
            "UPDATE leads SET total_score = 5000, grade = 'warm', scored_at = now(), version = version + 1;"
                       "UPDATE work_items SET stage = 'done', updated_at = now()")
    found = undone(engine, job)
    assert found["kept"] == []
    with engine.database.read() as cursor:
        assert one(cursor, "SELECT count(*) AS n FROM leads")["n"] == 30
        again = many(cursor, "SELECT lead_id FROM work_items WHERE stage = 'queued' AND score_only")
    assert len(again) == 16


NORA = {"email": "nora.vale@harbor-lines.example", "full_name": "Nora Vale"}
OPTED_OUT = "email,refused.marketing_email\nnora.vale@harbor-lines.example,yes\n"


def events(api, kind, email=NORA["email"]):
    assert api.post("/v1/events", {"events": [{"email": email, "type": kind}]}).status_code == 202


def contact_of(api, contact_id):
    return api.get(f"/v1/contacts/{contact_id}").json


@pytest.mark.parametrize("since", [True, False], ids=["refused since", "the import alone"])
def test_an_undo_lifts_what_the_import_refused_and_nothing_else(engine, api, since):
    nora = api.post("/v1/leads", NORA).json["results"][0]["contact_id"]
    before = snapshot(engine)
    job = imported(engine, OPTED_OUT)
    assert contact_of(api, nora)["may_email"] is False
    if since:
        events(api, "unsubscribe")
    undone(engine, job)
    contact = contact_of(api, nora)
    assert contact["may_email"] is not since and contact["refused"] == (
        {"marketing_email": True} if since else {})
    if not since:
        assert differences(before, snapshot(engine)) == {}


def test_what_somebody_agreed_to_since_is_agreed(engine, api):
    refusing = NORA | {"refused": {"marketing_email": True}}
    nora = api.post("/v1/leads", refusing).json["results"][0]["contact_id"]
    job = imported(engine, OPTED_OUT.replace("email\n", "email,job_title\n").replace("yes", "yes,Captain"))
    events(api, "resubscribe")
    undone(engine, job)
    assert contact_of(api, nora)["may_email"] is True


def test_of_two_imports_of_one_list_each_has_its_own_word(engine, api):
    nora = api.post("/v1/leads", NORA).json["results"][0]["contact_id"]
    first, second = imported(engine, OPTED_OUT), imported(engine, OPTED_OUT)
    undone(engine, first)
    assert contact_of(api, nora)["may_email"] is False
    undone(engine, second)
    assert contact_of(api, nora)["may_email"] is True


def test_what_an_address_refused_while_the_import_waited_stays_with_the_address(engine, api):
    job = imports.create(engine, OPTED_OUT.encode(), Options(), by=ME)
    events(api, "unsubscribe")
    job, _ = jobs.step(engine, job["id"])
    undone(engine, job)
    with engine.database.read() as cursor:
        [left] = many(cursor, "SELECT contact_id, person_id, source FROM refusals")
        assert (left["contact_id"], left["person_id"]) == (None, None) and left["source"] != "import"
    nora = api.post("/v1/leads", NORA).json["results"][0]["contact_id"]
    assert contact_of(api, nora)["may_email"] is False


def test_what_somebody_did_before_the_import_waits_for_them_again(engine, api):
    events(api, "demo_request")
    job = imported(engine, OPTED_OUT)
    undone(engine, job)
    with engine.database.read() as cursor:
        [left] = many(cursor, "SELECT contact_id, lead_id, type FROM events")
        assert left == {"contact_id": None, "lead_id": None, "type": "demo_request"}
    nora = api.post("/v1/leads", NORA).json["results"][0]["contact_id"]
    with engine.database.read() as cursor:
        [told] = many(cursor, "SELECT contact_id::text AS id FROM events WHERE type = 'demo_request'")
    assert told["id"] == nora


def test_what_somebody_did_since_the_import_stays_theirs(engine, api):
    job = imported(engine, OPTED_OUT)
    events(api, "demo_request")
    undone(engine, job)
    with engine.database.read() as cursor:
        assert one(cursor, "SELECT count(contact_id) AS n FROM events WHERE type = 'demo_request'")["n"] == 1


def test_who_was_merged_since_with_somebody_known_keeps_the_open_lead(engine, api):
    known = api.post("/v1/leads", NORA | {"company_name": "Harbor Lines"}).json["results"][0]["contact_id"]
    job = imported(engine, "email,full_name,company_name,message,source\n"
                           "n.vale@harbor-lines.example,Nora Vale,Harbor Lines,Call me,demo_request\n")
    while api.post("/v1/duplicates/find").json["more"]:
        pass
    [pair] = api.get("/v1/duplicates").json["data"]
    answer = api.post(f"/v1/duplicates/{pair['id']}/merge", {"keep": known}).json
    found = undone(engine, job)
    with engine.database.read() as cursor:
        still_open = many(cursor, "SELECT id::text AS id FROM leads WHERE status <> 'archived'")
    assert [lead["id"] for lead in still_open] == [answer["lead_id"]]
    assert {"kind": "lead", "id": answer["lead_id"], "fields": ["*"]} in found["kept"]


def test_nobody_is_in_what_another_contact_is_undone_by(engine, app, api):
    [nora] = api.post("/v1/leads", NORA | {"source": "web form"}).json["results"]
    other = {"email": NORA["email"], "phone": "+49 30 901820", "source": "web form"}
    assert api.post("/v1/leads", other).json["results"][0]["contact_id"] == nora["contact_id"]
    job = imported(engine, "email,full_name,job_title\nnora.vale@harbor-lines.example,Nora Vale,Captain\n")
    path = f"/v1/contacts/{nora['contact_id']}"
    [kept] = api.get(f"{path}/export").json["before_imports"]
    assert kept["job_id"] == job["id"] and kept["before"]["contacts"][0]["phone"] == "+4930901820"
    [chosen] = [row["id"] for row in api.get(f"{path}/origins").json["submissions"]
                if row["full_name"] is None]
    split_off = api.post(f"{path}/unmerge", {"submission_ids": [chosen]}).json["contact_id"]
    assert delete(app, api, f"/v1/contacts/{split_off}").status_code == 204
    assert not [table for table, found in snapshot(engine).items() if "+4930901820" in str(found)]
    assert undone(engine, job)["kept"] == [{"kind": "contact", "id": nora["contact_id"], "fields": ["*"]}]


@pytest.mark.parametrize(("state", "sentence"),
    [("dry", "dry run"), ("queued", "cancel it"), ("old", "30 days")])
def test_what_cannot_be_undone_is_told(engine, api, state, sentence):
    job = imports.create(engine, (HEADER + row(1)).encode(), Options(dry_run=state == "dry"), by=ME)
    if state != "queued":
        jobs.step(engine, job["id"])
    if state == "old":
        with engine.database.write() as cursor:
            cursor.execute("UPDATE jobs SET updated_at = now() - interval '31 days'")
        retention.forget(engine)
    answer = api.post(f"/v1/jobs/{job['id']}/undo")
    assert answer.status_code == 409 and sentence in answer.json["detail"]


def test_an_erased_person_is_in_nothing_that_an_import_is_undone_by(engine, app, api):
    _, job = changed(engine)
    with engine.database.read() as cursor:
        contact = one(cursor, "SELECT id::text AS id FROM contacts WHERE email = 'p20@firm6.example'")["id"]
    assert delete(app, api, f"/v1/contacts/{contact}").status_code in (200, 204)
    assert not [table for table,
        rows in snapshot(engine).items() if any("p20@firm6" in found for found in rows)]
    undone(engine, job)
    assert not [table for table,
        rows in snapshot(engine).items() if any("p20@firm6" in found for found in rows)]


def pictures(engine):
    """All that imports can be undone by, opened, as one text."""
    with engine.database.read() as cursor:
        return " ".join(json.dumps(engine.vault.open(bytes(row[name]))) for row in many(
            cursor, "SELECT before, after FROM import_changes") for name in row)


def test_what_an_import_is_undone_by_is_encrypted(engine):
    changed(engine)
    with engine.database.read() as cursor:
        kept = " ".join(str(row) for row in many(cursor, "SELECT to_jsonb(c) AS c FROM import_changes c"))
    assert "p20@firm6" in pictures(engine) and "p20@firm6" not in kept and "Quill20" not in kept


@pytest.mark.parametrize("what", ["erased", "merged", "unmerged"])
def test_nobody_stays_in_a_picture_who_is_not_there_as_they_were(engine, app, api, what):
    """Nor in that of another contact who has one of their keys."""
    people = NORA | {"phone": "+491512345678"}, NORA | {"email": "n.vale@other.example"}
    kept, lost = (api.post("/v1/leads", lead).json["results"][0]["contact_id"] for lead in people)
    with engine.database.write() as cursor:
        cursor.execute("INSERT INTO duplicates (left_id, right_id, score, reasons) VALUES (%s, %s, 1, '[]')"
                       " RETURNING id::text AS id", sorted((kept, lost)))
        pair = cursor.fetchone()["id"]
        cursor.execute("INSERT INTO contact_identities (kind, value, contact_id) VALUES"
                       " ('linkedin', 'https://www.linkedin.com/in/nora', %s)", (kept,))
    if what == "unmerged":
        assert api.post(f"/v1/duplicates/{pair}/merge", {"keep": kept}).status_code == 200
    job = imported(engine, "email,full_name,job_title\n" + "".join(
        f"{lead['email']},Nora Vale,Captain\n" for lead in people))
    assert "nora.vale@" in pictures(engine) and "n.vale@other" in pictures(engine)
    if what == "erased":
        with engine.database.write() as cursor:  # the other one has got a key of hers meanwhile
            cursor.execute("UPDATE import_changes SET key_hashes = key_hashes || %s WHERE entity_id = %s", (
                [engine.hash("suppression", "linkedin", "https://www.linkedin.com/in/nora")], lost))
        assert delete(app, api, f"/v1/contacts/{kept}").status_code == 204
    elif what == "merged":
        assert api.post(f"/v1/duplicates/{pair}/merge", {"keep": kept}).status_code == 200
    else:
        assert api.post(f"/v1/contacts/{kept}/unmerge", {"contact_id": lost}).status_code == 200
    assert "@" not in pictures(engine)  # companies alone
    told = {item["id"] for item in undone(engine, job)["kept"]}
    assert told == {lost if what == "erased" else kept}


CRM = "email,full_name,job_title,phone,linkedin_url,tags,budget,company_name,industry\n"
CAPTAIN = "nora.vale@harbor-lines.example,Nora Vale,{},{},{},{},{},Harbor Lines,Logistics\n"
PROFILE = "https://www.linkedin.com/in/nora-vale"


@pytest.mark.parametrize("way", ["import", "api"])
def test_what_others_said_again_since_stays_and_is_told(engine, api, way):
    nora = api.post("/v1/leads", NORA | {"company_name": "Harbor Lines"}).json["results"][0]
    first = imported(engine, CRM + CAPTAIN.format("Captain", "+49 30 901820", PROFILE, "fair", "5"))
    if way == "import":
        imported(engine, CRM + CAPTAIN.format("", "+49 30 901820", PROFILE, "fair", ""))
    else:
        api.post("/v1/leads", NORA | {"phone": "+4930901820", "linkedin_url": PROFILE, "tags": ["fair"],
                                      "company_name": "Harbor Lines", "industry": "Logistics"})
    found = undone(engine, first)
    lead = api.get(f"/v1/leads/{nora['lead_id']}").json
    contact = lead["contact"]
    assert (contact["phone"], contact["linkedin_url"], lead["tags"]) == ("+4930901820", PROFILE, ["fair"])
    assert contact.get("job_title") is None and "budget" not in lead["custom"]
    assert lead["organization"]["industry"]
    kept = {item["kind"]: set(item["fields"]) for item in found["kept"]}
    assert {"phone", "linkedin", "leads.tags", "contact_identities"} <= kept["contact"]
    assert "job_title" not in kept["contact"] and "industry" in kept["organization"]
    with engine.database.read() as cursor:
        keys = {row["kind"] for row in many(cursor, "SELECT kind FROM contact_identities")}
        said = one(cursor, "SELECT fields FROM provenance WHERE entity_kind = 'contact'")["fields"]
    assert keys == {"email", "linkedin"} and "phone" in said and "job_title" not in said
    # The profile finds her.
    again = api.post("/v1/leads", {"linkedin_url": PROFILE}).json["results"][0]
    assert again["contact_id"] == nora["contact_id"]


def test_what_others_said_since_and_is_no_longer_kept_keeps_the_person(engine, api):
    nora = api.post("/v1/leads", NORA).json["results"][0]
    job = imported(engine, CRM + CAPTAIN.format("Captain", "", "", "", ""))
    api.post("/v1/leads", NORA | {"job_title": "Captain"})
    with engine.database.write() as cursor:
        cursor.execute("UPDATE intake SET payload = NULL")
    found = undone(engine, job)
    assert {"kind": "contact", "id": nora["contact_id"], "fields": ["*"]} in found["kept"]
    assert api.get(f"/v1/leads/{nora['lead_id']}").json["contact"]["job_title"] == "Captain"


def test_the_command(engine, monkeypatch):
    monkeypatch.setattr("sidecar.engine.Engine.build", lambda settings: engine)
    monkeypatch.setattr("sidecar.cli._settings", lambda: engine.settings)
    monkeypatch.setattr(type(engine), "close", lambda self: None)
    before, job = changed(engine)
    assert job["id"] in CliRunner().invoke(main, ["imports", "list"]).output
    result = CliRunner().invoke(main, ["imports", "undo", job["id"]])
    assert result.exit_code == 0 and "is undone" in result.output, result.output
    assert differences(before, snapshot(engine)) == {}
    assert CliRunner().invoke(main,
        ["imports", "undo", job["id"].replace(job["id"][:8], "00000000")]).exit_code == 1


def test_every_table_that_hangs_on_people_is_undone_or_said_not_to_be(engine):
    from sidecar.store.undo import TABLES

    # Made anew from the rest, of what is new alone, which goes as a whole, or written by no import.
    others = {"contact_blocks", "contact_checks", "duplicates", "merges", "intake", "lead_scores",
              "lead_status_history", "notifications", "held_answers", "employments", "looks",
              "left_leads", "lead_facts", "hot_changes", "handlings", "take_links", "job_leads",
              "contact_privacy", "privacy_statements",
              # What was is told, however it ended.
              "assignments"}
    with engine.database.read() as cursor:
        hanging = {found["t"] for found in many(
            cursor, "SELECT conrelid::regclass::text AS t FROM pg_constraint WHERE contype = 'f'"
                    " AND confrelid IN ('contacts'::regclass, 'leads'::regclass)")}
    assert hanging - others <= TABLES["contact"].keys()


def told(engine):
    """(whether it is anybody's, whether it waits for a key, its type) of each event but those of leads."""
    with engine.database.read() as cursor:
        return sorted((row["of"], row["waits"], row["type"]) for row in many(
            cursor, "SELECT contact_id IS NOT NULL AS of, key_hash IS NOT NULL AS waits, type FROM events"
            " WHERE source <> 'intake'"))


def stored_events(engine):
    """All events, but for when it came to be known whose they are, which ids tell less exactly."""
    return [json.loads(row) | {"received_at": None} for row in sorted(snapshot(engine)["events"])]


def visits(api):
    """What was done by an address and on a device before anybody was known."""
    return api.post("/v1/events", {"events": [
        {"type": "pricing_view", "anonymous_id": "d"},
        {"type": "page_view", "email": NORA["email"], "anonymous_id": "d"}]}).json


def test_what_waited_for_who_came_with_the_import_waits_again(engine, api):
    visits(api)
    before = stored_events(engine)
    job = imported(engine, HEADER + row(1, email=NORA["email"]))
    assert [of for of, *_ in told(engine)] == [True, True]
    undone(engine, job)
    assert snapshot(engine)["contacts"] == set() and stored_events(engine) == before
    nora = api.post("/v1/leads", NORA).json["results"][0]
    assert len(api.get(f"/v1/leads/{nora['lead_id']}").json["events"]) == 2


def test_what_waited_for_a_key_that_an_import_told_of_somebody_known_waits_again(engine, api):
    visits(api)
    imported(engine, HEADER + row(1, email=""))
    before = stored_events(engine)
    job = imported(engine, HEADER + row(1, email=NORA["email"]))
    assert [of for of, *_ in told(engine)] == [True, True]
    undone(engine, job)
    assert stored_events(engine) == before
