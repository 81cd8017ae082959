"""The page about the API: read, filtered, copied and tried in a real browser through the edge."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import clean


@pytest.fixture
def docs(page, stack):
    page.goto(stack.facts["docs_url"])
    return page


def opened(page, stack, name):
    """A call, unfolded."""
    page.goto(f"{stack.facts['docs_url']}#{name}")
    call = page.locator(f"[id='{name}']")
    expect(call).to_have_attribute("open", "")
    return call


def test_it_is_readable_on_a_desk_and_on_a_phone(docs, stack):
    clean(docs)
    for name in ("leads-create", "leads-list_leads", "jobs-import_leads", "administration-add_user"):
        opened(docs, stack, name)
    clean(docs)


def test_the_filter_finds_calls_by_words_and_says_how_many(docs):
    docs.keyboard.press("/")
    expect(docs.get_by_role("searchbox")).to_be_focused()
    docs.keyboard.type("duplicates merge")
    call = docs.locator("details.call:visible")
    expect(docs.get_by_role("status").first).to_have_text(re.compile(r"^\d+ of \d+ calls$"))
    expect(call.filter(has_text="/v1/duplicates/{duplicate_id}/merge")).to_have_count(1)
    assert call.count() < 5
    docs.keyboard.press("ControlOrMeta+a")
    docs.keyboard.press("Delete")
    assert call.count() > 100


def test_a_lead_is_sent_with_the_session_of_the_dashboard(signed_in, stack):
    call = opened(signed_in, stack, "leads-create")
    lead = json.loads(call.get_by_label("Body").input_value()) | {"email": "tried@api-docs.example"}
    call.get_by_label("Body").fill(json.dumps(lead))
    call.get_by_role("button", name="Send").click()
    expect(call.get_by_role("status")).to_have_text("Answered 202")
    told = call.get_by_role("region", name="What was answered to POST /v1/leads")
    expect(told).to_contain_text('"created"')


def test_a_path_and_a_query_are_filled_in(signed_in, stack, client):
    lead_id = client.post("/v1/leads", {"email": "found@api-docs.example"}).json()["results"][0]["lead_id"]
    call = opened(signed_in, stack, "leads-get_lead")
    call.get_by_label("lead_id (needed)").fill(lead_id)
    call.get_by_label("lead_id (needed)").press("Enter")
    expect(call.get_by_role("status")).to_have_text("Answered 200")
    expect(call.locator("form pre")).to_contain_text(lead_id)
    listed = opened(signed_in, stack, "leads-list_leads")
    listed.get_by_label("source", exact=True).fill("nobody has this")
    listed.get_by_role("button", name="Send").click()
    expect(listed.locator("form pre")).to_contain_text('"data": []')


def test_strangers_are_told_to_sign_in_and_a_token_will_do(docs, stack, client):
    call = opened(docs, stack, "auth-whoami")
    call.get_by_role("button", name="Send").click()
    expect(call.get_by_role("status")).to_have_text(re.compile("^Answered 401: sign in"))
    assert all("401" in complaint for complaint in docs.complaints)
    docs.complaints.clear()
    docs.get_by_label("Access token").fill(
        client.get("/v1/auth/whoami").request.headers["Authorization"].removeprefix("Bearer "))
    call.get_by_role("button", name="Send").click()
    expect(call.locator("form pre")).to_contain_text('"local-admin"')


def test_a_command_is_copied_as_it_stands(docs, stack, chromium):
    chromium.grant_permissions(["clipboard-read", "clipboard-write"])
    call = opened(docs, stack, "leads-create")
    shown = call.get_by_role("region", name="Command for POST /v1/leads")
    call.get_by_role("button", name="Copy").first.click()
    expect(call.get_by_role("button", name="Copied")).to_be_visible()
    assert docs.evaluate("navigator.clipboard.readText()") == shown.text_content()
    assert f"{stack.facts['api_url']}/v1/leads" in shown.text_content()


def test_a_problem_leads_to_its_section(docs, stack):
    call = opened(docs, stack, "leads-create")
    call.get_by_role("link", name="422 invalid").click()
    expect(docs).to_have_url(re.compile("#problem-invalid$"))
    expect(docs.locator("#problem-invalid")).to_be_in_viewport()
