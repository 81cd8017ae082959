"""Signing in, rotating tokens, and the one shape of errors."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import jwt
import pytest

from sidecar.api.endpoint import ENDPOINTS
from sidecar.api.errors import TYPES
from sidecar.api.openapi import document
from sidecar.errors import EngineError
from sidecar.secrets import NOBODY
from sidecar.services import access as signing_in
from sidecar.services.access import lock_seconds
from tests.integration.conftest import Api

USER = {"grant_type": "password", "username": "ada@example.com", "password": "a long password"}


def test_a_refresh_token_rotates_and_its_reuse_ends_the_family(app, engine):
    client = app.test_client()
    first = client.post("/v1/auth/token", json=USER).json["refresh_token"]
    second = client.post("/v1/auth/refresh", json={"refresh_token": first}).json["refresh_token"]
    assert second != first
    with engine.database.write() as cursor:
        cursor.execute("UPDATE refresh_tokens SET rotated_at = rotated_at - interval '1 minute'"
                       " WHERE rotated_at IS NOT NULL")
    assert client.post("/v1/auth/refresh", json={"refresh_token": first}).status_code == 401
    assert client.post("/v1/auth/refresh", json={"refresh_token": second}).status_code == 401


def test_logout_ends_the_sign_in(app):
    client = app.test_client()
    token = client.post("/v1/auth/token", json=USER).json["refresh_token"]
    assert client.post("/v1/auth/logout", json={"refresh_token": token}).status_code == 204
    assert client.post("/v1/auth/refresh", json={"refresh_token": token}).status_code == 401


@pytest.fixture
def no_failures(engine):
    """Nobody is locked, no limit is near; so again afterwards."""
    def clear():
        with engine.database.write() as cursor:
            cursor.execute("TRUNCATE sign_in_failures")
        engine.cache.redis.flushdb()

    clear()
    yield
    clear()


def token(app, **change):
    return app.test_client().post("/v1/auth/token", json=USER | change)


def minutes(answer):
    """For how many minutes whoever asks is refused."""
    return math.ceil(int(answer.headers.get("Retry-After", 0)) / 60)


def test_strangers_and_wrong_passwords_get_the_same_answers_and_locks(app, engine, no_failures, locks_last):
    told = [[token(app, **change) for _ in range(7)] for change in (
        {"password": "wrong"}, {"username": "nobody@example.com"})]
    assert [answer.status_code for answer in told[0]] == [401] * 5 + [429] * 2
    known, unknown = ([(a.status_code, a.json["detail"], minutes(a)) for a in answers] for answers in told)
    assert known == unknown


def test_a_lock_refuses_the_right_password_until_it_ends(app, engine, no_failures, locks_last):
    for _ in range(5):
        token(app, password="wrong")
    assert token(app, username="ADA@example.com ").status_code == 429
    with engine.database.write() as cursor:
        cursor.execute("UPDATE sign_in_failures SET locked_until = now()")
    assert token(app).status_code == 200
    assert token(app, password="wrong").status_code == 401  # counted anew


def test_locks_grow_and_end_at_a_quarter_of_an_hour():
    assert [lock_seconds(n) for n in (1, 4, 5, 6, 7, 10, 14, 15, 10**9)] == [
        0, 0, 1, 2, 4, 32, 512, 900, 900]


def test_many_guesses_at_once_are_no_more_than_many_in_a_row(app, no_failures, locks_last):
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda n: token(app, password=f"wrong {n}").status_code, range(16)))
    assert told.count(401) <= 6


def test_a_password_is_checked_for_strangers_too(app, no_failures, monkeypatch):
    """The work is the same, so the time is: a hash is compared whether there is a user or not."""
    compared = []
    real = signing_in.check_password
    monkeypatch.setattr(signing_in, "check_password", lambda *a: compared.append(a[1]) or real(*a))
    token(app, password="wrong")
    token(app, username="nobody@example.com")
    app.test_client().post("/v1/auth/token", json={
        "grant_type": "client_credentials", "client_id": "nobody", "client_secret": "x"})
    assert len(compared) == 3 and compared[1] == compared[2] == NOBODY
    assert len(NOBODY) == len(compared[0])


def test_a_reused_refresh_token_is_audited(app, engine, no_failures):
    client = app.test_client()
    first = token(app).json["refresh_token"]
    client.post("/v1/auth/refresh", json={"refresh_token": first})
    with engine.database.write() as cursor:
        cursor.execute("UPDATE refresh_tokens SET rotated_at = rotated_at - interval '1 minute'"
                       " WHERE rotated_at IS NOT NULL")
    client.post("/v1/auth/refresh", json={"refresh_token": first})
    with engine.database.write() as cursor:
        cursor.execute("SELECT actor FROM audit_log WHERE action = 'user.refresh_token_reused'"
                       " ORDER BY id DESC LIMIT 1")
        assert cursor.fetchone()["actor"] == "ada@example.com"


OLD, NEW = ("2025", "o" * 32), ("2026", "n" * 32)


def rotated(engine, *keys):
    """The same engine after its settings name these keys."""
    return dataclasses.replace(engine, settings=dataclasses.replace(engine.settings, jwt_keys=keys))


def test_keys_rotate_by_kid(engine):
    before = signing_in.client_token(rotated(engine, OLD), "tests", "secret")["access_token"]
    both = rotated(engine, NEW, OLD)
    after = signing_in.client_token(both, "tests", "secret")["access_token"]
    assert [jwt.get_unverified_header(t)["kid"] for t in (before, after)] == ["2025", "2026"]
    assert {signing_in.authenticate(both, t).name for t in (before, after)} == {"tests"}
    with pytest.raises(signing_in.InvalidToken):
        signing_in.authenticate(rotated(engine, NEW), before)


def forged(engine, *, key=None, algorithm="HS256", headers=None, **claims):
    kid, own = engine.settings.jwt_keys[0]
    now = engine.now()
    whole = {"iss": "enrichment-engine", "aud": "enrichment-engine", "sub": "x", "kind": "client",
             "name": "x", "scope": "admin", "iat": now, "exp": now + timedelta(minutes=5)} | claims
    return jwt.encode({k: v for k, v in whole.items() if v is not None},
                      own if key is None else key, algorithm=algorithm, headers=headers or {"kid": kid})


@pytest.mark.parametrize("make", [
    lambda e: forged(e, key="f" * 32), lambda e: forged(e, key="", algorithm="none"),
    lambda e: forged(e, headers={"kid": "unknown"}), lambda e: forged(e, headers={"typ": "JWT"}),
    lambda e: forged(e, aud="another"), lambda e: forged(e, iss="another"), lambda e: forged(e, exp=None),
    lambda e: forged(e, exp=e.now() - timedelta(seconds=1)), lambda e: forged(e, sub=None),
    lambda e: forged(e, scope=None), lambda e: "no.jwt.atall", lambda e: "\u00e9",
    lambda e: forged(e, headers={"kid": e.settings.jwt_keys[0][0], "alg": "HS512"}, algorithm="HS512"),
])
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_token_that_is_not_ours_is_refused(app, engine, make):
    answer = app.test_client().get("/v1/leads", headers={"Authorization": f"Bearer {make(engine)}"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="enrichment", error="invalid_token"'


def test_what_is_missing_is_told(app):
    stranger = app.test_client().get("/v1/leads")
    assert stranger.headers["WWW-Authenticate"] == 'Bearer realm="enrichment"'
    refused = Api(app.test_client(), "reader").post("/v1/events", {"events": []})
    assert refused.status_code == 403 and refused.headers["WWW-Authenticate"] == (
        'Bearer realm="enrichment", error="insufficient_scope", scope="leads"')


def kinds(kind):
    return {kind.code} | {code for sub in kind.__subclasses__() for code in kinds(sub)}


def test_every_problem_has_its_section_in_the_docs(app):
    raised = kinds(EngineError) - {EngineError.code}
    assert raised <= set(TYPES)
    shown = app.test_client().get("/docs").text
    assert re.findall(r'id="problem-(\w+)"', shown) == list(TYPES)
    source = "".join(path.read_text() for path in (Path(__file__).parents[2] / "sidecar").rglob("*.py"))
    assert not [code for code in TYPES if f'"{code}"' not in source.replace(f'    "{code}": (', "")]


@pytest.mark.parametrize("contract", ENDPOINTS, ids=lambda c: f"{c.method} {c.path}")
def test_every_route_refuses_strangers_and_bad_bodies_in_one_shape(app, contract):
    path = re.sub(r"<uuid:\w+>", "01890000-0000-7000-8000-000000000000", contract.path)
    path = re.sub(r"<int:\w+>", "1", path)
    if contract.scope is not None:
        answer = app.test_client().open(path, method=contract.method)
        assert answer.status_code == 401 and "WWW-Authenticate" in answer.headers
    elif contract.body is not None:
        answer = app.test_client().open(path, method=contract.method, data=b"{")
        assert answer.status_code == 422
    else:
        return
    assert answer.content_type == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance", "request_id", "code"} <= set(answer.json)


def test_ready_means_that_postgres_and_redis_answer(app, api):
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json["checks"] == {"postgres": "ok", "redis": "ok", "pipeline": "ok"}


def test_the_metrics_tell_the_queue(app):
    text = app.test_client().get("/metrics").text
    assert 'enrich_work_items{lane="bulk",stage="dead"} 0.0' in text  # before the first, for the alert
    assert "http_request_duration_seconds" in text


def test_the_document_names_every_route(app):
    paths = app.test_client().get("/openapi.json").json["paths"]
    assert len({c.path for c in ENDPOINTS}) == len(paths)


def test_the_committed_document_is_this_one():
    text = (Path(__file__).parents[2] / "docs/openapi.json").read_text(encoding="utf-8")
    assert json.loads(text) == json.loads(json.dumps(document())), "run make openapi"


@pytest.mark.parametrize("claims", [
    {"sub": 7}, {"sub": None}, {"kind": 1}, {"name": ["x"]}, {"scope": ["admin"]}, {"scope": None},
    {"exp": "9999999999"}, {"exp": True},
])
def test_a_signed_token_with_a_claim_of_a_wrong_type_is_refused(app, engine, claims):
    kid, key = engine.settings.jwt_keys[0]
    good = jwt.decode(
        app.test_client().post("/v1/auth/token", json=USER).json["access_token"],
        options={"verify_signature": False})
    odd = jwt.encode(good, key, algorithm="HS256", headers={"kid": kid})
    assert app.test_client().get("/v1/leads", headers={"Authorization": f"Bearer {odd}"}).status_code == 200
    # jwt.encode checks some types by itself; an issuer of tokens elsewhere need not.
    odd = jwt.api_jws.encode(
        json.dumps(good | claims).encode(), key, algorithm="HS256", headers={"kid": kid, "typ": "JWT"})
    assert app.test_client().get("/v1/leads", headers={"Authorization": f"Bearer {odd}"}).status_code == 401
