"""Lists of leads that people keep under a name, for themselves or for all."""

from __future__ import annotations

import pytest

from sidecar.secrets import hash_password
from sidecar.services import views
from sidecar.store import access
from tests.integration.conftest import Api

HOT = {"name": "My hot ones", "query": "grade=hot&owner=me", "columns": ["name", "score"], "shared": False}


class User(Api):
    """A user, signed in."""

    def __init__(self, client, engine, email, role):
        with engine.database.write() as cursor:
            access.save_user(cursor, email, hash_password("a long password"), role, email[:3].title())
        self.client = client
        token = client.post("/v1/auth/token", json={
            "grant_type": "password", "username": email, "password": "a long password"})
        self.headers = {"Authorization": f"Bearer {token.json['access_token']}"}

    def send(self, method, path, body=None):
        return self.client.open(path, method=method, json=body, headers=self.headers)


@pytest.fixture
def people(api, app, engine):
    """Two operators, a viewer and an admin, who keep nothing."""
    with engine.database.write() as cursor:
        cursor.execute("TRUNCATE views; UPDATE users SET lead_list = '{}'")
    engine.cache.redis.flushdb()
    return {name: User(app.test_client(), engine, f"{name}@views.example", role) for name, role in (
        ("ann", "operator"), ("ben", "operator"), ("eve", "viewer"), ("tom", "admin"))}


def kept(user):
    return {row["name"]: row for row in user.get("/v1/views").json["data"]}


def test_a_view_is_kept_changed_and_deleted(people):
    ann = people["ann"]
    made = ann.post("/v1/views", HOT)
    assert made.status_code == 201
    assert made.json == HOT | {"id": made.json["id"], "mine": True, "kept_by": "Ann"}
    assert kept(ann) == {"My hot ones": made.json}
    edited = ann.send("PATCH", f"/v1/views/{made.json['id']}", {"name": "Hot", "columns": []})
    assert edited.json == made.json | {"name": "Hot", "columns": []}
    assert ann.send("DELETE", f"/v1/views/{made.json['id']}").status_code == 204
    assert kept(ann) == {}
    assert ann.send("DELETE", f"/v1/views/{made.json['id']}").status_code == 404


def test_others_see_what_is_shared_and_do_not_change_it(people):
    ann, ben, tom = (people[name] for name in ("ann", "ben", "tom"))
    ann.post("/v1/views", HOT)
    shared = ann.post("/v1/views", HOT | {"name": "All hot", "query": "grade=hot", "shared": True}).json
    assert kept(ben) == {"All hot": shared | {"mine": False}}
    path = f"/v1/views/{shared['id']}"
    assert ben.send("PATCH", path, {"name": "x"}).status_code == 403
    assert ben.send("DELETE", path).status_code == 403
    own = kept(ann)["My hot ones"]["id"]
    assert tom.send("DELETE", f"/v1/views/{own}").status_code == 404
    assert tom.send("DELETE", path).status_code == 204 and kept(ben) == {}


@pytest.mark.parametrize("query", ["q=jane", "grade=hot&tag=vip", "owner=bea%40example.com"])
def test_who_may_not_see_people_sees_no_view_that_names_some(people, query):
    people["ann"].post("/v1/views", HOT | {"query": query, "shared": True})
    people["ann"].post("/v1/views", HOT | {"name": "Warm", "query": "grade=warm", "shared": True})
    assert [(row["name"], row["kept_by"]) for row in kept(people["eve"]).values()] == [("Warm", None)]
    assert kept(people["ben"]).keys() == {"Warm", "My hot ones"}


def test_names_are_a_users_own_and_there_are_not_too_many(people, monkeypatch):
    ann = people["ann"]
    ann.post("/v1/views", HOT)
    assert ann.post("/v1/views", HOT).status_code == 409
    other = ann.post("/v1/views", HOT | {"name": "Other"}).json["id"]
    assert ann.send("PATCH", f"/v1/views/{other}", {"name": HOT["name"]}).status_code == 409
    assert people["ben"].post("/v1/views", HOT).status_code == 201
    monkeypatch.setattr(views, "MOST", 2)
    assert ann.post("/v1/views", HOT | {"name": "Third"}).status_code == 409


def test_how_somebody_looks_at_leads_is_theirs(people):
    usual = {"columns": ["name", "phone"], "limit": 50}
    assert people["ann"].send("PUT", "/v1/views/usual", usual).json == usual
    assert people["ann"].get("/v1/views").json["usual"] == usual
    assert people["ben"].get("/v1/views").json["usual"] == {"columns": [], "limit": None}


def test_programs_keep_no_views(api):
    for answer in (api.get("/v1/views"), api.post("/v1/views", HOT)):
        assert answer.status_code == 403
