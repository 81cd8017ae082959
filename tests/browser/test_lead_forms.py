"""The two forms for people: the embedded one and n8n's own page."""

from __future__ import annotations

import psycopg2
import pytest
from playwright.sync_api import expect

from local import stack as local_stack
from tests.client import until


@pytest.fixture(scope="module")
def form_key(stack):
    origin = stack.facts["dashboard_url"].rstrip("/")
    local_stack.sidecar(stack.stack, "forms", "add", "browser", "--origin", origin)
    with psycopg2.connect(stack.facts["internal"]["database_url"]) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT key FROM forms WHERE name = 'browser'")
        return cursor.fetchone()[0]


def found(client, text):
    return client.get("/v1/leads", params={"q": text}).json()["data"]


def test_the_embedded_form_shows_errors_at_their_fields_and_says_thank_you(page, stack, client, form_key):
    page.goto(f"{stack.facts['dashboard_url']}intake/example.html?key={form_key}")
    page.get_by_label("Work e-mail").fill("nora@")
    page.get_by_label("Last name").fill("Embedded")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#email-error")).not_to_be_empty()
    expect(page.get_by_label("Last name")).to_have_value("Embedded")
    assert all("422" in complaint for complaint in page.complaints)
    page.complaints.clear()
    page.get_by_label("Work e-mail").fill("nora@embedded-form.example")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    lead = until(lambda: found(client, "embedded-form.example"), 30, "the lead")[0]
    assert lead["source"] == "web_form" and lead["contact"]["last_name"] == "Embedded"


def test_n8ns_form_page_shows_what_is_wrong_and_says_thank_you(chromium, stack, client):
    # Not the strict page of the other tests: n8n's page asks for a font and an icon of other hosts,
    # which our policy refuses.
    page = chromium.new_page()
    for email, told in (("nora@localhost.invalid", "Please check your answers"),
                        ("nora@form-page.example", "Thank you")):
        page.goto(f"{stack.facts['dashboard_url']}form/lead")
        page.get_by_label("Work e-mail").fill(email)
        page.get_by_label("Last name").fill("Formpage")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text(told)).to_be_visible(timeout=15_000)
    page.close()
    lead = until(lambda: found(client, "form-page.example"), 30, "the lead")[0]
    client.settled(lead["id"])
    until(lambda: not _kept(stack, "Formpage"), 90, "n8n to forget the person")


def _kept(stack, text):
    """Whether n8n's database holds a text."""
    with psycopg2.connect(stack.facts["internal"]["n8n_database_url"]) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM execution_data WHERE data LIKE %s", (f"%{text}%",))
        return cursor.fetchone()[0]
