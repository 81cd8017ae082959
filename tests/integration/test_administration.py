"""Users and clients by an admin, over HTTP and on the command line; a person's own password."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner

from local import programs, stack
from sidecar.cli import main
from tests.integration.conftest import Api

PASSWORD = "correct horse battery"
NOBODY = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def admin(app, engine):
    """A client with all scopes; no users but Ada, no clients but those of the tests."""
    with engine.database.write() as cursor:
        cursor.execute("TRUNCATE leads, assignments CASCADE;"
                       "DELETE FROM users WHERE email <> 'ada@example.com'; DELETE FROM sign_in_failures;"
                       "DELETE FROM clients WHERE id NOT IN ('tests', 'reader'); TRUNCATE audit_log")
    engine.cache.redis.flushdb()
    return Api(app.test_client(), "tests")


def add(admin, email="grace@example.com", role="operator", **more):
    answer = admin.post("/v1/users", {"email": email, "role": role, "password": PASSWORD} | more)
    assert answer.status_code == 201, answer.json
    return answer.json


def sign_in(app, email="grace@example.com", password=PASSWORD):
    return app.test_client().post("/v1/auth/token", json={
        "grant_type": "password", "username": email, "password": password})


def refresh(app, tokens):
    return app.test_client().post("/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})


def as_user(app, tokens):
    api = Api.__new__(Api)
    api.client, api.headers = app.test_client(), {"Authorization": f"Bearer {tokens['access_token']}"}
    return api


def patch(api, path, body):
    return api.client.patch(path, json=body, headers=api.headers)


def actions(admin, **filters):
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return [row["action"] for row in admin.get(f"/v1/audit?{query}").json["data"]]


def test_a_user_is_added_listed_and_may_sign_in(app, admin):
    made = add(admin, "Grace@Example.com", name="Grace")
    assert made["email"] == "grace@example.com" and made["enabled"] and made["last_sign_in_at"] is None
    assert sign_in(app).json["role"] == "operator"
    first = admin.get("/v1/users?limit=1").json
    second = admin.get(f"/v1/users?limit=1&cursor={first['next']}").json
    assert [page["data"][0]["email"] for page in (first, second)] == ["grace@example.com", "ada@example.com"]
    assert second["next"] is None
    assert admin.get(f"/v1/users/{made['id']}").json["last_sign_in_at"]


@pytest.mark.parametrize(("change", "pointer", "status"), [
    ({"email": "no address"}, "/email", 422), ({"role": "king"}, "/role", 422),
    ({"password": "short"}, "/password", 422), ({"password": "aaaaaaaaaaaaaaa"}, "/password", 422),
    ({"password": "grace@example.com"}, "/password", 422), ({"sudo": True}, "/sudo", 422),
    ({"email": "ADA@example.com"}, "/email", 409),
])
def test_a_refused_user_names_the_field(admin, change, pointer, status):
    answer = admin.post("/v1/users", {
        "email": "grace@example.com", "role": "viewer", "password": PASSWORD} | change)
    assert answer.status_code == status and answer.json["errors"][0]["pointer"] == pointer


def test_a_disabled_user_is_out_at_once_and_may_come_back(app, admin):
    user = add(admin)
    tokens = sign_in(app).json
    assert admin.post(f"/v1/users/{user['id']}/disable").json["enabled"] is False
    assert refresh(app, tokens).status_code == 401
    refused = sign_in(app)
    assert refused.status_code == 401
    assert refused.json["detail"] == sign_in(app, "no@example.com").json["detail"]
    assert admin.post(f"/v1/users/{user['id']}/enable").json["enabled"] is True
    assert refresh(app, tokens).status_code == 401
    assert sign_in(app).status_code == 200


def test_another_role_ends_the_sign_ins(app, admin):
    user = add(admin)
    tokens = sign_in(app).json
    path = f"/v1/users/{user['id']}"
    assert patch(admin, path, {"name": "Grace"}).json["name"] == "Grace"
    tokens = refresh(app, tokens).json
    assert patch(admin, path, {"role": "viewer"}).json["role"] == "viewer"
    assert refresh(app, tokens).status_code == 401
    assert sign_in(app).json["scope"] == "leads:read"


def test_the_last_admin_stays(app, admin):
    one = add(admin, "one@example.com", "admin")
    for refused in (admin.post(f"/v1/users/{one['id']}/disable"),
                    patch(admin, f"/v1/users/{one['id']}", {"role": "viewer"})):
        assert refused.status_code == 409 and "last enabled admin" in refused.json["detail"]
    two = add(admin, "two@example.com", "admin")
    assert admin.post(f"/v1/users/{one['id']}/disable").status_code == 200
    assert admin.post(f"/v1/users/{two['id']}/disable").status_code == 409


def test_two_admins_who_disable_each_other_at_once_do_not_both_succeed(app, admin):
    for _ in range(5):
        users = [add(admin, f"{name}@example.com", "admin") for name in ("one", "two")]
        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(lambda user: app.test_client().post(
                f"/v1/users/{user['id']}/disable", json={}, headers=admin.headers).status_code, users))
        assert sorted(told) == [200, 409]
        with app.extensions["engine"].database.write() as cursor:
            cursor.execute("DELETE FROM users WHERE role = 'admin'")


def test_who_is_no_admin_any_more_does_not_administer_with_an_old_token(app, admin):
    add(admin, "one@example.com", "admin")
    user = add(admin, "two@example.com", "admin")
    old = as_user(app, sign_in(app, "two@example.com").json)
    assert old.get("/v1/users").status_code == 200
    admin.post(f"/v1/users/{user['id']}/disable")
    for refused in (old.get("/v1/users"), old.post(f"/v1/users/{user['id']}/enable")):
        assert refused.status_code == 403 and "insufficient_scope" in refused.headers["WWW-Authenticate"]


def test_only_admins_administer(app, admin):
    add(admin)
    for api in (as_user(app, sign_in(app).json), Api(app.test_client(), "reader")):
        for path in ("/v1/users", "/v1/clients", "/v1/audit"):
            assert api.get(path).status_code == 403


def test_an_admin_sets_a_password(app, admin, locks_last):
    user = add(admin)
    tokens = sign_in(app).json
    for _ in range(6):
        sign_in(app, password="wrong")
    assert sign_in(app).status_code == 429
    path = f"/v1/users/{user['id']}/password"
    assert admin.post(path, {"password": "short"}).json["errors"][0]["pointer"] == "/password"
    assert admin.post(path, {"password": "another long one"}).status_code == 204
    assert refresh(app, tokens).status_code == 401
    assert sign_in(app).status_code == 401
    assert sign_in(app, password="another long one").status_code == 200


def test_ones_own_password(app, admin):
    add(admin)
    here, elsewhere = sign_in(app).json, sign_in(app).json
    me = as_user(app, here)
    for body, pointer in (
        ({"current_password": "wrong", "new_password": "another long one"}, "/current_password"),
        ({"current_password": PASSWORD, "new_password": "short"}, "/new_password"),
    ):
        refused = me.post("/v1/auth/password", body)
        assert refused.status_code == 422 and refused.json["errors"][0]["pointer"] == pointer
    changed = me.post("/v1/auth/password", {
        "current_password": PASSWORD, "new_password": "another long one"})
    assert changed.status_code == 200
    assert refresh(app, here).status_code == refresh(app, elsewhere).status_code == 401
    assert refresh(app, changed.json).status_code == 200
    assert sign_in(app).status_code == 401
    assert admin.post("/v1/auth/password", {
        "current_password": "secret", "new_password": "another long one"}).status_code == 403


def test_guesses_at_ones_own_password_are_counted_too(app, admin, locks_last):
    add(admin)
    me = as_user(app, sign_in(app).json)
    told = [me.post("/v1/auth/password", {
        "current_password": f"wrong {n}", "new_password": "another long one"}) for n in range(7)]
    assert [answer.status_code for answer in told] == [422] * 5 + [429] * 2
    assert told[-1].headers["Retry-After"]


def test_a_client_is_added_rotated_and_disabled(app, admin):
    made = admin.post("/v1/clients", {"id": "crm", "scopes": ["leads"]})
    assert made.status_code == 201
    secret = made.json["client_secret"]

    def token(secret):
        return app.test_client().post("/v1/auth/token", json={
            "grant_type": "client_credentials", "client_id": "crm", "client_secret": secret})

    assert token(secret).json["scope"] == "leads"
    assert "client_secret" not in admin.get("/v1/clients").text
    new = admin.post("/v1/clients/crm/secret").json["client_secret"]
    assert (token(secret).status_code, token(new).status_code) == (401, 200)
    assert patch(admin, "/v1/clients/crm", {"scopes": ["leads:read"]}).json["scopes"] == ["leads:read"]
    assert admin.post("/v1/clients/crm/disable").json["enabled"] is False
    assert token(new).status_code == 401
    assert admin.post("/v1/clients/crm/enable").json["enabled"] is True
    assert token(new).json["scope"] == "leads:read"
    assert actions(admin, entity_kind="client", entity_id="crm") == [
        "client.enabled", "client.disabled", "client.edited", "client.secret_rotated", "client.added"]


@pytest.mark.parametrize(("body", "pointer", "status"), [
    ({"id": "a b", "scopes": ["leads"]}, "/id", 422), ({"id": "x", "scopes": []}, "/scopes", 422),
    ({"id": "x", "scopes": ["all"]}, "/scopes/0", 422), ({"id": "tests", "scopes": ["leads"]}, "/id", 409),
])
def test_a_refused_client_names_the_field(admin, body, pointer, status):
    answer = admin.post("/v1/clients", body)
    assert answer.status_code == status and answer.json["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("path", [
    f"/v1/users/{NOBODY}/disable", f"/v1/users/{NOBODY}/enable", "/v1/clients/nobody/secret",
    "/v1/clients/nobody/disable", "/v1/clients/nobody/enable",
])
def test_what_is_not_there_is_not_found(admin, path):
    assert admin.post(path).status_code == 404


def test_the_audit_log_tells_who_did_what_in_pages_and_no_secret(app, admin):
    user = add(admin)
    me = as_user(app, sign_in(app).json)
    me.post("/v1/auth/password", {"current_password": PASSWORD, "new_password": "another long one"})
    admin.post(f"/v1/users/{user['id']}/password", {"password": "yet another one"})
    admin.post(f"/v1/users/{user['id']}/disable")
    secret = admin.post("/v1/clients", {"id": "crm", "scopes": ["leads"]}).json["client_secret"]
    whole = admin.get("/v1/audit")
    assert [row["action"] for row in whole.json["data"]] == [
        "client.added", "user.disabled", "user.password_set", "user.password_changed", "user.added"]
    assert [row["actor"] for row in whole.json["data"]] == [
        "tests", "tests", "tests", "grace@example.com", "tests"]
    assert all(row["request_id"] for row in whole.json["data"])
    assert not [text for text in (PASSWORD, "another", secret, "scrypt") if text in whole.text]
    assert len(actions(admin, entity_id=user["id"])) == 4
    seen, cursor = [], ""
    while cursor is not None:
        page = admin.get(f"/v1/audit?limit=2{cursor and '&cursor=' + cursor}").json
        seen, cursor = seen + page["data"], page["next"]
    assert seen == whole.json["data"]


def test_the_command_line_follows_the_same_rules(app, admin, services, monkeypatch, tmp_path):
    for name, value in programs.sidecar_environment(services).items():
        monkeypatch.setenv(name, value)
    password = tmp_path / "password"
    password.write_text(PASSWORD)

    def run(*args):
        return CliRunner().invoke(main, list(args))

    added = run("users", "add", "One@example.com", "--role", "admin", "--password-file", str(password))
    assert added.exit_code == 0, added.output
    assert sign_in(app, "one@example.com").json["role"] == "admin"
    for refused in (run("users", "disable", "one@example.com"),
                    run("users", "add", "one@example.com", "--password-file", str(password))):
        assert refused.exit_code == 1 and "last enabled admin" in refused.output
    assert "exists already" in run(
        "users", "add", "one@example.com", "--keep", "--password-file", str(password)).output
    assert run("users", "disable", "ada@example.com").exit_code == 0
    assert "disabled" in run("users", "list").output
    assert run("users", "enable", "ada@example.com").exit_code == 0
    assert run("users", "disable", "nobody@example.com").exit_code == 1
    made = run("clients", "add", "crm", "--scopes", "leads,pii:read")
    rotated = run("clients", "rotate", "crm")
    assert made.output != rotated.output and "client_secret=" in rotated.output
    assert run("clients", "add", "crm", "--scopes", "king").exit_code == 1
    assert run("clients", "disable", "crm").exit_code == run("clients", "enable", "crm").exit_code == 0
    assert "leads,pii:read" in run("clients", "list").output
    entries = admin.get("/v1/audit?entity_kind=client").json["data"]
    assert {row["actor"] for row in entries} == {"command line"}


def test_a_client_made_at_every_start_keeps_its_scopes(app, admin, services, monkeypatch, tmp_path):
    for name, value in programs.sidecar_environment(services).items():
        monkeypatch.setenv(name, value)
    secret = tmp_path / "secret"

    def start(content, scopes="pipeline,leads"):
        secret.write_text(content)
        done = CliRunner().invoke(main, [
            "clients", "add", "flows", "--scopes", scopes, "--keep-scopes", "--secret-file", str(secret)])
        assert done.exit_code == 0, done.output

    def now():
        [client] = [row for row in admin.get("/v1/clients").json["data"] if row["id"] == "flows"]
        return client["scopes"], client["enabled"]

    def token(content):
        return app.test_client().post("/v1/auth/token", json={
            "grant_type": "client_credentials", "client_id": "flows", "client_secret": content}).status_code

    start("the first secret")
    assert now() == (["pipeline", "leads"], True)
    patch(admin, "/v1/clients/flows", {"scopes": ["leads", "pipeline", "pii:read"]})
    start("the second secret", "pipeline,leads,notify")
    assert now() == (["pipeline", "leads", "notify", "pii:read"], True)
    assert (token("the first secret"), token("the second secret")) == (401, 200)
    admin.post("/v1/clients/flows/disable")
    start("the second secret")
    assert now()[1] is False and token("the second secret") == 401


def test_a_clients_scopes_are_kept_once_each(admin):
    made = admin.post("/v1/clients", {"id": "crm", "scopes": ["notify", "leads", "notify"]})
    assert made.json["scopes"] == ["leads", "notify"]


@pytest.mark.parametrize("path", ["/v1/clients/%00/disable", "/v1/clients/a%00b/secret"])
def test_a_path_that_postgres_cannot_hold_is_not_found(admin, path):
    assert admin.post(path).status_code == 404


def test_the_command_line_reads_the_settings_of_the_running_stack(services, admin, monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("SIDECAR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LOCAL_STATE", str(tmp_path))
    (tmp_path / "stack.json").write_text(json.dumps(stack.facts(services)))
    result = CliRunner().invoke(main, ["users", "list"])
    assert result.exit_code == 0, result.output
    assert "ada@example.com" in result.stdout


@pytest.mark.parametrize("email", ["grace", "grace@", "grace@acme..example", "a b@acme.example"])
def test_an_address_is_what_the_engine_takes_for_one(admin, email):
    answer = admin.post("/v1/users", {"email": email, "role": "viewer", "password": PASSWORD})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/email")


def test_the_audit_log_is_filtered_by_who_what_and_when(app, admin):
    grace = add(admin)
    admin.post(f"/v1/users/{grace['id']}/disable")
    assert actions(admin, actor="tests", entity_id=grace["id"]) == ["user.disabled", "user.added"]
    assert actions(admin, action="user.added") == ["user.added"] and actions(admin, actor="nobody") == []
    past, future = "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"
    assert actions(admin, at_from=future) == actions(admin, at_to=past) == []
    assert len(actions(admin, at_from=past, at_to=future)) == 2


def test_what_would_become_of_the_leads_of_somebody_who_goes_is_said_before(app, admin):
    grace = add(admin, name="Grace")
    told = admin.get(f"/v1/users/{grace['id']}/leaving").json
    assert told["open_leads"] == 0 and told["heirs"] == []
    add(admin, "linus@example.com", name="Linus")
    lead = admin.post("/v1/leads", {"email": "lead@goes.example"}).json["results"][0]["lead_id"]
    patch(admin, f"/v1/leads/{lead}", {"owner": "grace@example.com"})
    told = admin.get(f"/v1/users/{grace['id']}/leaving").json
    assert told["open_leads"] == 1 and told["heirs"] == ["Linus"] and "in turn" in told["why"]
    admin.post(f"/v1/users/{grace['id']}/disable")
    assert admin.get(f"/v1/leads/{lead}").json["owner"] == "linus@example.com"
    assert admin.get(f"/v1/users/{NOBODY}/leaving").status_code == 404


def test_people_name_themselves_and_give_themselves_no_role(app, admin):
    add(admin)
    grace = as_user(app, sign_in(app).json)
    assert patch(grace, "/v1/users/me", {"name": "Grace H.", "language": "de"}).json["name"] == "Grace H."
    me = grace.get("/v1/users/me").json
    assert me["language"] == "de" and me["has_password"] and me["role"] == "operator"
    assert patch(grace, "/v1/users/me", {"role": "admin"}).status_code == 422


def test_the_channels_that_there_are_are_told(app, admin):
    told = admin.get("/v1/channels").json
    assert {"email", "slack"} <= set(told["channels"]) and "hot_lead" in told["kinds"]
