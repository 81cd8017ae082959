"""Browsers signed in by a cookie: what it opens, what ends it, and that only our own page uses it."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import pytest

from sidecar.app import create_app
from sidecar.pipeline import retention
from sidecar.services import access as signing_in
from sidecar.services import administration
from sidecar.services.audit import COMMAND_LINE
from tests.integration.conftest import Api, users_of
from tests.integration.test_access import minutes

PASSWORD = "correct horse battery"
OWN = {"Sec-Fetch-Site": "same-origin"}
PATH = "/v1/auth/session"
OPENED = "/v1/auth/whoami"  # what needs a sign-in


@pytest.fixture
def people(engine, app):
    """Grace, an operator, and Vera, a viewer, both with PASSWORD; nobody is locked, no limit near."""
    engine.cache.redis.flushdb()
    with engine.database.write() as cursor:
        cursor.execute("TRUNCATE sessions, sign_in_failures")
    return {
        role: administration.add_user(
            engine, email=email, role=role, password=PASSWORD, name=email[:5].title(), by=COMMAND_LINE,
            replace=True)["id"]
        for role, email in (("operator", "grace@sessions.example"), ("viewer", "veras@sessions.example"))}


class Browser:
    """One with its cookies; what it sends comes from our own page unless told otherwise."""

    def __init__(self, app, email="grace@sessions.example", headers=OWN):
        self.client = app.test_client()
        self.answer = self.send("POST", PATH, {"email": email, "password": PASSWORD}, headers)

    def send(self, method, path, body=None, headers=OWN):
        return self.client.open(path, method=method, json=body, headers=headers)

    def status(self):
        return self.send("GET", OPENED).status_code

    def reason(self):
        answer = self.send("GET", OPENED)
        return answer.status_code, answer.json.get("reason")


def cookie_of(answer):
    return answer.headers.getlist("Set-Cookie")


def test_a_sign_in_sets_a_cookie_that_no_script_reads_and_says_who_it_is(app, people):
    answer = Browser(app).answer
    assert answer.json == {
        "user": {"id": people["operator"], "name": "Grace", "email": "grace@sessions.example",
                 "language": "en", "role": "operator", "time_zone": None},
        "scopes": ["leads", "leads:read", "notify", "pii:read"]}
    [cookie] = cookie_of(answer)
    name, _, attributes = cookie.partition(";")
    assert name.startswith("__Host-session-") and len(name.partition("=")[2]) > 40
    assert {part.strip() for part in attributes.split(";")} >= {
        "Secure", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=2592000"}
    assert "Domain" not in cookie and answer.headers["Cache-Control"] == "no-store"
    assert "access_token" not in answer.text and name.partition("=")[2] not in answer.text


def test_the_store_has_only_the_hash_of_the_token(app, engine, people):
    [cookie] = cookie_of(Browser(app).answer)
    token = cookie.partition("=")[2].partition(";")[0]
    with engine.database.read() as cursor:
        cursor.execute("SELECT token_hash, row_to_json(s)::text AS row FROM sessions s")
        [row] = cursor.fetchall()
    assert bytes(row["token_hash"]) == signing_in.digest(token) and token not in row["row"]


def test_the_cookie_opens_what_the_role_may_and_no_more(app, people):
    grace, vera = Browser(app), Browser(app, "veras@sessions.example")
    assert grace.send("GET", PATH).json == grace.answer.json | {"ended": None}
    assert grace.send("GET", "/v1/auth/whoami").json["name"] == "grace@sessions.example"
    assert grace.send("GET", "/v1/users/me/channels").status_code == 200
    assert vera.send("GET", "/v1/users/me/channels").status_code == 403
    assert grace.send("GET", "/v1/users").status_code == 403
    nobody = app.test_client()
    assert nobody.get(OPENED).status_code == 401
    assert nobody.get(PATH).json == {"user": None, "scopes": [], "ended": None}


def test_every_request_reads_the_session_once_and_writes_when_it_was_seen_once_a_minute(
    app, engine, people, monkeypatch
):
    grace, begun = Browser(app), []
    real = engine.database._transaction
    monkeypatch.setattr(
        engine.database, "_transaction", lambda **how: begun.append(how["read_only"]) or real(**how))

    def requests():
        begun.clear()
        grace.send("GET", "/v1/auth/whoami")
        return list(begun)

    assert requests() == [True]
    with real(read_only=False) as cursor:
        cursor.execute("UPDATE sessions SET seen_at = now() - interval '61 seconds'")
    generation, _ = engine.cache.response("question", 60)
    assert requests() == [True, False] and requests() == [True]
    assert engine.cache.response("question", 60)[0] == generation  # Kept answers are not forgotten for it.


@pytest.mark.parametrize("headers", [
    {}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost:8443"},
    {"Origin": "https://localhost.evil.example"}, {"Origin": ""},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
    {"Origin": "http://localhost", "X-Forwarded-Proto": "https"},
    {"Origin": "http://localhost", "X-Forwarded-Host": "leads.example.com"},
])
@pytest.mark.parametrize(("method", "path", "body"), [
    ("PUT", "/v1/users/me/channels", {"data": []}), ("DELETE", PATH, None),
    ("POST", PATH, {"email": "grace@sessions.example", "password": PASSWORD}),
])
def test_what_another_page_sends_is_refused(app, people, headers, method, path, body):
    grace = Browser(app)
    answer = grace.send(method, path, body, headers)
    assert answer.status_code == 403 and "our own page" in answer.json["detail"], answer.json
    assert grace.status() == 200 and not cookie_of(answer)


@pytest.mark.parametrize("headers", [
    OWN, {"Origin": "http://localhost"}, OWN | {"Origin": "null"},
    {"Origin": "https://leads.example.com:8443", "X-Forwarded-Host": "leads.example.com:8443",
     "X-Forwarded-Proto": "https"},
])
def test_what_our_own_page_sends_is_done(app, people, headers):
    grace = Browser(app, headers=headers)
    assert grace.answer.status_code == 200
    assert grace.send("PUT", "/v1/users/me/channels", {"data": []}, headers).status_code == 200
    assert grace.send("DELETE", PATH, None, headers).status_code == 204


def test_reading_needs_no_proof_and_an_access_token_none_at_all(app, people):
    grace = Browser(app)
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}):
        assert grace.send("GET", PATH, headers=headers).status_code == 200
    tests = Api(grace.client, "tests")  # It sends the cookie, too: the token wins.
    assert tests.get("/v1/auth/whoami").json["name"] == "tests"
    assert tests.post("/v1/leads", {"email": "a@tokens.example"}).status_code == 202
    for wrong in ("Bearer nonsense", "Bearer", "Basic Z3JhY2U6eA=="):
        assert grace.send("GET", "/v1/auth/whoami", headers={"Authorization": wrong}).status_code == 401


@pytest.mark.parametrize(("change", "reason"), [
    ("seen_at = now() - interval '721 minutes'", "idle"), ("expires_at = now()", "expired"),
])
def test_a_session_ends_with_time(app, engine, people, change, reason):
    grace = Browser(app)
    with engine.database.write() as cursor:
        cursor.execute(f"UPDATE sessions SET {change}")
    assert grace.reason() == (401, reason)


def test_it_slides_while_it_is_used(app, engine, people):
    grace = Browser(app)
    for _ in range(3):
        with engine.database.write() as cursor:
            cursor.execute("UPDATE sessions SET seen_at = seen_at - interval '719 minutes'")
        assert grace.status() == 200


def test_how_long_it_lasts_is_a_setting(engine, people):
    short = dataclasses.replace(engine, settings=dataclasses.replace(
        engine.settings, session_idle_minutes=5, session_days=1))
    grace = Browser(create_app(short.settings, short))
    assert "Max-Age=86400" in cookie_of(grace.answer)[0]
    with engine.database.write() as cursor:
        cursor.execute("SELECT expires_at - created_at = interval '1 day' AS right FROM sessions")
        assert cursor.fetchone()["right"]
        cursor.execute("UPDATE sessions SET seen_at = now() - interval '6 minutes'")
    assert grace.reason() == (401, "idle")


@pytest.mark.parametrize(("path", "body", "reason"), [
    ("/disable", {}, "disabled"), ("/password", {"password": "another long one"}, "password"),
    ("", {"role": "viewer"}, "role"),
])
def test_it_ends_at_once_with_the_password_the_role_or_the_user(app, people, path, body, reason):
    grace, vera = Browser(app), Browser(app, "veras@sessions.example")
    admin = Api(app.test_client(), "tests")
    answer = admin.client.open(f"/v1/users/{people['operator']}{path}", json=body, headers=admin.headers,
                               method="POST" if path else "PATCH")
    assert answer.status_code in (200, 204), answer.json
    assert grace.reason() == (401, reason) and vera.status() == 200


def test_who_was_disabled_by_other_means_is_not_let_in(app, engine, people):
    grace = Browser(app)
    with engine.database.write() as cursor:
        cursor.execute("UPDATE users SET disabled_at = now() WHERE id = %s", (people["operator"],))
    assert grace.reason() == (401, "disabled")


def test_a_role_counts_from_the_next_request_on(app, engine, people):
    grace = Browser(app)
    with engine.database.write() as cursor:
        cursor.execute("UPDATE users SET role = 'admin' WHERE id = %s", (people["operator"],))
    assert grace.send("GET", "/v1/users").status_code == 200
    users_of(engine, "grace@sessions.example", role="viewer")
    assert grace.send("GET", "/v1/users").status_code == 403


def test_signing_out_ends_it_and_takes_the_cookie_back(app, people):
    grace, other = Browser(app), Browser(app)
    stolen = app.test_client()
    name, _, token = cookie_of(grace.answer)[0].partition(";")[0].partition("=")
    stolen.set_cookie(name, token)
    assert stolen.get(PATH).status_code == 200
    answer = grace.send("DELETE", PATH)
    assert answer.status_code == 204 and "Max-Age=0" in cookie_of(answer)[0]
    assert stolen.get(OPENED).json["reason"] == stolen.get(PATH).json["ended"] == "signed_out"
    assert grace.status() == 401
    assert other.status() == 200
    assert grace.send("DELETE", PATH).status_code == 204


def test_a_sign_in_ends_the_one_before_in_the_same_browser(app, people):
    grace = Browser(app)
    name, _, token = cookie_of(grace.answer)[0].partition(";")[0].partition("=")
    grace.send("POST", PATH, {"email": "veras@sessions.example", "password": PASSWORD})
    assert grace.send("GET", PATH).json["user"]["email"] == "veras@sessions.example"
    before = app.test_client()
    before.set_cookie(name, token)
    assert before.get(OPENED).status_code == 401


def test_two_tabs_are_one_session(app, people):
    grace = Browser(app)
    [cookie] = cookie_of(grace.answer)
    name, _, token = cookie.partition(";")[0].partition("=")

    def tab(_):
        client = app.test_client()
        client.set_cookie(name, token)
        return client.get(OPENED).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(tab, range(4))) == [200] * 4
    grace.send("DELETE", PATH)
    assert tab(0) == 401


def test_strangers_get_the_same_answers_and_a_lock_holds_for_tokens_too(app, people, locks_last):
    told = []
    for email in ("grace@sessions.example", "nobody@sessions.example"):
        answers = [app.test_client().post(PATH, headers=OWN, json={"email": email, "password": "wrong"})
                   for _ in range(6)]
        told.append([(a.status_code, a.json["detail"], minutes(a)) for a in answers])
        assert not any(map(cookie_of, answers))
    assert told[0] == told[1] and [status for status, *_ in told[0]] == [401] * 5 + [429]
    token = app.test_client().post("/v1/auth/token", json={
        "grant_type": "password", "username": "grace@sessions.example", "password": PASSWORD})
    assert token.status_code == 429
    assert Browser(app).answer.status_code == 429


def test_sign_ins_count_by_address_and_requests_by_user_whatever_the_way(engine, people):
    few = dataclasses.replace(engine, settings=dataclasses.replace(
        engine.settings, sign_ins_per_minute=3, reads_per_minute=2))
    app = create_app(few.settings, few)
    grace, other, vera = Browser(app), Browser(app), Browser(app, "veras@sessions.example")
    assert Browser(app).answer.status_code == 429
    path = "/v1/users/me/channels"
    assert [grace.send("GET", path).status_code, other.send("GET", path).status_code] == [200, 200]
    assert grace.send("GET", path).status_code == 429  # Two sessions of one user share a bucket,
    assert vera.send("GET", path).status_code == 403  # another user has their own.


def test_no_kept_answer_goes_to_a_session_that_may_see_less(app, api, people):
    api.post("/v1/leads", {"email": "ada.kept@looms.example", "first_name": "Ada", "last_name": "Kept"})
    grace, vera = Browser(app), Browser(app, "veras@sessions.example")
    for _ in range(2):
        assert b"ada.kept" in grace.send("GET", "/v1/leads").data
        assert b"ada.kept" not in vera.send("GET", "/v1/leads").data
    # The same browser, whose next user may see less.
    grace.send("POST", PATH, {"email": "veras@sessions.example", "password": PASSWORD})
    assert b"ada.kept" not in grace.send("GET", "/v1/leads").data


def test_an_idempotent_answer_belongs_to_one_user(app, api, people):
    grace, vera = Browser(app), Browser(app, "veras@sessions.example")
    headers = OWN | {"Idempotency-Key": "the same"}
    first = grace.send("POST", "/v1/leads", {"email": "a@keys.example"}, headers)
    again = grace.send("POST", "/v1/leads", {"email": "a@keys.example"}, headers)
    assert first.status_code == 202 and again.headers["Idempotent-Replayed"] == "true"
    assert vera.send("POST", "/v1/leads", {"email": "a@keys.example"}, headers).status_code == 403


def test_two_stacks_of_a_host_have_two_cookies(app, engine, people):
    other = dataclasses.replace(engine, settings=dataclasses.replace(engine.settings, hash_key="h" * 32))
    names = {cookie_of(Browser(made).answer)[0].partition("=")[0]
             for made in (app, create_app(other.settings, other))}
    assert len(names) == 2


def test_sessions_are_forgotten_when_they_would_have_expired(app, engine, people):
    Browser(app), Browser(app)
    with engine.database.write() as cursor:
        cursor.execute("UPDATE sessions SET expires_at = now() WHERE ctid = (SELECT min(ctid) FROM sessions)")
    assert retention.forget(engine)["sessions"] == 1


def test_own_sessions_are_listed_and_ended_from_another(app, people):
    grace, phone, vera = Browser(app), Browser(app), Browser(app, "veras@sessions.example")
    listed = grace.send("GET", "/v1/auth/sessions").json["data"]
    assert [row["current"] for row in listed].count(True) == 1 and len(listed) == 2
    other = next(row["id"] for row in listed if not row["current"])
    assert vera.send("DELETE", f"/v1/auth/sessions/{other}").status_code == 404
    assert grace.send("DELETE", f"/v1/auth/sessions/{other}").status_code == 204
    assert grace.send("DELETE", f"/v1/auth/sessions/{other}").status_code == 404
    assert phone.reason() == (401, "elsewhere") and grace.status() == 200
    third, fourth = Browser(app), Browser(app)
    assert grace.send("POST", "/v1/auth/sessions/end-others", {}).json == {"ended": 2}
    assert [b.status() for b in (third, fourth, grace, vera)] == [401, 401, 200, 200]


def test_a_program_has_no_sessions(app, people):
    assert Api(app.test_client(), "tests").get("/v1/auth/sessions").status_code == 403


def test_wrong_guesses_at_the_current_password_are_counted_like_those_at_the_sign_in(app, engine, people):
    grace = Browser(app)
    for _ in range(3):
        assert grace.send("PUT", f"{PATH}/password", {
            "current_password": "wrong", "new_password": "another long one"}).status_code == 422
    with engine.database.read() as cursor:
        cursor.execute("SELECT failures FROM sign_in_failures")
        assert cursor.fetchvalues() == [(3,)]
    assert grace.status() == 200


def test_a_new_password_ends_all_but_this_browser(app, people):
    grace, phone = Browser(app), Browser(app)
    wrong = grace.send("PUT", f"{PATH}/password", {
        "current_password": "no", "new_password": "another long one"})
    assert wrong.status_code == 422 and wrong.json["errors"][0]["pointer"] == "/current_password"
    short = grace.send("PUT", f"{PATH}/password", {"current_password": PASSWORD, "new_password": "short"})
    assert short.json["errors"][0]["pointer"] == "/new_password" and phone.status() == 200
    answer = grace.send("PUT", f"{PATH}/password", {
        "current_password": PASSWORD, "new_password": "another long one"})
    assert answer.status_code == 200 and answer.json["user"]["name"] == "Grace"
    assert grace.status() == 200 and phone.reason() == (401, "password")
