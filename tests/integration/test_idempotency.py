"""Idempotency-Key: the same request twice is done once, over threads and crashes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from sidecar.store.database import one

LEAD = {"email": "grace@navy.example", "first_name": "Grace", "last_name": "Hopper"}


def send(app, api, lead, key):
    return app.test_client().post(
        "/v1/leads", json=lead, headers=api.headers | ({"Idempotency-Key": key} if key else {}))


def counts(engine):
    with engine.database.write() as cursor:
        return one(cursor, "SELECT (SELECT count(*) FROM contacts) AS contacts,"
                           " (SELECT count(*) FROM leads) AS leads,"
                           " (SELECT count(*) FROM intake) AS intake,"
                           " (SELECT count(*) FROM events) AS events")


def test_the_same_key_and_body_get_the_first_answer_again(app, api, engine):
    first = send(app, api, LEAD, "same-1")
    again = send(app, api, LEAD, '"same-1"')
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert counts(engine)["intake"] == 1


def test_another_body_under_the_key_is_refused(app, api):
    send(app, api, LEAD, "reused-1")
    answer = send(app, api, LEAD | {"first_name": "Greta"}, "reused-1")
    assert answer.status_code == 422 and answer.json["code"] == "idempotency_key_reused"


def test_another_query_under_the_key_is_another_request(app, api):
    headers = api.headers | {"Idempotency-Key": "query-1", "Content-Type": "text/csv"}
    post = app.test_client().post
    tried = post("/v1/jobs/imports?dry_run=true", data=b"email\na@b.example\n", headers=headers)
    meant = post("/v1/jobs/imports", data=b"email\na@b.example\n", headers=headers)
    assert (tried.status_code, meant.status_code) == (202, 422)


def test_within_the_window_the_body_is_its_own_key(app, api, engine):
    def sent(lead, seconds):
        return app.test_client().post(
            "/v1/leads", json=lead, headers=api.headers | {"Idempotency-Window": str(seconds)})

    first, again, other = sent(LEAD, 600), sent(LEAD, 600), sent(LEAD | {"job_title": "Admiral"}, 600)
    assert (again.status_code, again.data) == (202, first.data)
    assert again.headers["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in other.headers
    assert counts(engine)["intake"] == 2
    with engine.database.write() as cursor:
        cursor.execute("UPDATE idempotency_keys SET created_at = created_at - interval '601 seconds'")
    assert "Idempotent-Replayed" not in sent(LEAD, 600).headers
    assert counts(engine)["intake"] == 3


@pytest.mark.parametrize("seconds", ["", "0", "86401", "ten", "-1", "1e3"])
def test_a_window_out_of_bounds_is_named(app, api, seconds):
    answer = app.test_client().post(
        "/v1/leads", json=LEAD, headers=api.headers | {"Idempotency-Window": seconds})
    assert answer.status_code == 422 and answer.json["errors"][0]["code"] == "idempotency_window"


def test_a_refusal_is_an_answer_too_and_its_reject_is_kept(app, api, engine):
    first = send(app, api, {"email": "nobody"}, "refused-1")
    again = send(app, api, {"email": "nobody"}, "refused-1")
    assert first.status_code == again.status_code == 422
    assert again.data == first.data and again.content_type == "application/problem+json"
    assert counts(engine)["intake"] == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9"])
def test_a_key_out_of_bounds_is_named(app, api, key):
    answer = app.test_client().post(
        "/v1/leads", json=LEAD, headers=api.headers | {"Idempotency-Key": key.encode().decode("latin-1")})
    assert answer.status_code == 422 and answer.json["errors"][0]["code"] == "idempotency_key"


def test_a_request_that_broke_leaves_nothing_and_may_come_again(app, api, engine, monkeypatch):
    from sidecar.pipeline import intake

    real = intake.store.write
    monkeypatch.setattr(intake.store, "write", lambda *what: (real(*what), 1 / 0))
    assert send(app, api, LEAD, "broken-1").status_code == 500
    assert counts(engine)["contacts"] == 0
    monkeypatch.undo()
    assert send(app, api, LEAD, "broken-1").status_code == 202


@pytest.mark.parametrize("key", ["parallel-1", None])
def test_many_at_once_make_one_contact_and_one_lead(app, api, engine, key):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(app, api, LEAD, key), range(32)))
    done = [answer for answer in answers if answer.status_code == 202]
    assert done and {answer.status_code for answer in answers} <= {202, 409, 503}
    assert len({answer.json["results"][0]["lead_id"] for answer in done}) == 1
    found = counts(engine)
    assert (found["contacts"], found["leads"]) == (1, 1)
    if key:
        assert len({answer.data for answer in done}) == 1 and found["events"] <= 1
