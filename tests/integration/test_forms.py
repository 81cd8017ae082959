"""Public web forms: whose pages may send, what a browser may read, what a robot gets."""

from __future__ import annotations

import pytest

from sidecar.errors import Invalid, NotFound
from sidecar.services import forms as services
from sidecar.services.audit import COMMAND_LINE
from sidecar.store import forms
from sidecar.store.database import many

PAGE = "https://www.shop.example"
LEAD = {"email": "mary@ships.example", "first_name": "Mary", "last_name": "Shaw"}


@pytest.fixture
def send(app, api, engine):
    engine.cache.redis.flushdb()
    with engine.database.write() as cursor:
        key = forms.save(cursor, "a-key", "shop", [PAGE], "web_form")

    def post(lead, origin=PAGE, key=key, **options):
        headers = {"Origin": origin} if origin else {}
        return app.test_client().post(f"/v1/forms/{key}", headers=headers, **({"json": lead} | options))

    return post


def stored(engine):
    with engine.database.write() as cursor:
        return many(cursor, "SELECT outcome, source, client FROM intake")


def test_a_lead_of_a_listed_page_is_taken_and_tells_nothing(send, engine):
    answer = send(LEAD)
    assert (answer.status_code, answer.json) == (202, {"status": "received"})
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE
    assert stored(engine) == [{"outcome": "created", "source": "web_form", "client": "form:shop"}]


def test_whose_record_it_is_elsewhere_a_visitor_does_not_say(send, api, engine):
    """Who guesses the id of somebody's record does not become that person."""
    known = {"email": "nora.vale@harbor-lines.example", "external_ids": {"hubspot": "123"},
             "refused": {"marketing_email": True}}
    assert api.post("/v1/leads", known).status_code == 202
    assert send({"email": "evil@attacker.example", "external_ids": {"hubspot": "123"},
                 "consent": {"marketing": True}}).status_code == 202
    with engine.database.read() as cursor:
        assert many(cursor, "SELECT email, refused ->> 'marketing_email' AS refused FROM contacts"
                            " ORDER BY id") == [
            {"email": known["email"], "refused": "true"},
            {"email": "evil@attacker.example", "refused": None}]


def test_form_fields_do_as_well_as_json(send, engine):
    assert send(None, json=None, data=LEAD).status_code == 202
    assert stored(engine)[0]["outcome"] == "created"


@pytest.mark.parametrize("change", [{"phone": "N/A"}, {"email": "mary@ships.example\u00a0"}])
def test_a_box_that_cannot_be_used_does_not_refuse_the_visitor(send, engine, change):
    assert send(LEAD | change).status_code == 202
    with engine.database.read() as cursor:
        [contact] = many(cursor, "SELECT email, phone FROM contacts")
    assert contact == {"email": LEAD["email"], "phone": None}


def test_wrong_fields_are_named_so_that_the_page_can_read_it(send, engine):
    answer = send(LEAD | {"email": "mary@"})
    assert answer.status_code == 422 and answer.json["errors"][0]["pointer"] == "/email"
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE
    assert stored(engine)[0]["outcome"] == "rejected"


@pytest.mark.parametrize("origin", ["https://evil.example", None, "null", f"{PAGE}.evil.example"])
def test_other_pages_are_refused_and_read_nothing(send, engine, origin):
    answer = send(LEAD, origin=origin)
    assert answer.status_code == 403 and "Access-Control-Allow-Origin" not in answer.headers
    assert stored(engine) == []


def test_an_unknown_or_disabled_form_is_not_there(send, engine):
    assert send(LEAD, key="other").status_code == 404
    with engine.database.write() as cursor:
        assert forms.disable(cursor, "shop")
    assert send(LEAD).status_code == 404


def test_what_falls_into_the_honeypot_is_kept_for_review_and_does_not_know(send, api, engine):
    """Browsers complete the hidden field too: a person takes the lead in with one call."""
    answer = send(LEAD | {"website_confirm": "https://ships.example"})
    assert (answer.status_code, answer.json) == (202, {"status": "received"})
    assert stored(engine) == [{"outcome": "rejected", "source": "web_form", "client": "form:shop"}]
    [reject] = api.get("/v1/rejects").json["data"]
    assert [error["code"] for error in reject["errors"]] == ["suspected_robot"]
    assert reject["lead"] == LEAD | {"source": "web_form"}
    taken = api.post(f"/v1/rejects/{reject['id']}/repair", {"changes": {}}).json
    assert taken["outcome"] == "created" and api.get("/v1/rejects").json["data"] == []
    assert api.get(f"/v1/leads/{taken['lead_id']}").json["contact"]["email"] == LEAD["email"]


def test_of_a_robot_that_is_wrong_too_both_is_said_to_us_alone(send, api):
    assert send({"email": "spam@", "website_confirm": "x"}).json == {"status": "received"}
    [reject] = api.get("/v1/rejects").json["data"]
    assert reject["errors"][0]["code"] == "suspected_robot" and len(reject["errors"]) > 1


@pytest.mark.parametrize("empty", ["", " ", None])
def test_an_empty_honeypot_is_no_robot(send, engine, empty):
    assert send(LEAD | {"website_confirm": empty}).status_code == 202
    assert stored(engine)[0]["outcome"] == "created"


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Origin": PAGE}


@pytest.fixture
def navigate(app, send):
    """A browser that sends a plain form."""
    def post(fields):
        return app.test_client().post("/v1/forms/a-key", data=fields, headers=BROWSER)

    return post


@pytest.mark.parametrize(("wanted", "leads_to"), [
    ("/thanks?from=form", f"{PAGE}/thanks?from=form"), (f"{PAGE}/danke", f"{PAGE}/danke"),
])
def test_a_form_without_script_leads_to_the_page_that_follows(navigate, engine, wanted, leads_to):
    answer = navigate(LEAD | {"_next": wanted})
    assert (answer.status_code, answer.headers["Location"]) == (303, leads_to)
    assert stored(engine)[0]["outcome"] == "created"


@pytest.mark.parametrize("wanted", [
    None, "", "https://evil.example/", "//evil.example", "javascript:alert(1)", f"{PAGE}.evil.example",
    f"{PAGE}@evil.example", "https://[", "\\\\evil.example"])
def test_a_page_of_somebody_else_does_not_follow(navigate, engine, wanted):
    answer = navigate(LEAD | ({} if wanted is None else {"_next": wanted}))
    assert answer.status_code in (202, 303)
    assert answer.headers.get("Location", PAGE).startswith(f"{PAGE}/" if answer.status_code == 303 else PAGE)
    if answer.status_code == 202:
        assert answer.mimetype == "text/html" and "Thank you" in answer.text
    assert stored(engine)[0]["outcome"] == "created"


def test_a_form_without_script_is_told_what_is_wrong(navigate):
    answer = navigate(LEAD | {"email": "<b>@"})
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert "Email:" in answer.text and "<b>" not in answer.text and "script" not in answer.text


def test_a_robot_without_script_is_thanked_and_kept(navigate, engine):
    assert navigate(LEAD | {"website_confirm": "x", "_next": "/thanks"}).status_code == 303
    assert stored(engine)[0]["outcome"] == "rejected"


def test_boxes_of_one_name_are_a_list(send, engine, api):
    assert send(None, json=None, data=LEAD | {"tags": ["fair", "spring"]}).status_code == 202
    assert api.get("/v1/leads").json["data"][0]["tags"] == ["fair", "spring"]


def test_a_browser_may_ask_first(app, send):
    answer = app.test_client().options("/v1/forms/a-key", headers={"Origin": PAGE})
    assert answer.status_code == 204 and answer.headers["Access-Control-Allow-Methods"] == "POST"
    assert app.test_client().options(
        "/v1/forms/a-key", headers={"Origin": "https://evil.example"}).status_code == 403


def test_what_is_done_to_a_form_is_audited(engine, api):
    services.save(engine, "shop", [PAGE], "web_form", by=COMMAND_LINE)
    services.disable(engine, "shop", by=COMMAND_LINE)
    forms_now = {row["name"]: row["disabled_at"] for row in services.list_forms(engine)}
    assert forms_now["shop"] is not None
    entries = api.get("/v1/audit?entity_kind=form&limit=2").json["data"]
    assert [(entry["actor"], entry["action"], entry["entity_id"]) for entry in entries] == [
        ("command line", "form.disabled", "shop"), ("command line", "form.saved", "shop")]


def test_forms_by_the_api(api, send, engine):
    told = api.post("/v1/forms", {"name": "fair", "origins": [PAGE]})
    [made] = [form for form in told.json["data"] if form["name"] == "fair"]
    assert told.status_code == 201 and made["source"] == "web_form" and not made["disabled_at"]
    assert f"{engine.settings.public_url}/api/v1/forms/{made['key']}" in made["snippet"]
    assert send(LEAD, key=made["key"]).status_code == 202
    wrong = api.post("/v1/forms", {"name": "fair", "origins": [f"{PAGE}/page"]})
    assert wrong.json["errors"][0]["pointer"] == "/origins/0"
    [gone] = [form for form in api.post("/v1/forms/disable", {"name": "fair"}).json["data"]
              if form["name"] == "fair"]
    assert gone["disabled_at"] and send(LEAD, key=made["key"]).status_code == 404
    assert api.post("/v1/forms/disable", {"name": "nobody's"}).status_code == 404
    assert "fair" in {form["name"] for form in api.get("/v1/forms").json["data"]}


def test_a_form_that_is_not_there_cannot_be_disabled(engine):
    with pytest.raises(NotFound):
        services.disable(engine, "nobody's", by=COMMAND_LINE)


@pytest.mark.parametrize("origin", ["www.example.com", "https://www.example.com/page", "ftp://example.com"])
def test_an_origin_is_scheme_and_host(engine, origin):
    with pytest.raises(Invalid, match="no origin"):
        services.save(engine, "other", [origin], "web_form", by=COMMAND_LINE)


@pytest.mark.parametrize("phone", ["N/A", "-", "please call after 5pm"])
def test_no_number_costs_no_lead(send, api, phone):
    assert send(LEAD | {"phone": phone, "email": "mary@ships.example\u00a0"}).status_code == 202
    [lead] = api.get("/v1/leads").json["data"]
    assert lead["contact"]["email"] == "mary@ships.example" and "phone" not in lead["contact"]


def test_what_falls_into_the_honeypot_of_any_form_is_kept_for_review(api, engine):
    """n8n's own form sends its leads as clients do."""
    answer = api.post("/v1/leads", {"leads": [LEAD | {"website_confirm": "https://ships.example"},
                                              LEAD | {"email": "ann@ships.example", "website_confirm": ""}]})
    assert answer.status_code == 202
    assert [row["outcome"] for row in answer.json["results"]] == ["rejected", "created"]
    [reject] = api.get("/v1/rejects").json["data"]
    assert [error["code"] for error in reject["errors"]] == ["suspected_robot"] and reject["lead"] == LEAD
    assert api.post(f"/v1/rejects/{reject['id']}/repair", {"changes": {}}).json["outcome"] == "created"
