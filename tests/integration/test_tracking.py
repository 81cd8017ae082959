"""Page views of visitors who agree: what pages may tell, what is kept of it, how large the script is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sidecar.app import create_app
from sidecar.store import forms
from sidecar.store.database import many

PAGE = "https://www.shop.example"
VISIT = {"type": "page_view", "anonymous_id": "visitor-1", "event_id": "v1",
         "url": "https://www.shop.example/preise", "campaign": {"utm_source": "ads", "gclid": "g1"}}


@pytest.fixture
def tell(app, api, engine):
    engine.cache.redis.flushdb()
    with engine.database.write() as cursor:
        key = forms.save(cursor, "a-key", "shop", [PAGE], "web_form")

    def post(visit, origin=PAGE, key=key, **headers):
        return app.test_client().post(
            f"/v1/forms/{key}/events", json=visit, headers={"User-Agent": "Mozilla/5.0"} | (
                {"Origin": origin} if origin else {}) | headers)

    return post


def events(engine):
    with engine.database.read() as cursor:
        return many(cursor, "SELECT type, contact_id, properties, source FROM events ORDER BY id")


def test_the_script_is_small_and_may_be_kept_by_browsers_and_used_by_other_sites(app):
    answer = app.test_client().get("/v1/track.js?key=a-key")
    assert answer.status_code == 200 and len(answer.data) < 3000
    assert answer.content_type.startswith("text/javascript")
    assert "max-age" in answer.headers["Cache-Control"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_visit_is_kept_once_with_its_campaign_and_told_to_nobody(tell, engine):
    for _ in range(2):
        answer = tell(VISIT)
        assert (answer.status_code, answer.data) == (204, b"")
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE
    [event] = events(engine)
    assert (event["type"], event["contact_id"], event["source"]) == ("pricing_view", None, "page:shop")
    assert event["properties"] == {
        "url": VISIT["url"], "utm_source": "ads", "gclid": "g1", "user_agent": "Mozilla/5.0",
        "ip": "127.0.0.1", "method": "POST"}


def test_who_identifies_or_sends_the_form_made_the_visits(tell, api, app, engine):
    [lead] = api.post("/v1/leads", {"email": "mary@ships.example"}).json["results"]
    tell(VISIT)
    known = {"type": "identify", "anonymous_id": "visitor-1", "email": "Mary@Ships.example"}
    assert tell(known).status_code == 204
    found = api.get(f"/v1/leads/{lead['lead_id']}").json["events"]
    assert sorted(event["type"] for event in found) == ["identify", "pricing_view"]
    tell(VISIT | {"anonymous_id": "visitor-2", "event_id": "v2"})
    sent = {"email": "otto@werft.example", "custom": {"anonymous_id": "visitor-2"}}
    assert app.test_client().post(
        "/v1/forms/a-key", json=sent, headers={"Origin": PAGE}).status_code == 202
    assert [event["type"] for event in events(engine) if event["contact_id"]] == [
        "pricing_view", "identify", "pricing_view", "form_submit"]


@pytest.mark.parametrize("headers", [{"Sec-GPC": "1"}, {"DNT": "1"}])
def test_of_who_asks_not_to_be_tracked_nothing_is_kept(tell, engine, headers):
    assert tell(VISIT, **headers).status_code == 204
    assert events(engine) == []


@pytest.mark.parametrize(("visit", "options", "status"), [
    (VISIT, {"origin": "https://other.example"}, 403), (VISIT, {"origin": None}, 403),
    (VISIT, {"key": "no-key"}, 404), (VISIT | {"type": "demo_request"}, {}, 422),
    (VISIT | {"type": "identify"}, {}, 422), (VISIT | {"email": "mary@ships.example"}, {}, 422),
    (VISIT | {"properties": {}}, {}, 422), ({"type": "page_view"}, {}, 422), ([], {}, 422),
    (VISIT | {"campaign": {"password": "x"}}, {}, 422), (VISIT | {"url": "x" * 20_000}, {}, 422)])
def test_a_page_tells_visits_alone(tell, engine, visit, options, status):
    assert tell(visit, **options).status_code == status
    assert events(engine) == []


def test_visits_of_one_address_are_bounded(tell, engine):
    settings = replace(engine.settings, page_views_per_minute=2)
    tight = create_app(settings, replace(engine, settings=settings)).test_client()
    answers = [tight.post("/v1/forms/a-key/events", json=VISIT, headers={"Origin": PAGE}).status_code
               for _ in range(3)]
    assert answers == [204, 204, 429]


def test_who_follows_the_hidden_link_is_a_robot(tell, app, engine):
    assert app.test_client().get("/v1/forms/a-key/trap?visitor=visitor-1").status_code == 204
    [event] = events(engine)
    assert event["properties"]["machine"] is True and event["properties"]["hidden_link"] is True
    assert app.test_client().get("/v1/forms/no-key/trap?visitor=visitor-1").status_code == 404
    assert app.test_client().get("/v1/forms/a-key/trap").status_code == 422


def test_a_visitor_with_a_network_of_addresses_is_one(tell, engine):
    settings = replace(engine.settings, page_views_per_minute=2)
    tight = create_app(settings, replace(engine, settings=settings)).test_client()
    answers = [tight.post("/v1/forms/a-key/events", json=VISIT, headers={"Origin": PAGE},
                          environ_overrides={"REMOTE_ADDR": f"2001:db8:1:2::{number}"}).status_code
               for number in range(1, 4)]
    assert answers == [204, 204, 429]
