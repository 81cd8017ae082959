"""Signing in by an OpenID Connect provider: who comes in, as what, and who does not."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from sidecar.app import create_app
from sidecar.secrets import NOBODY
from sidecar.services import administration, oidc
from sidecar.services.audit import COMMAND_LINE
from tests.integration.conftest import Api
from tests.integration.oidc_provider import CLIENT, PERSON, SECRET, providing
from tests.integration.test_sessions import OWN, PASSWORD

START, CALLBACK, SESSION = "/v1/auth/oidc/start", "/v1/auth/oidc/callback", "/v1/auth/session"


@pytest.fixture
def provider(engine):
    with engine.database.write() as cursor:
        cursor.execute("TRUNCATE leads, assignments, sessions, sign_in_failures CASCADE;"
                       "DELETE FROM users WHERE email LIKE '%@sales.example'")
    engine.cache.redis.flushdb()
    with providing() as started:
        yield started


@pytest.fixture
def made(engine, provider):
    """make(**settings): the app with this provider."""
    def make(now=engine.now, **settings):
        own = dataclasses.replace(engine, now=now, settings=dataclasses.replace(engine.settings, **{
            "oidc_issuer": provider.url, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET,
            "oidc_roles": {"sales": "operator", "leads": "admin", "*": "viewer"}} | settings))
        return create_app(own.settings, own)

    return make


def start(client, to="#/leads/7"):
    return client.get(START, query_string={"to": to})


def at_provider(answer):
    """What the provider tells in the address that the browser comes back with."""
    assert answer.status_code == 302, answer.text
    back = requests.get(answer.headers["Location"], allow_redirects=False, timeout=10)
    return urlsplit(back.headers["Location"])


def sign_in(client, to="#/leads/7"):
    """The answer of a whole sign-in."""
    back = at_provider(start(client, to))
    return client.get(f"{CALLBACK}?{back.query}")


def came(engine, answer):
    """Where the browser goes: (the reason of a refusal or None, the place)."""
    location = answer.headers["Location"]
    assert answer.status_code == 302 and location.startswith(engine.settings.public_url + "/")
    parts = urlsplit(location)
    return parse_qs(parts.query).get("refused", [None])[0], "#" + parts.fragment


def user(engine, email="jane@sales.example"):
    with engine.database.read() as cursor:
        cursor.execute(
            "SELECT role, name, password_hash, oidc_identity FROM users WHERE email = %s", (email,))
        return cursor.fetchone()


def test_who_signs_in_there_gets_a_session_here_and_the_place_they_wanted(engine, provider, made):
    client = made().test_client()
    begun = start(client)
    [cookie] = begun.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-oidc-") and all(
        part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"))
    back = at_provider(begun)
    assert back.geturl().startswith(engine.settings.public_url + oidc.CALLBACK)
    answer = client.get(f"{CALLBACK}?{back.query}")
    assert came(engine, answer) == (None, "#/leads/7")
    assert "SameSite=Strict" in answer.headers.getlist("Set-Cookie")[0]
    who = client.get(SESSION).json
    assert who["user"]["email"] == "jane@sales.example" and who["user"]["role"] == "operator"
    found = user(engine)
    assert found["name"] == "Jane Doe" and found["password_hash"] == NOBODY
    assert found["oidc_identity"] == f"{provider.url} {PERSON['sub']}"
    assert Api(client, "tests").get("/v1/audit?entity_kind=user").json["data"][0]["action"] == "user.added"


def test_the_document_and_the_keys_are_read_once(made, provider):
    app = made()
    for _ in range(2):
        sign_in(app.test_client())
    assert provider.asked.count("/.well-known/openid-configuration") == provider.asked.count("/jwks") == 1


def test_a_new_key_is_read_and_an_unknown_one_asks_once_a_minute(engine, provider, made):
    app = made()
    sign_in(app.test_client())
    provider.key, provider.kid = generate_private_key(65537, 2048), "second"
    later = made(now=lambda: engine.now() + timedelta(seconds=61))
    assert came(engine, sign_in(later.test_client()))[0] is None
    provider.header = {"kid": "third"}
    for _ in range(3):
        assert came(engine, sign_in(later.test_client()))[0] == "token"
    assert provider.asked.count("/jwks") == 2


@pytest.mark.parametrize(("given", "reason"), [
    ({"wrong": {"nonce": "another"}}, "token"), ({"wrong": {"nonce": None}}, "token"),
    ({"wrong": {"aud": "somebody else"}}, "token"), ({"wrong": {"aud": None}}, "token"),
    ({"wrong": {"aud": [CLIENT, "another"], "azp": "another"}}, "token"),
    ({"wrong": {"iss": "https://evil.example"}}, "token"), ({"wrong": {"exp": 1_700_000_000}}, "token"),
    ({"wrong": {"exp": None}}, "token"), ({"wrong": {"iat": 4_000_000_000}}, "token"),
    ({"wrong": {"sub": None}}, "token"), ({"wrong": {"at_hash": "bm90IGl0"}}, "token"),
    ({"algorithm": "none"}, "token"), ({"algorithm": "HS256"}, "token"),
    ({"header": {"jku": "https://evil.example/jwks", "kid": "evil"}}, "token"),
    ({"person": PERSON | {"email_verified": False}}, "unverified"),
    ({"person": PERSON | {"email_verified": None}}, "unverified"),
    ({"person": PERSON | {"email": "no address"}}, "unverified"),
    ({"person": PERSON | {"email": None}}, "unverified"),
    ({"metadata": {"issuer": "https://evil.example"}}, "provider"),
    ({"metadata": {"jwks_uri": "http://127.0.0.1:9/jwks"}}, "provider"),
    ({"metadata": {"token_endpoint": None}}, "provider"),
])
def test_what_is_not_as_it_should_be_opens_nothing(engine, provider, made, given, reason):
    provider.userinfo = {"sub": PERSON["sub"]}
    for name, value in given.items():
        setattr(provider, name, value)
    client = made().test_client()
    begun = start(client)
    told = came(engine, begun if "refused" in begun.headers["Location"] else client.get(
        f"{CALLBACK}?{at_provider(begun).query}"))
    assert told == (reason, "#/leads/7")
    assert client.get(SESSION).json["user"] is None and user(engine) is None


def test_a_state_counts_once_in_the_browser_that_began_and_for_a_while(engine, provider, made):
    app = made()
    client, other = app.test_client(), app.test_client()
    back = at_provider(start(client))
    cookie = next(iter(client._cookies.values()))
    assert came(engine, other.get(f"{CALLBACK}?{back.query}"))[0] == "state"
    for query in ("", "state=", "state=x&code=y", back.query.replace("state=", "state=x")):
        assert came(engine, client.get(f"{CALLBACK}?{query}"))[0] == "state"
    assert came(engine, client.get(f"{CALLBACK}?{back.query}"))[0] is None
    client.set_cookie(cookie.key, cookie.value)
    assert came(engine, client.get(f"{CALLBACK}?{back.query}"))[0] == "state"

    back = at_provider(start(client))
    late = made(now=lambda: engine.now() + timedelta(seconds=oidc.SECONDS + 1)).test_client()
    late._cookies = client._cookies
    assert came(engine, late.get(f"{CALLBACK}?{back.query}")) == ("state", "#/leads/7")


def test_two_tabs_sign_in_at_once(engine, provider, made):
    client = made().test_client()
    first, second = (at_provider(start(client, to)) for to in ("#/one", "#/two"))
    assert [came(engine, client.get(f"{CALLBACK}?{back.query}")) for back in (first, second)] == [
        (None, "#/one"), (None, "#/two")]


def test_a_code_of_another_sign_in_is_refused(engine, provider, made):
    client = made().test_client()
    first, second = at_provider(start(client)), at_provider(start(client))
    code = parse_qs(first.query)["code"][0]
    state = parse_qs(second.query)["state"][0]
    assert came(engine, client.get(CALLBACK, query_string={"code": code, "state": state}))[0] == "token"


@pytest.mark.parametrize(("more", "reason"), [
    ({"error": "access_denied"}, "denied"), ({"code": ""}, "token"),
    ({"iss": "https://evil.example"}, "token"),
])
def test_what_the_provider_refuses_is_said(engine, provider, made, more, reason):
    client = made().test_client()
    told = {name: values[0] for name, values in parse_qs(at_provider(start(client)).query).items()}
    assert came(engine, client.get(CALLBACK, query_string=told | more))[0] == reason


@pytest.mark.parametrize("to", [
    "https://evil.example", "//evil.example", "/\\evil.example", "#//evil.example\r\nX: y",
    "javascript:alert(1)", "#/a b", "#leads", "#/" + "a" * 600,
])
def test_nobody_is_led_away(engine, provider, made, to):
    assert came(engine, sign_in(made().test_client(), to)) == (None, "#/")


@pytest.mark.parametrize(("groups", "role"), [
    (["sales"], "operator"), (["sales", "leads"], "admin"), ("leads", "admin"), (["others"], "viewer"),
    ([], "viewer"), (["*"], "viewer"), (None, "viewer"),
])
def test_groups_give_the_role_that_may_most(engine, provider, made, groups, role):
    provider.person["groups"] = groups
    provider.userinfo = {"sub": PERSON["sub"]}
    assert came(engine, sign_in(made().test_client()))[0] is None and user(engine)["role"] == role


def test_without_a_group_of_ours_one_is_refused_where_that_is_set(engine, provider, made):
    provider.person["groups"] = ["others"]
    assert came(engine, sign_in(made(oidc_roles={"sales": "operator"}).test_client()))[0] == "group"


def test_only_addresses_of_allowed_domains(engine, provider, made):
    assert came(engine, sign_in(made(oidc_domains=("corp.example",)).test_client()))[0] == "domain"
    assert came(engine, sign_in(made(oidc_domains=("sales.example",)).test_client()))[0] is None


def test_a_role_follows_the_groups_at_each_sign_in_and_ends_what_was_open(engine, provider, made):
    app = made()
    first, second = app.test_client(), app.test_client()
    sign_in(first)
    provider.person["groups"] = ["others"]
    sign_in(second)
    assert first.get(SESSION).json["ended"] == "role"
    assert second.get(SESSION).json["user"]["role"] == "viewer"


def test_the_last_admin_stays_one(engine, provider, made):
    with engine.database.write() as cursor:
        cursor.execute("UPDATE users SET role = 'operator' WHERE role = 'admin'")
    administration.add_user(engine, email="jane@sales.example", role="admin", password=PASSWORD, name=None,
                            by=COMMAND_LINE)
    client = made().test_client()
    assert came(engine, sign_in(client))[0] is None
    assert client.get(SESSION).json["user"]["role"] == "admin"
    # And can sign in by password while the provider is away.
    assert client.post(SESSION, headers=OWN, json={
        "email": "jane@sales.example", "password": PASSWORD}).status_code == 200


def test_who_was_made_by_the_provider_has_no_password(engine, provider, made):
    client = made().test_client()
    sign_in(client)
    for password in ("", NOBODY, "no password"):
        assert client.post(SESSION, headers=OWN, json={
            "email": "jane@sales.example", "password": password}).status_code in (401, 422, 429)


def test_who_was_disabled_is_refused(engine, provider, made):
    app = made()
    sign_in(app.test_client())
    with engine.database.write() as cursor:
        cursor.execute("UPDATE users SET disabled_at = now() WHERE email = 'jane@sales.example'")
    assert came(engine, sign_in(app.test_client()))[0] == "disabled"


def test_an_address_given_to_somebody_else_there_is_not_theirs_here(engine, provider, made):
    app = made()
    sign_in(app.test_client())
    provider.person["sub"] = "another"
    assert came(engine, sign_in(app.test_client()))[0] == "taken"
    # The same person with another address stays who they are.
    provider.person |= {"sub": PERSON["sub"], "email": "jane.doe@sales.example"}
    client = app.test_client()
    sign_in(client)
    assert client.get(SESSION).json["user"]["email"] == "jane@sales.example"


def test_what_the_token_lacks_is_asked_of_userinfo_about_the_same_person(engine, provider, made):
    claims, provider.person = provider.person, {"sub": PERSON["sub"]}
    provider.userinfo = claims | {"sub": "another"}
    assert came(engine, sign_in(made().test_client()))[0] == "token"
    provider.userinfo = claims
    assert came(engine, sign_in(made().test_client()))[0] is None and user(engine)["role"] == "operator"


def test_a_public_client_and_one_whose_secret_goes_in_the_form(engine, provider, made, monkeypatch):
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    forms = []
    real = provider.token
    monkeypatch.setattr(provider, "token", lambda _, form: forms.append(form) or real(
        "Basic ZW5yaWNobWVudDphIHNlY3JldCBvZiB0aGUgY2xpZW50", form))
    assert came(engine, sign_in(made().test_client()))[0] is None
    assert came(engine, sign_in(made(oidc_client_secret="").test_client()))[0] is None
    assert [form.get("client_secret") for form in forms] == [SECRET, None]
    assert forms[1]["client_id"] == CLIENT


def test_a_provider_that_is_away_is_said_so(engine, provider, made):
    app = made(oidc_issuer="http://localhost:9")
    assert came(engine, start(app.test_client())) == ("provider", "#/leads/7")


def test_an_encrypted_provider_has_no_parts_in_the_clear(engine, provider, made):
    app = made(oidc_issuer=provider.url.replace("http:", "https:"))
    with app.app_context(), pytest.raises(oidc._Failed):
        oidc._target(app.extensions["engine"], "http://login.example.com/jwks")
    with pytest.raises(oidc._Failed):
        oidc._target(app.extensions["engine"], "https://user@login.example.com/jwks")


def test_the_ways_say_what_is_set(app, engine, provider, made):
    assert app.test_client().get("/v1/auth/ways").json == {"password": True, "oidc": []}
    assert app.test_client().get(START).status_code == 404
    url = f"{engine.settings.public_url}/api/v1/auth/oidc/start"
    assert made(oidc_label="Okta").test_client().get("/v1/auth/ways").json["oidc"] == [
        {"name": "oidc", "label": "Okta", "url": url}]
