"""The two forms for people: the embedded one and n8n's own page."""

from __future__ import annotations

import uuid
from base64 import b64encode

import psycopg2
import pytest
import requests
from playwright.sync_api import expect

from local import stack as local_stack
from tests.client import AS_A_BROWSER, until


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
    lead = until(lambda: found(client, "embedded-form.example"), 120, "the lead")[0]
    assert lead["source"] == "web_form" and lead["contact"]["last_name"] == "Embedded"


def test_the_embedded_form_asks_what_the_page_says_and_sends_the_campaign(page, stack, client, form_key):
    campaign = "utm_source=ads&utm_campaign=spring"
    page.goto(f"{stack.facts['dashboard_url']}intake/example.html?key={form_key}&{campaign}")
    page.evaluate("""() => {
        const form = document.createElement('lead-form');
        form.setAttribute('action', document.querySelector('lead-form').getAttribute('action'));
        form.setAttribute('fields', 'full_name* email*');
        form.setAttribute('consent', 'You may send me news.');
        const question = document.createElement('label');
        question.append('Tags', Object.assign(document.createElement('input'), { name: 'tags' }));
        form.append(question);
        document.querySelector('lead-form').replaceWith(form);
    }""")
    page.get_by_label("Work e-mail").fill("vera@asked-form.example")
    page.get_by_label("Tags").fill("fair")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#full_name-error")).to_have_text("Please fill this in.")
    page.get_by_label("Name").fill("Vera Asked")
    page.get_by_label("You may send me news.").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    lead = until(lambda: found(client, "asked-form.example"), 30, "the lead")[0]
    assert (lead["tags"], lead["utm"]) == (["fair"], {"source": "ads", "campaign": "spring"})
    assert lead["contact"]["consent"] == {"marketing_email": True}


def test_whom_the_browser_made_a_robot_is_kept_for_review(page, stack, client, form_key):
    page.goto(f"{stack.facts['dashboard_url']}intake/example.html?key={form_key}")
    page.get_by_label("Work e-mail").fill("nora@completed-form.example")
    page.locator("lead-form input[name=website_confirm]").evaluate("field => field.value = 'https://x.example'")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    assert not found(client, "completed-form.example")
    [reject] = [row for row in client.get("/v1/rejects").json()["data"]
                if "completed-form.example" in str(row["lead"])]
    assert reject["errors"][0]["code"] == "suspected_robot"
    taken = client.post(f"/v1/rejects/{reject['id']}/repair", {"changes": {}}).json()
    assert taken["outcome"] == "created" and found(client, "completed-form.example")


@pytest.fixture
def plain(chromium, stack, form_key):
    """A page of a listed origin with a plain form, and no script at all."""
    origin = stack.facts["dashboard_url"].rstrip("/")
    tab = chromium.new_page()
    tab.route(f"{origin}/own-page", lambda route: route.fulfill(
        content_type="text/html", body=f"""<!doctype html><title>Own page</title>
        <form method="post" action="{origin}/api/v1/forms/{form_key}">
        <label>E-mail <input name="email"></label> <label>Tags <input name="tags"></label>
        <input name="_next" value="" hidden> <div hidden><input name="website_confirm"></div>
        <button>Send</button></form>"""))
    tab.goto(f"{origin}/own-page")
    yield tab
    tab.close()


def test_a_plain_form_needs_no_script(plain, client):
    plain.get_by_label("E-mail").fill("lena@")
    plain.get_by_role("button", name="Send").click()
    expect(plain.get_by_role("heading", name="Please check your answers")).to_be_visible()
    expect(plain.get_by_text("Email:")).to_be_visible()
    plain.go_back()
    plain.get_by_label("E-mail").fill("lena@plain-form.example")
    plain.get_by_role("button", name="Send").click()
    expect(plain.get_by_role("heading", name="Thank you")).to_be_visible()
    assert found(client, "plain-form.example")[0]["source"] == "web_form"


def test_a_plain_form_leads_to_the_page_that_follows(plain, stack, client):
    plain.get_by_label("E-mail").fill("lena@next-form.example")
    plain.locator("[name=_next]").evaluate("field => field.value = '/docs/nodes.html'")
    plain.get_by_role("button", name="Send").click()
    plain.wait_for_url("**/docs/nodes.html")
    assert found(client, "next-form.example")


@pytest.fixture
def form(chromium, stack):
    """n8n's form page. Not the strict page of the other tests: it asks for a font and an icon of other hosts,
    which our policy refuses."""
    page = chromium.new_page()
    page.set_extra_http_headers(AS_A_BROWSER)
    page.goto(f"{stack.facts['dashboard_url']}form/lead")
    yield page
    page.close()


def test_n8ns_form_page_says_what_is_wrong_and_keeps_the_answers(form, stack, client):
    form.get_by_label("Work e-mail").fill("nora@localhost.invalid")
    form.get_by_label("Last name").fill("Formpage & Söhne")
    form.get_by_label("How can we help?").fill("Two lines:\n100 % <b>")
    form.get_by_label("You may send me news").check()
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_text("Please check your answers")).to_be_visible(timeout=15_000)
    form.get_by_role("link", name="Correct my answers").click()
    expect(form.get_by_label("Last name")).to_have_value("Formpage & Söhne")
    expect(form.get_by_label("How can we help?")).to_have_value("Two lines:\n100 % <b>")
    expect(form.get_by_label("You may send me news")).to_be_checked()
    expect(form.get_by_label("Leave this empty")).to_be_hidden()
    form.get_by_label("Work e-mail").fill("nora@form-page.example")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_text("Thank you")).to_be_visible(timeout=15_000)
    lead = until(lambda: found(client, "form-page.example"), 120, "the lead")[0]
    assert client.settled(lead["id"])["contact"]["consent"] == {
        "newsletter": ["You may send me news by e-mail. I can withdraw this at any time."]}
    until(lambda: not _kept(stack, "Formpage"), 180, "n8n to forget the person")


def test_robots_are_not_served_or_thanked_for_nothing(form, stack, client):
    assert requests.get(form.url, timeout=10, verify=stack.facts["ca_file"]).status_code == 401
    form.get_by_label("Work e-mail").fill("robot@form-trap.example")
    form.get_by_label("Leave this empty").evaluate("field => field.value = 'https://robots.example'")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_text("Thank you")).to_be_visible(timeout=15_000)
    assert not found(client, "form-trap.example")


def test_a_file_of_leads_is_uploaded_with_a_password(chromium, stack, client, tmp_path):
    address = f"{stack.facts['dashboard_url']}form/lead-file"
    assert requests.get(address, timeout=10, verify=stack.facts["ca_file"]).status_code == 401
    page = chromium.new_page()
    sign_in = b64encode(f"intake:{stack.facts['webhook_token']}".encode()).decode()
    page.set_extra_http_headers({"Authorization": f"Basic {sign_in}"})
    path, domain = tmp_path / "leads.csv", f"f{uuid.uuid4().hex[:8]}.example"
    for text, told in (
            ("a,b\n1,2\n", "No column holds an email address"),
            (f"Work Email,First Name\nlu@{domain},Lu\nnobody,No\n", "New leads: 1")):
        path.write_text(text)
        page.goto(address)
        page.get_by_label("File").set_input_files(path)
        page.get_by_label("Where are these leads from?").fill("trade_fair")
        page.get_by_role("button", name="Import").click()
        expect(page.get_by_text(told)).to_be_visible(timeout=60_000)
    page.close()
    [lead] = found(client, domain)
    assert lead["source"] == "trade_fair"


def _kept(stack, text):
    """Whether n8n's database holds a text."""
    with psycopg2.connect(stack.facts["internal"]["n8n_database_url"]) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM execution_data WHERE data LIKE %s", (f"%{text}%",))
        return cursor.fetchone()[0]
