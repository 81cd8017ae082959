"""Sources and web forms as an administrator adds and watches them, in a real browser."""

from __future__ import annotations

import json
import re

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.axe import clean


@pytest.fixture
def opened(signed_in, stack):
    signed_in.goto(f"{stack.facts['dashboard_url']}#/sources")
    expect(signed_in.get_by_role("heading", name="Sources", exact=True)).to_be_visible()
    return signed_in


def add(page, kind, name):
    """The address and the secret of a new source: four acts (add, kind, name, make)."""
    page.get_by_role("button", name="Add a source").click()
    page.get_by_label("Kind").select_option(label=kind)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Make its address").click()
    expect(page.get_by_role("heading", name=f"{name} is ready")).to_be_visible()
    clean(page)
    url, secret, *_ = page.get_by_role("dialog").locator(".copied > code").all_inner_texts()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    return url, secret


def send(stack, url, body, secret):
    return requests.post(url, data=json.dumps(body), timeout=30, verify=stack.facts["ca_file"], headers={
        "Content-Type": "application/json", "Authorization": f"Bearer {secret}"})


def test_a_source_is_added_and_its_delivery_seen_among_the_last(opened, stack, client):
    url, secret = add(opened, "Any other sender", "Partner portal")
    assert url.startswith(f"{stack.facts['dashboard_url']}webhook/leads/generic/")
    expect(opened.get_by_role("heading", name=re.compile("^Partner portal"))).to_be_visible()
    expect(opened.get_by_text("Nothing was delivered yet.")).to_be_visible()
    assert secret not in opened.content()
    assert send(stack, url, {"email": "pia@partner-portal.example"}, secret).status_code == 202
    assert send(stack, url, {"email": "pia@partner-portal.example"}, "wrong").status_code == 401
    assert send(stack, url, {"email": "pia at home"}, secret).status_code == 422
    rows = opened.get_by_role("region", name="Last ten deliveries").locator("tbody tr")
    expect(rows).to_have_count(3, timeout=20_000)
    expect(rows.nth(0)).to_contain_text("leads refused")
    expect(rows.nth(0)).to_contain_text("Email: invalid email")
    expect(rows.nth(1)).to_contain_text("not proven")
    expect(rows.nth(2)).to_contain_text("1 lead")
    clean(opened)
    opened.get_by_role("link", name="← All sources").click()
    expect(opened.get_by_role("row", name=re.compile("^Partner portal"))).to_contain_text("silent for")
    clean(opened)
    [lead] = client.get("/v1/leads?q=partner-portal").json()["data"]
    assert lead["source"] == "Partner portal"


def test_a_generic_mapping_is_made_from_a_sample(opened, stack, client):
    """Clicks after the paste: read it, two selects, save: four."""
    url, secret = add(opened, "Any other sender", "Odd shop")
    body = {"records": [{"x1": "uma@odd-shop.example", "x2": "Uma Reed", "note": "<b>Call</b>"}]}
    opened.get_by_label("One delivery, as JSON").fill("{no")
    opened.get_by_role("button", name="Read it").click()
    expect(opened.get_by_text("This is no JSON.")).to_be_visible()
    opened.get_by_label("One delivery, as JSON").fill(json.dumps(body["records"][0]))
    opened.get_by_role("button", name="Read it").click()
    opened.get_by_label("/x1 becomes").select_option("email")
    expect(opened.locator(".card")).to_contain_text("Email")
    opened.get_by_label("/x2 becomes").select_option("full_name")
    expect(opened.locator(".card")).to_contain_text("Full name")
    expect(opened.get_by_text("<b>Call</b>", exact=True).first).to_be_visible()
    clean(opened)
    opened.get_by_role("button", name="Read deliveries so").click()
    expect(opened.get_by_text("Deliveries are read so from now on.")).to_be_visible()
    assert send(stack, url, body["records"][0], secret).status_code == 202
    [lead] = client.get("/v1/leads?q=odd-shop").json()["data"]
    assert lead["contact"]["full_name"] == "Uma Reed"


def test_a_source_is_paused_tested_and_its_secret_renewed(opened, stack):
    url, secret = add(opened, "Any other sender", "Fair app")
    opened.get_by_role("button", name="Send a test lead").click()
    expect(opened.get_by_role("region", name="Last ten deliveries")).to_contain_text("1 test")
    expect(opened.get_by_role("link", name="Open the lead")).to_be_visible()
    opened.get_by_role("button", name="Renew the secret").click()
    opened.get_by_role("dialog").get_by_role("button", name="Renew the secret").click()
    expect(opened.get_by_role("heading", name="The new secret")).to_be_visible()
    renewed = opened.get_by_role("dialog").locator(".copied > code").nth(1).inner_text()
    opened.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(opened.get_by_text("The secret before counts, too, until")).to_be_visible()
    for each in (secret, renewed):
        assert send(stack, url, {"email": f"{each[:4].lower()}@fair-app.example"}, each).status_code == 202
    opened.get_by_role("button", name="Pause").click()
    opened.get_by_role("dialog").get_by_role("button", name="Pause").click()
    expect(opened.get_by_text("Paused since")).to_be_visible()
    assert send(stack, url, {"email": "late@fair-app.example"}, renewed).status_code == 401
    opened.get_by_role("button", name="Undo").click()
    expect(opened.get_by_text("Paused since")).to_have_count(0)


def test_a_web_form_is_added_paused_and_switched_on(opened):
    opened.get_by_role("link", name="Own web forms").click()
    opened.get_by_role("button", name="Add a web form").click()
    opened.get_by_label("Name", exact=True).fill("Shop page")
    opened.get_by_label("Pages that may send").fill("https://www.shop.example/page")
    opened.get_by_role("button", name="Save").click()
    expect(opened.get_by_role("alert")).to_contain_text("is no origin")
    opened.complaints.clear()  # browsers write every 4xx of a fetch on the console
    opened.get_by_label("Pages that may send").fill("https://www.shop.example")
    opened.get_by_role("button", name="Save").click()
    card = opened.locator(".card").filter(has=opened.get_by_role("heading", name="Shop page"))
    card.get_by_text("Lines for your page").click()
    expect(card.locator("pre")).to_contain_text("/api/v1/forms/")
    clean(opened)
    card.get_by_role("button", name="Pause").click()
    opened.get_by_role("dialog").get_by_role("button", name="Pause").click()
    expect(card.locator(".tag")).to_have_text("paused")
    card.get_by_role("button", name="Switch on again").click()
    expect(card.locator(".tag")).to_have_text("on")
