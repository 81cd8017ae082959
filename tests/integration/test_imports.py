"""Files of leads: nothing lost or doubled, whatever happens between two rows."""

from __future__ import annotations

import csv
import io
import json
from itertools import count

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sidecar.cli import main
from sidecar.pipeline import intake
from sidecar.services import imports, jobs
from sidecar.services.audit import COMMAND_LINE
from sidecar.store import customers
from sidecar.store import jobs as store
from sidecar.store.database import many, one
from tests.integration.conftest import deadlock_once

BAD = "nobody,Bad,Row,,\r\n,,,,\r\n"  # and a row of nothing, which no lead comes from


def table(count, *extra):
    rows = [f"p{i}@firm{i % 7}.example,Pat,Quill{i},Firm {i % 7},+4930{1000000 + i}\r\n"
            for i in range(count)]
    return "Email,First Name,Last Name,Company,Phone\r\n" + "".join([*rows, *extra])


@pytest.fixture
def send(app, api):
    def post(text, **query):
        answer = app.test_client().post(
            "/v1/jobs/imports", data=text.encode(), query_string=query,
            headers=api.headers | {"Content-Type": "text/csv"})
        return answer.json["job"] if answer.status_code == 202 else answer

    return post


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(imports, "CHUNK_ROWS", 10)


def stored(engine):
    tables = {"contacts": "contacts", "leads": "leads", "intake": "intake", "work": "work_items",
              "chunks": "job_chunks"}
    with engine.database.write() as cursor:
        return {name: one(cursor, f"SELECT count(*) AS n FROM {table}")["n"]
                for name, table in tables.items()}


def step(api, job):
    return api.post(f"/v1/jobs/{job['id']}/step").json["job"]


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_a_file_comes_in_and_tells_its_columns_and_rejects(api, send, engine):
    job = send(table(25, BAD, "p1@firm1.example,Pat,Quill1,Firm 1,\r\n", "x,y,z,a,b,c\r\n"), source="fair")
    assert job["state"] == "queued" and job["counts"]["total"] == 28
    assert job["columns"][0] == {"column": "Email", "field": "email", "how": "guessed"}
    done = step(api, job)
    assert done["state"] == "done" and done["progress"] == 1
    assert done["counts"] == {"total": 28, "handled": 28, "created": 25, "updated": 1, "rejected": 2,
                              "suppressed": 0, "skipped": 0}
    assert [problem["line"] for problem in done["problems"]] == [27, 30]
    assert stored(engine) == {"contacts": 25, "leads": 25, "intake": 27, "work": 25, "chunks": 0}
    assert {lead["source"] for lead in api.get("/v1/leads").json["data"]} == {"fair"}
    rejects = rows_of(api.get(f"/v1/jobs/{job['id']}/rejects.csv"))
    assert [row["Email"] for row in rejects] == ["nobody", "x"]
    assert rejects[0]["rejected_line"] == "27" and rejects[0]["rejected_because"].startswith("email: ")
    assert step(api, job)["counts"] == done["counts"]
    assert [found["id"] for found in api.get("/v1/jobs?state=done").json["data"]] == [job["id"]]


def test_a_break_in_any_step_loses_and_doubles_nothing(api, send, engine, monkeypatch):
    job = send(table(40, BAD))
    calls = []
    real = intake.take_in

    def breaks_at(*arguments, **options):
        results = real(*arguments, **options)
        calls.append(len(results))
        if len(calls) in (1, 4):
            raise RuntimeError("killed after the rows were written")
        return results

    monkeypatch.setattr(imports.intake, "take_in", breaks_at)
    assert api.post(f"/v1/jobs/{job['id']}/step").status_code == 500
    assert stored(engine)["leads"] == 0
    # The chunk that broke is read row by row: the row that breaks is refused, the rest comes in.
    done = step(api, job)
    assert done["state"] == "done" and len(calls) == 1 + 10 + 4
    assert done["counts"] | {"created": 39, "rejected": 2} == done["counts"]
    assert "internal_error" in {e["code"] for p in done["problems"] for e in p["errors"]}
    assert (stored(engine)["leads"], stored(engine)["contacts"]) == (39, 39)


def test_a_kill_between_the_rows_and_the_counters_takes_both_back(api, send, engine, monkeypatch):
    job = send(table(20))

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(imports.store, "advance", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.step(engine, job["id"])
    monkeypatch.undo()
    assert stored(engine) == {"contacts": 0, "leads": 0, "intake": 0, "work": 0, "chunks": 2}
    assert step(api, job)["counts"]["created"] == 20
    assert stored(engine) == {"contacts": 20, "leads": 20, "intake": 20, "work": 20, "chunks": 0}


def test_a_job_that_keeps_breaking_fails_and_goes_on_when_told(api, send, engine, monkeypatch):
    job = send(table(3))
    monkeypatch.setattr(imports.store, "advance", lambda *_: 1 / 0)
    for _ in range(imports.MAX_ATTEMPTS):
        assert api.post("/v1/jobs/step").status_code == 500
    assert api.get(f"/v1/jobs/{job['id']}").json["job"]["state"] == "failed"
    assert api.post("/v1/jobs/step").json["job"] is None
    monkeypatch.undo()
    assert step(api, job)["counts"]["created"] == 3


def test_a_step_under_way_makes_another_only_tell(api, send, engine):
    from concurrent.futures import ThreadPoolExecutor

    job = send(table(5))
    with engine.database.write() as cursor:
        imports.store.lock(cursor, job["id"])
        with ThreadPoolExecutor(1) as pool:
            told, outcomes = pool.submit(jobs.step, engine, job["id"]).result()
    assert told["counts"]["handled"] == 0 and not outcomes
    assert api.post("/v1/jobs/step").json["job"]["counts"]["created"] == 5


def test_a_dry_run_counts_as_the_import_does_and_writes_nothing(api, send, engine):
    known = send(table(5))
    step(api, known)
    before = stored(engine)
    text = table(23, BAD, "p1@firm1.example,Pat,Quill1,Firm 1,\r\n", "p22@firm1.example,Pat,Quill22,,\r\n")
    dry = step(api, send(text, dry_run="true"))
    assert dry["state"] == "done" and stored(engine) == before
    assert len(dry["problems"]) == 1
    wet = step(api, send(text))
    assert dry["counts"] == wet["counts"]
    assert wet["counts"] | {"created": 18, "updated": 7, "rejected": 1} == wet["counts"]


EMAILS = ["info@{d}", "ada@{d}", "bo@{d}", "info@other-{d}", "no address", "", "gone@{d}"]
NAMES = ["Ada Moss", "A. Moss", "Bo Frost", "Ada Frost", ""]
CELLS = st.tuples(
    st.sampled_from(EMAILS), st.sampled_from(NAMES),
    st.sampled_from(["+49151{m}", "+4930901820", "12", ""]),
    st.sampled_from(["https://www.linkedin.com/in/ada-{n}", "https://www.linkedin.com/in/bo-{n}", ""]),
    st.sampled_from(["Firm {n}", "Works {n}", ""]), st.sampled_from(["", "demo"]),
    st.sampled_from(["", "17-{n}", "18-{n}"]))
_ADA = "https://www.linkedin.com/in/ada-{n}"
# Of two rows with the same keys the second tells another name, or a number, which decides about the third.
RENAMED = [("ada@{d}", "Ada Moss", "", _ADA, "", "", ""), ("ada@{d}", "Bo Frost", "", _ADA, "", "", ""),
           ("ada@{d}", "Bo Frost", "", "", "", "", "")]
NUMBERED = [("ada@{d}", "Ada Moss", "", "", "", "", "17-{n}"),
            ("ada@{d}", "Ada Moss", "+4930901820", "", "", "", "17-{n}"),
            ("", "Ada Moss", "+49151{m}", "", "", "", "17-{n}")]
NUMBERS = count(1)


def written(engine):
    with engine.database.read() as cursor:
        return {name: one(cursor, f"SELECT count(*) AS n FROM {name}")["n"] for name in (
            "contacts", "leads", "organizations", "intake", "import_created", "import_changes", "job_people")}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(known=st.lists(CELLS, max_size=3), rows=st.lists(CELLS, min_size=1, max_size=14),
       size=st.integers(1, 4))
@example(known=[], rows=RENAMED, size=1)
@example(known=[], rows=NUMBERED, size=1)
def test_a_dry_run_tells_of_each_row_what_the_run_does(api, engine, known, rows, size):
    """Whoever comes again in another chunk, by another key, to somebody known, under another name."""
    number = next(NUMBERS)

    def file_of(cells):
        return ("email,name,mobile,linkedin,company,tags,HubSpot ID\n" + "".join(
            ",".join(row) + "\n" for row in cells)).format(
                d=f"d{number}.example", n=f"n{number}", m=f"{number:08}")

    def run(text, **options):
        told = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(imports, "CHUNK_ROWS", size)
            outcomes = imports._outcomes
            patch.setattr(imports, "_outcomes", lambda *given: told.append(outcomes(*given)) or told[-1])
            job = imports.create(engine, text.encode(), imports.Options(**options), by=COMMAND_LINE)
            while job["state"] in ("queued", "running"):
                job, _ = jobs.step(engine, job["id"])
        return [outcome for chunk in told for outcome in chunk], job["counts"], job["warnings"]

    if known:
        run(file_of(known))
    with engine.database.write() as cursor:
        customers.suppress(
            cursor, [engine.hash("suppression", "email", f"gone@d{number}.example")], "erasure")
    before = written(engine)
    dry = run(file_of(rows), dry_run=True)
    assert written(engine) == before
    assert dry == run(file_of(rows))


def test_a_dry_run_keeps_of_rows_that_tell_the_same_of_somebody_one(api, send, engine):
    """However many rows a mailbox has, the next chunk takes in those alone that change who is known."""
    def row(name="", **more):
        return f"info@firm.example,{name},,{more.get('company', 'Firm')},\r\n"

    told = [row(), row("Ada"), row(), row(company="Works"), row("Bo"), row("Ada")]
    rows = [*told, *[row()] * 30, *told, *[row()] * 3]
    job = send(table(0, *rows), dry_run="true")
    kept = []
    while job["state"] != "done":
        job, _ = jobs.step(engine, job["id"], seconds=0)
        with engine.database.read() as cursor:
            kept.append(one(cursor, "SELECT count(*) AS n FROM job_people")["n"])
    assert kept == [3, 3, 3, 3, 0]
    assert job["counts"] | {"created": 3, "updated": len(rows) - 3} == job["counts"]
    assert step(api, send(table(0, *rows)))["counts"] == job["counts"]


def test_an_erased_person_is_in_no_row_of_a_dry_run(app, api, send, engine):
    [sent] = api.post("/v1/leads", {"email": "p1@firm1.example"}).json["results"]
    job = send(table(25), dry_run="true")
    jobs.step(engine, job["id"], seconds=0)

    def kept():
        with engine.database.read() as cursor:
            return [engine.vault.open(row["lead"])["email"] for row in many(
                cursor, "SELECT lead FROM job_people")]

    assert "p1@firm1.example" in kept() and len(kept()) == 10
    assert app.test_client().delete(
        f"/v1/contacts/{sent['contact_id']}", headers=api.headers).status_code == 204
    assert "p1@firm1.example" not in kept() and len(kept()) == 9
    assert jobs.step(engine, job["id"])[0]["counts"]["created"] == 24 and kept() == []


def test_a_cancelled_job_does_nothing_more(api, send, engine):
    job = send(table(5))
    assert api.post(f"/v1/jobs/{job['id']}/cancel").json["job"]["state"] == "cancelled"
    assert step(api, job)["state"] == "cancelled" and stored(engine)["leads"] == 0
    assert stored(engine)["chunks"] == 0
    assert api.post(f"/v1/jobs/{job['id']}/cancel").status_code == 409


def test_a_form_with_a_file_and_a_mapping(app, api, engine):
    text = "Wer;Vorname;Lieblingsfarbe\na@x.example;Änne;rot\nb@x.example;Bo;\n"
    headers = api.headers | {"Idempotency-Key": "form-1"}
    answer = app.test_client().post("/v1/jobs/imports", headers=headers, data={
        "file": (io.BytesIO(text.encode("cp1252")), "leads.csv"),
        "mapping": json.dumps({"Wer": "email", "Vorname": ""}), "dry_run": "false"})
    assert answer.status_code == 202, answer.json
    job = answer.json["job"]
    assert (job["encoding"], job["delimiter"]) == ("cp1252", ";")
    assert job["columns"] == [
        {"column": "Wer", "field": "email", "how": "given"},
        {"column": "Vorname", "field": None, "how": "ignored"},
        {"column": "Lieblingsfarbe", "field": "custom.Lieblingsfarbe", "how": "custom"}]
    assert step(api, job)["counts"]["created"] == 2
    assert {"Lieblingsfarbe": "rot"} in [lead["custom"] for lead in api.get("/v1/leads").json["data"]]


UNSUBSCRIBED = ("Email Address,First Name,OPTIN_TIME,Call me\n"
                "a@firm1.example,Ann,2024-03-01 10:00:00,yes\nb@firm2.example,Bo,,\n")


@pytest.mark.parametrize(("name", "query", "refused"), [
    ("unsubscribed_members_export_5f3a.csv", {}, "marketing_email"),
    ("unsubscribed_members_export_5f3a.csv", {"refused": "nothing"}, None),
    ("subscribed_members_export_5f3a.csv", {}, None), ("people.csv", {"refused": "phone"}, "phone"),
    ("people.csv", {"file_name": "do not call.csv"}, "phone"),
])
def test_a_file_whose_name_says_that_they_refused_is_one_of_refusals(app, api, engine, name, query, refused):
    made = app.test_client().post("/v1/jobs/imports", headers=api.headers, data={
        "file": (io.BytesIO(UNSUBSCRIBED.encode()), name)} | query).json["job"]
    assert made["refused"] == refused
    assert step(api, made)["counts"]["created"] == 2
    found = [api.get(f"/v1/leads/{lead['id']}").json["contact"]["refused"]
             for lead in api.get("/v1/leads").json["data"]]
    assert [one.get(refused, False) for one in found] == [refused is not None] * 2
    assert any(found) == (refused is not None)


@pytest.mark.parametrize(("text", "query"), [
    ("", {}), ("a,b\n1,2\n", {}), ("email\nx@y.example\n", {"mapping": "[]"}),
    ("email\nx@y.example\n", {"mapping": '{"none": "email"}'}), ("email\nx\n", {"lane": "fast"}),
])
def test_a_file_that_cannot_be_read_is_explained(send, text, query):
    answer = send(text, **query)
    assert answer.status_code == 422 and answer.json["errors"]


def test_the_same_upload_with_a_key_is_one_job(app, api):
    headers = api.headers | {"Content-Type": "text/csv", "Idempotency-Key": "import-1"}
    jobs = [app.test_client().post("/v1/jobs/imports", data=table(2), headers=headers).json["job"]["id"]
            for _ in range(2)]
    assert jobs[0] == jobs[1]


def test_an_export_is_safe_streamed_and_can_come_in_again(api, send, engine, monkeypatch):
    from sidecar.services import exports

    monkeypatch.setattr(exports, "_PAGE", 4)
    text = table(9) + '"evil@x.example","=HYPERLINK(""http://x"")","@SUM(1)",Firm,+4930123456\r\n'
    step(api, send(text))
    answer = api.get("/v1/leads.csv?source=import")
    assert answer.content_type == "text/csv; charset=utf-8"
    rows = rows_of(answer)
    assert len(rows) == 10 and len({row["lead_id"] for row in rows}) == 10
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert all(row["phone"].startswith("'+49") for row in rows)
    again = step(api, send(answer.data.decode()))
    assert again["counts"] | {"updated": 10, "created": 0, "rejected": 0} == again["counts"]
    assert api.get("/v1/leads.csv?source=none").data.decode("utf-8-sig").count("\r\n") == 1


def test_exports_and_foreign_rejects_need_a_scope(app, api, send, engine):
    from sidecar.secrets import hash_password
    from sidecar.store import access
    from tests.integration.conftest import Api

    with engine.database.write() as cursor:
        access.save_client(cursor, "sender", hash_password("secret"), ["leads"])
    job = send(table(1, BAD))
    sender = Api(app.test_client(), "sender")
    assert step(sender, job)["state"] == "done"
    assert sender.get(f"/v1/jobs/{job['id']}/rejects.csv").status_code == 403
    assert sender.get("/v1/leads.csv").status_code == 403
    assert Api(app.test_client(), "reader").get("/v1/leads.csv").status_code == 403


@pytest.mark.parametrize("refused", ["phone", "any"])
def test_refused_rows_of_a_file_of_refusals_say_so_when_they_are_sent_again(api, send, refused):
    job = step(api, send("Email,Do not call\nnobody,no\na@firm1.example,no\n", refused=refused))
    rejects = api.get(f"/v1/jobs/{job['id']}/rejects.csv")
    assert [row[f"refused.{refused}"] for row in rows_of(rejects)] == ["yes"]
    again = step(api, send(rejects.data.decode("utf-8-sig").replace("nobody", "b@firm1.example")))
    assert again["refused"] is None and again["counts"]["created"] == 1
    [lead] = api.get("/v1/leads?q=b@firm1.example").json["data"]
    assert api.get(f"/v1/leads/{lead['id']}").json["contact"]["refused"][refused]


@pytest.fixture
def run(api, engine, monkeypatch, tmp_path):
    monkeypatch.setattr("sidecar.engine.Engine.build", lambda settings: engine)
    monkeypatch.setattr("sidecar.cli._settings", lambda: engine.settings)
    monkeypatch.setattr(type(engine), "close", lambda self: None)
    path = tmp_path / "leads.csv"

    def command(text, *options):
        path.write_text(text, encoding="utf-8", newline="")
        return CliRunner().invoke(main, ["import", str(path), *options])

    command.rejects = tmp_path / "leads.csv.rejected.csv"
    return command


def test_the_command_goes_on_where_it_was_killed(run, engine, monkeypatch):
    text = table(45, BAD)
    real, calls = imports.feed, []

    def killed(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(imports, "feed", killed)
    assert run(text).exit_code == 1
    assert stored(engine)["leads"] == 20
    monkeypatch.setattr(imports, "feed", real)
    result = run(text)
    assert result.exit_code == 0, result.output
    assert "45 created" in result.output and "1 rejected" in result.output
    assert stored(engine) == {"contacts": 45, "leads": 45, "intake": 46, "work": 45, "chunks": 0}
    assert "nobody" in run.rejects.read_text(encoding="utf-8-sig")
    assert "imported already" in run(text).output and stored(engine)["intake"] == 46
    assert "45 updated" in run(text, "--again").output


def test_the_command_tells_of_a_file_of_refusals_and_may_be_told(run, engine):
    def refusals():
        with engine.database.read() as cursor:
            return {row["purpose"] for row in many(cursor, "SELECT purpose FROM refusals WHERE refused")}

    assert "refuses" not in run(UNSUBSCRIBED).output and not refusals()
    assert "Everybody in this file refuses enrichment." in run(UNSUBSCRIBED, "--refused", "enrichment").output
    assert refusals() == {"enrichment"}


def test_another_process_at_the_same_file_is_told(run, engine, monkeypatch):
    text = table(25)
    real = imports.feed

    def behind(engine, job_id, number, rows):
        real(engine, job_id, number, rows)  # as another process would
        return real(engine, job_id, number, rows)

    monkeypatch.setattr(imports, "feed", behind)
    assert "25 created" in run(text).output and stored(engine)["intake"] == 25


def test_the_command_tries_without_writing(run, engine):
    result = run(table(12, BAD), "--dry-run", "--source", "fair", "--map", "Phone=")
    assert result.exit_code == 0, result.output
    assert "12 would be created" in result.output and stored(engine)["intake"] == 0
    assert run.rejects.exists()
    assert run("a,b\n1,2\n").exit_code == 1


def test_tried_again_after_a_deadlock_it_is_the_same_file(app, api, monkeypatch):
    for more in ({"data": table(2).encode(), "content_type": "text/csv"},
                 {"data": {"file": (io.BytesIO(table(2).encode()), "leads.csv")}}):
        deadlock_once(monkeypatch, store, "add")
        answer = app.test_client().post("/v1/jobs/imports", headers=api.headers, query_string={
            "mapping": json.dumps({"Phone": ""})}, **more)
        assert answer.status_code == 202 and answer.json["job"]["counts"]["total"] == 2
        [phone] = [column for column in answer.json["job"]["columns"] if column["column"] == "Phone"]
        assert phone["field"] is None
