"""What production learns from the ledger: kept once, by one learner, of nobody; and what is corrected."""

from __future__ import annotations

import json
import random

import pytest

from sidecar.enrichment import PROVIDERS
from sidecar.enrichment.offers import offers_of
from sidecar.ids import new_id
from sidecar.pipeline import learning
from sidecar.store import learning as store
from sidecar.store.database import Database, insert, one
from tests.integration.test_pipeline import claim, lead, run, send, start

OFFERS = offers_of(PROVIDERS)


@pytest.fixture
def elsewhere(engine):
    """Another process' connection."""
    database = Database(engine.settings.database_url, size=1)
    yield database
    database.close()


@pytest.fixture(autouse=True)
def nothing_is_learnt_by_the_way(monkeypatch):
    """The minute's tidying learns nothing: each test says when."""
    monkeypatch.setattr("sidecar.pipeline.retention.learn", lambda engine: True)


def ledger(engine, name, outcomes, **more):
    """Calls of an operation that were answered so, about as many people of whom nothing else is known."""
    provider, _, operation = name.partition(".")
    kind = PROVIDERS[provider].operation(operation).subject
    with engine.database.write() as cursor:
        insert(cursor, "provider_calls", [
            {"id": new_id(), "provider": provider, "operation": operation, "request_key": new_id(),
             "subject_kind": kind, "subject_id": new_id(), "sandbox": False, "state": "answered",
             "outcome": outcome, "lead_ids": [], "credits": 0, "price": 0, "reason": {}, "key_mark": "",
             "planned_at": "2026-01-01T00:00:00Z"} | more for outcome in outcomes],
            computed={"answered_at": "now()"})


def known(engine):
    with engine.database.read() as cursor:
        return learning.what_is_learnt(cursor, OFFERS)


def chance(engine, name, subject="contact"):
    """How likely an operation finds somebody of whom nothing is known, as planning believes."""
    return known(engine).beliefs.chances(subject, [name], ("country None", "e-mail None", "size None"), []
                                         ).of(name)


def kept(engine):
    """The row that is kept."""
    with engine.database.read() as cursor:
        return one(cursor, "SELECT version::text, read_to, state FROM learnt")


@pytest.mark.parametrize("rate", [0.1, 0.35, 0.9])
def test_after_500_answers_the_hit_rate_is_known(api, engine, rate):
    world = random.Random(rate)
    outcomes = ["found" if world.random() < rate else "not_found" for _ in range(500)]
    for some in range(0, 500, 100):
        ledger(engine, "hunter.person", outcomes[some:some + 100])
        assert learning.learn(engine)
    assert known(engine).beliefs.seen == 500
    assert chance(engine, "hunter.person") == pytest.approx(rate, abs=0.06)
    assert chance(engine, "apollo.person") == pytest.approx(0.6, abs=0.25)


def test_who_is_corrected_is_asked_after_others(api, engine):
    def asked(number):
        send(api, lead(number))
        batch = claim(api)
        assert api.step(batch, "plan").json["asking"]
        with engine.database.read() as cursor:
            return one(cursor, "SELECT provider || '.' || operation AS name FROM provider_calls"
                               " WHERE subject_kind = 'contact' AND price > 0 AND batch_id = %s",
                       (batch["batch_id"],))["name"]

    before = asked(1)
    ledger(engine, before, ["found"] * 200)
    with engine.database.write() as cursor:
        cursor.execute("INSERT INTO corrections (call_id, place, cause)"
                       " SELECT id, 'contact.job_title', 'edited' FROM provider_calls"
                       " WHERE outcome = 'found'")
    learning.learn(engine)
    assert asked(2) != before


def test_what_was_learnt_is_read_once(api, engine):
    ledger(engine, "hunter.person", ["found"] * 10)
    learning.learn(engine)
    first = known(engine)
    assert known(engine) is first
    ledger(engine, "hunter.person", ["found"])
    learning.learn(engine)
    assert known(engine) is not first and known(engine).beliefs.seen == 11


def test_nothing_is_learnt_twice(api, engine):
    ledger(engine, "hunter.person", ["found", "not_found"])
    assert learning.learn(engine)
    before = kept(engine)
    assert learning.learn(engine)
    assert kept(engine) == before and before["state"]["beliefs"]["seen"] == 2


def test_a_kill_between_learning_and_keeping_loses_and_doubles_nothing(api, engine, monkeypatch):
    ledger(engine, "hunter.person", ["found", "not_found", "found"])
    with monkeypatch.context() as patch:
        patch.setattr(store, "save", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            learning.learn(engine)
    assert kept(engine) is None
    assert learning.learn(engine)
    state = kept(engine)["state"]
    assert state["beliefs"]["seen"] == 3


def test_of_two_learners_one_learns(api, engine, elsewhere):
    ledger(engine, "hunter.person", ["found"] * 5)
    with elsewhere.write() as cursor:
        assert store.begin(cursor)
        assert learning.learn(engine) is False
    assert kept(engine) is None
    assert learning.learn(engine)
    assert known(engine).beliefs.seen == 5


def test_what_a_transaction_answers_that_still_runs_is_learnt_once_it_ends(api, engine, elsewhere):
    with elsewhere.write() as cursor:
        one(cursor, "SELECT 1 AS begun")
        ledger(engine, "hunter.person", ["found"])
        learning.learn(engine)
        assert kept(engine) is None
        insert(cursor, "provider_calls", [
            {"id": new_id(), "provider": "hunter", "operation": "person", "request_key": "late",
             "subject_kind": "contact", "subject_id": new_id(), "sandbox": False, "state": "answered",
             "outcome": "not_found", "lead_ids": [], "credits": 0, "price": 0, "reason": {}, "key_mark": "",
             "planned_at": "2026-01-01T00:00:00Z"}], computed={"answered_at": "now()"})
    learning.learn(engine)
    learning.learn(engine)
    assert known(engine).beliefs.seen == 2


def test_of_very_many_answers_the_latest_are_learnt(api, engine, monkeypatch):
    monkeypatch.setattr(learning, "_ANSWERS", 10)
    ledger(engine, "hunter.person", ["not_found"] * 30)
    ledger(engine, "hunter.person", ["found"] * 10)
    learning.learn(engine)
    learning.learn(engine)
    assert known(engine).beliefs.seen == 10 and chance(engine, "hunter.person") > 0.7


def test_the_sandbox_counts_only_until_somebody_answers_in_earnest(api, engine):
    ledger(engine, "hunter.person", ["not_found"] * 100, sandbox=True)
    learning.learn(engine)
    assert chance(engine, "hunter.person") < 0.15
    ledger(engine, "hunter.person", ["found"] * 3)
    ledger(engine, "hunter.person", ["not_found"] * 100, sandbox=True)
    learning.learn(engine)
    assert chance(engine, "hunter.person") > 0.5


PERSON = {
    "likelihood": 9, "data": {
        "full_name": "pat quill", "first_name": "pat", "last_name": "quill", "job_title": "buyer",
        "job_title_role": "operations", "job_title_levels": ["manager"], "work_email": "pat1@firm1.example",
        "linkedin_url": "linkedin.com/in/pat-quill-1", "mobile_phone": "+4915112345678",
        "location_country": "germany", "location_locality": "ulm", "job_company_website": "firm1.example",
        "job_company_industry": "machinery", "job_company_size": "11-50"}}


@pytest.fixture
def told(api, engine):
    """The contact of a lead of whom People Data Labs told in earnest what it knows."""
    send(api, lead(1, country="DE"))
    batch = claim(api)
    api.step(batch, "plan")
    with engine.database.write() as cursor:  # whoever is planned first
        cursor.execute("UPDATE provider_calls SET state = 'dropped', price = 0")
        row = one(cursor, "SELECT contact_id::text AS contact, id::text AS lead FROM leads")
        insert(cursor, "provider_calls", [
            {"id": new_id(), "batch_id": batch["batch_id"], "provider": "peopledatalabs",
             "operation": "person", "request_key": "one", "subject_kind": "contact",
             "subject_id": row["contact"], "sandbox": False, "state": "planned", "lead_ids": [row["lead"]],
             "request": engine.vault.seal({"email": "pat1@firm1.example"}), "credits": 0, "price": 0.28,
             "reason": {}, "key_mark": "", "planned_at": "2026-01-01T00:00:00Z"}])
    request, = start(api, batch, live=["peopledatalabs"])
    api.post("/v1/pipeline/answers", {"answers": [
        {"call_id": request["call_id"], "status": 200, "headers": {}, "body": json.dumps(PERSON),
         "elapsed_ms": 1}]})
    api.step(batch, "apply")
    contact = api.get(f"/v1/leads/{row['lead']}").json["contact"]
    assert contact["job_title"] == "buyer", contact
    return contact


def patch(api, contact, **changes):
    answer = api.client.patch(f"/v1/contacts/{contact['id']}", json=changes, headers=api.headers)
    assert answer.status_code == 200, answer.json
    return answer.json


def corrected(engine, name="peopledatalabs.person"):
    """How much of an operation was corrected, as planning believes."""
    learning.learn(engine)
    found = [yes for of, yes, _ in known(engine).beliefs.state()["corrected"] if of == name]
    return found[0] if found else None


def test_an_answer_teaches_what_it_tells_and_the_state_holds_nobody(api, engine, told):
    patch(api, told, job_title="Head of purchasing", phone="+4917612345678")
    learning.learn(engine)
    beliefs = known(engine).beliefs
    name = "peopledatalabs.person"
    assert beliefs.seen == 1
    assert beliefs.filled(name, "contact.job_title").yes > beliefs.filled(name, "contact.city").yes - 1
    assert beliefs.values("contact.country") == {"DE": 1}
    assert not {place for place in beliefs.state()["values"] if place in (
        "contact.full_name", "contact.phone", "contact.linkedin_url", "contact.email")}
    text = json.dumps(kept(engine)["state"]).lower()
    for word in ("quill", "pat1", "firm1", "4915112345678", "4917612345678", "ada", "linkedin.com", "edited"):
        assert word not in text, word


def test_a_persons_edit_is_a_correction_once(api, engine, told):
    assert corrected(engine) == 0
    patch(api, told, job_title="buyer")  # it is so: nothing is corrected
    assert corrected(engine) == 0
    patch(api, told, city="Bonn")
    assert corrected(engine) == 1
    patch(api, told, city="Kiel")
    api.client.delete(f"/v1/contacts/{told['id']}/edits/city", headers=api.headers)
    patch(api, told, city="Mainz")
    assert corrected(engine) == 1
    assert known(engine).beliefs.kept("peopledatalabs.person") < 1


def test_an_answer_about_somebody_else_is_a_correction_once(api, engine, told):
    for _ in range(2):
        api.post(f"/v1/contacts/{told['id']}/wrong-answers", {"provider": "peopledatalabs"})
    assert corrected(engine) == 1


def bounce(api, contact, **more):
    answer = api.post("/v1/events", {"events": [{"contact_id": contact["id"], "type": "bounce"} | more]})
    assert answer.status_code == 202, answer.json


def test_a_bounce_of_an_address_that_was_called_valid_is_a_correction_once(api, engine, told):
    with engine.database.write() as cursor:
        insert(cursor, "provider_calls", [
            {"id": new_id(), "provider": "zerobounce", "operation": "validate", "request_key": "two",
             "subject_kind": "contact", "subject_id": told["id"], "sandbox": False, "state": "answered",
             "outcome": "found", "lead_ids": [], "credits": 0, "price": 0, "reason": {}, "key_mark": "",
             "planned_at": "2026-01-01T00:00:00Z"}], computed={"answered_at": "now()"})
        cursor.execute("UPDATE contacts SET email_status = 'catch_all'")
    bounce(api, told)
    assert not corrected(engine, "zerobounce.validate")  # nobody said that it takes mail
    with engine.database.write() as cursor:
        cursor.execute("UPDATE contacts SET email_status = 'valid'")
    bounce(api, told)
    bounce(api, told)
    assert corrected(engine, "zerobounce.validate") == 1
    assert corrected(engine) == 0  # the lead told the address itself


def test_how_much_of_each_class_bounced(api, engine):
    assert api.get("/v1/stats/mail").json == {"data": []}
    ids = send(api, *(lead(number) for number in range(6)))
    with engine.database.write() as cursor:
        cursor.execute("UPDATE contacts SET email_status = CASE WHEN id IN (SELECT contact_id FROM leads"
                       " WHERE id = ANY(%s::uuid[])) THEN 'valid' ELSE 'catch_all' END", (ids[:4],))
    api.post("/v1/events", {"events": [
        *({"lead_id": one, "type": "email_delivered"} for one in (*ids[:3], ids[0])),
        {"lead_id": ids[0], "type": "email_open"}, {"lead_id": ids[1], "type": "bounce"},
        {"lead_id": ids[4], "type": "bounce"}]})
    api.post("/v1/events/mail", [{"email": "pat3@firm3.example", "event": "delivered", "sg_event_id": "d",
                                  "timestamp": 1_780_000_000}])
    with engine.database.write() as cursor:  # what is known later of the address changes nothing
        cursor.execute("UPDATE contacts SET email_status = 'invalid'")
    assert api.get("/v1/stats/mail").json == {"data": [
        {"email_status": "valid", "addresses": 4, "bounced": 1, "bounce_rate": 0.25},
        {"email_status": "catch_all", "addresses": 1, "bounced": 1, "bounce_rate": 1.0}]}


def test_that_a_mail_arrived_scores_nobody_again(api, engine):
    lead_id, = send(api, lead(1))
    run(api, claim(api))
    with engine.database.write() as cursor:
        cursor.execute("UPDATE contacts SET email_status = 'valid'")
    api.post("/v1/events", {"events": [{"lead_id": lead_id, "type": "email_delivered"}]})
    assert api.get(f"/v1/leads/{lead_id}").json["stage"] != "queued"
