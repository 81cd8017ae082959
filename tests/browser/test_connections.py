"""Connections: what providers cost, what people were told, who is told by signed webhooks."""

from __future__ import annotations

import re
import uuid
from contextlib import closing

import psycopg2
from playwright.sync_api import expect

from tests.browser.axe import clean

DEAD = """
    INSERT INTO notifications (id, kind, channel, recipient, content, dedupe_key, state, attempts, last_error)
    VALUES (%s, 'operations', 'slack', 'operations', '{"title": "Tried", "lines": []}', %s, 'dead', 10,
            'Slack answered 404 no_service')"""


def test_what_providers_cost_is_told_by_provider_day_and_source(signed_in, client, stack):
    lead_id = client.post("/v1/leads", {
        "email": "mona@spend-shown.example", "full_name": "Mona Spend", "company_name": "Spend Shown Inc.",
        "country": "US", "source": "spend_page"}).json()["results"][0]["lead_id"]
    client.settled(lead_id)
    signed_in.goto(f"{stack.facts['dashboard_url']}#/providers")
    expect(signed_in.get_by_role("heading", name="Providers", level=1)).to_be_visible()
    row = signed_in.get_by_role("row", name=re.compile("^Hunter"))
    expect(row).to_contain_text("%")
    expect(signed_in.get_by_role("row", name=re.compile("^spend page sandbox 1 "))).to_contain_text("$")
    signed_in.get_by_text("Figures as a table").click()
    expect(signed_in.get_by_role("columnheader", name="Hunter")).to_be_visible()
    clean(signed_in)


def test_a_message_that_was_given_up_is_sent_again(signed_in, stack):
    message_id = str(uuid.uuid4())
    with closing(psycopg2.connect(stack.facts["internal"]["database_url"])) as connection, connection:
        connection.cursor().execute(DEAD, (message_id, f"tried:{message_id}"))
    signed_in.goto(f"{stack.facts['dashboard_url']}#/messages")
    signed_in.get_by_text("Filter", exact=True).click()
    signed_in.get_by_label("State", exact=True).select_option("dead")
    expect(signed_in).to_have_url(re.compile("state=dead"))
    row = signed_in.locator("tr", has_text="Slack answered 404 no_service").first
    expect(row).to_contain_text("Operations")
    row.get_by_role("button", name="Send again").click()
    expect(signed_in.get_by_role("status").filter(has_text="It is sent again.")).to_be_visible()
    clean(signed_in)


def test_a_subscription_is_made_changed_and_removed(signed_in, stack):
    signed_in.goto(f"{stack.facts['dashboard_url']}#/subscriptions")
    signed_in.get_by_role("button", name="Add a subscription").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("Address").fill("https://93.184.215.14/leads")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert")).to_have_text("Choose one event at least.")
    # No lead of these tests does that: nothing is sent.
    dialog.get_by_label("Lead employer changed").check()
    dialog.get_by_role("button", name="Add").click()
    made = signed_in.get_by_role("dialog", name="The subscription is made")
    expect(made).to_contain_text("whsec_")
    made.get_by_role("button", name="Close").click()
    signed_in.get_by_role("link", name="https://93.184.215.14/leads").click()
    expect(signed_in.get_by_role("heading", name="https://93.184.215.14/leads")).to_be_visible()
    clean(signed_in)
    signed_in.get_by_role("button", name="Edit").click()
    signed_in.get_by_role("dialog").get_by_label("Lead won").check()
    signed_in.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(signed_in.locator("dl")).to_contain_text("Lead won")
    signed_in.get_by_role("button", name="Remove").click()
    signed_in.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(signed_in.get_by_text("Nobody is told of events yet.")).to_be_visible()
