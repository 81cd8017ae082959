"""People, programs and who changed what, from the page alone; and signing in and out of it."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.axe import clean
from tests.browser.test_dashboard import account


def go(page, stack, address):
    page.goto(f"{stack.facts['dashboard_url']}#/{address}")


@pytest.fixture
def tag():
    """Part of names and addresses of this test alone."""
    return f"t{datetime.now(UTC):%H%M%S%f}"


def add_user(page, stack, tag, role="Viewer"):
    """By the page: their first password."""
    go(page, stack, "users")
    page.get_by_role("button", name="Add a user").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail address").fill(f"{tag}@users.example")
    dialog.get_by_label("Name", exact=True).fill(f"Nora {tag}")
    dialog.get_by_label("Role").select_option(label=role)
    dialog.get_by_role("button", name="Add").click()
    told = page.get_by_role("dialog", name="First password")
    password = told.locator("code").inner_text()
    told.get_by_role("button", name="Close").click()
    return password


def sign_in(page, stack, email, password):
    page.goto(elsewhere(stack))
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="Overview").wait_for()


def elsewhere(stack):
    """The dashboard under another name of the host, which has cookies of its own."""
    return stack.facts["dashboard_url"].replace("localhost", "127.0.0.1")


@pytest.fixture
def other(chromium):
    """The page of somebody else, by `elsewhere`."""
    tab = chromium.new_page()
    yield tab
    tab.close()


def row(page, text):
    return page.get_by_role("row", name=re.compile(text))


def test_add_a_viewer_who_signs_in(signed_in, other, stack, tag):
    password = add_user(signed_in, stack, tag)
    expect(row(signed_in, tag)).to_contain_text("never")
    sign_in(other, stack, f"{tag}@users.example", password)
    expect(other.get_by_role("link", name="Users")).to_have_count(0)
    other.goto(f"{elsewhere(stack)}#/users")
    expect(other.get_by_text("Your role does not show this page.")).to_be_visible()


def test_a_wrong_address_is_said_beside_its_field_and_nothing_typed_is_lost(signed_in, stack, tag):
    add_user(signed_in, stack, tag)
    signed_in.get_by_role("button", name="Add a user").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("E-mail address").fill(f"{tag}@users.example")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_text("There is a user with this address.", exact=True)).to_be_visible()
    expect(dialog.get_by_label("E-mail address")).to_have_value(f"{tag}@users.example")
    signed_in.complaints.clear()  # the 409


def test_a_press_beside_a_dialog_closes_it_unless_something_was_typed(signed_in, stack):
    go(signed_in, stack, "users")
    dialog = signed_in.get_by_role("dialog")
    for typed in (False, True):
        signed_in.get_by_role("button", name="Add a user").click()
        if typed:
            dialog.get_by_label("Name", exact=True).fill("Nora")
        signed_in.mouse.click(5, 5)
        expect(dialog).to_have_count(int(typed))
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("Nora")


def test_a_role_is_changed_and_taken_back(signed_in, stack, tag):
    add_user(signed_in, stack, tag)
    box = signed_in.get_by_label(f"Role of Nora {tag}")
    box.select_option(label="Operator")
    signed_in.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(signed_in.get_by_text("Taken back.")).to_be_visible()
    expect(signed_in.get_by_label(f"Role of Nora {tag}")).to_have_value("viewer")


def test_what_becomes_of_leads_is_said_before_somebody_is_disabled(signed_in, client, stack, tag):
    add_user(signed_in, stack, tag, "Operator")
    add_user(signed_in, stack, f"heir{tag}", "Operator")
    lead = client.post("/v1/leads", {"email": f"lead@{tag}.example"}).json()["results"][0]["lead_id"]
    client.call("PATCH", f"/v1/leads/{lead}", json={"owner": f"{tag}@users.example"}).raise_for_status()
    signed_in.get_by_role("button", name=f"Disable Nora {tag}").click()
    dialog = signed_in.get_by_role("dialog")
    expect(dialog).to_contain_text("Their open lead goes to")
    dialog.get_by_role("button", name="Disable").click()
    expect(row(signed_in, f"Nora {tag}")).to_contain_text("disabled")
    assert client.get(f"/v1/leads/{lead}").json()["owner"] != f"{tag}@users.example"
    signed_in.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(row(signed_in, f"Nora {tag}")).to_contain_text("active")


def test_what_becomes_of_leads_is_said_before_somebody_may_see_people_no_more(signed_in, client, stack, tag):
    add_user(signed_in, stack, tag, "Operator")
    lead = client.post("/v1/leads", {"email": f"lead@{tag}.example"}).json()["results"][0]["lead_id"]
    client.call("PATCH", f"/v1/leads/{lead}", json={"owner": f"{tag}@users.example"}).raise_for_status()
    box, dialog = signed_in.get_by_label(f"Role of Nora {tag}"), signed_in.get_by_role("dialog")
    box.select_option(label="Viewer")
    expect(dialog).to_contain_text("Their open lead goes to")
    dialog.get_by_role("button", name="Cancel").click()
    expect(box).to_have_value("operator")
    assert client.get(f"/v1/leads/{lead}").json()["owner"] == f"{tag}@users.example"
    box.select_option(label="Viewer")
    dialog.get_by_role("button", name="Make a viewer").click()
    expect(signed_in.locator("#toasts")).to_contain_text("Viewer. Their browsers are signed out.")
    assert client.get(f"/v1/leads/{lead}").json()["owner"] != f"{tag}@users.example"


def test_who_is_disabled_is_out_at_once_and_told_why(signed_in, other, stack, tag):
    password = add_user(signed_in, stack, tag)
    sign_in(other, stack, f"{tag}@users.example", password)
    signed_in.get_by_role("button", name=f"Disable Nora {tag}").click()
    signed_in.get_by_role("dialog").get_by_role("button", name="Disable").click()
    expect(row(signed_in, f"Nora {tag}")).to_contain_text("disabled")
    other.goto(f"{elsewhere(stack)}#/leads")
    expect(other.get_by_text("You may not sign in any more.")).to_be_visible()


def test_a_team_gets_members_with_weights(signed_in, stack, tag):
    add_user(signed_in, stack, tag, "Operator")
    signed_in.get_by_role("button", name="Add a team").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("Team", exact=True).fill(f"Team {tag}")
    dialog.get_by_label(f"Nora {tag}").fill("3")
    dialog.get_by_role("button", name="Save").click()
    expect(row(signed_in, f"Team {tag}")).to_contain_text(f"Nora {tag} (3)")
    signed_in.get_by_role("button", name=f"Remove Team {tag}").click()
    expect(row(signed_in, f"Team {tag}")).to_have_count(0)
    signed_in.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(row(signed_in, f"Team {tag}")).to_contain_text(f"Nora {tag} (3)")


def test_working_time_and_absences_of_a_person(signed_in, client, stack, tag):
    add_user(signed_in, stack, tag, "Operator")
    signed_in.get_by_role("link", name=f"Nora {tag}").click()
    signed_in.get_by_label("Time zone").fill("Europe/Berlin")
    signed_in.get_by_text("Working hours").click()
    signed_in.get_by_label("Monday").fill("9:00-12:00, 13:00–17:00")
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.get_by_text("Saved.", exact=True)).to_be_visible()
    user_id = signed_in.url.rpartition("/")[2]
    told = client.get(f"/v1/users/{user_id}").json()
    assert told["working_hours"] == {"mon": [["09:00", "12:00"], ["13:00", "17:00"]]}
    assert told["time_zone"] == "Europe/Berlin" and told["name"] == f"Nora {tag}"
    signed_in.get_by_role("button", name="Add an absence").click()
    dialog = signed_in.get_by_role("dialog")
    soon = datetime.now() + timedelta(days=1)
    dialog.get_by_label("From").fill(f"{soon:%Y-%m-%dT09:00}")
    dialog.get_by_label("Until").fill(f"{soon + timedelta(days=7):%Y-%m-%dT17:00}")
    dialog.get_by_role("button", name="Add").click()
    expect(signed_in.get_by_role("region", name="Absences").get_by_role("row")).to_have_count(2)
    assert len(client.get(f"/v1/users/{user_id}/absences").json()["data"]) == 1


def test_own_name_password_channels_and_browsers(signed_in, other, stack, tag):
    password = add_user(signed_in, stack, tag, "Operator")
    email = f"{tag}@users.example"
    sign_in(other, stack, email, password)
    phone = requests.Session()
    phone.trust_env = False
    phone.verify = stack.facts["ca_file"]
    session = f"{stack.facts['api_url']}/v1/auth/session"
    phone.post(session, json={"email": email, "password": password}, timeout=10, headers={
        "Sec-Fetch-Site": "same-origin", "User-Agent": "Mozilla/5.0 (Android 15) Firefox/140.0"}
    ).raise_for_status()
    account(other).get_by_role("link", name="My account").click()
    other.get_by_label("Name", exact=True).fill("Nora Newname")
    other.get_by_role("button", name="Save").first.click()
    expect(other.get_by_text("Saved.", exact=True)).to_be_visible()

    other.get_by_role("button", name="Add a channel").click()
    dialog = other.get_by_role("dialog")
    dialog.get_by_label("Channel").select_option("email")
    dialog.get_by_label("Address").fill(email)
    dialog.get_by_label("Quiet from").fill("20:00")
    dialog.get_by_label("Quiet until").fill("07:00")
    dialog.get_by_role("button", name="Save").click()
    expect(row(other, email)).to_contain_text("20:00–07:00")

    browsers = other.get_by_role("region", name="Where you are signed in")
    expect(browsers.get_by_role("row")).to_have_count(3)
    expect(row(browsers, "Firefox, Android")).to_be_visible()
    other.get_by_role("button", name="Sign out everywhere else").click()
    expect(other.get_by_text("1 browser is signed out.")).to_be_visible()
    assert phone.get(session, timeout=10).json()["ended"] == "elsewhere"

    other.get_by_label("Present password").fill(password)
    other.get_by_label("New password").fill("a new long password")
    other.get_by_role("button", name="Change the password").click()
    expect(other.get_by_text("Your password is changed")).to_be_visible()
    other.reload()
    expect(other.get_by_label("Name", exact=True)).to_have_value("Nora Newname")


def test_a_program_gets_its_secret_once_and_another_scope(signed_in, client, stack, tag):
    go(signed_in, stack, "clients")
    signed_in.get_by_role("button", name="Add a program").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("Name").fill(tag)
    dialog.get_by_role("button", name="Add").click()
    told = signed_in.get_by_role("dialog", name=f"Secret of {tag}")
    secret = told.locator("code").inner_text()
    told.get_by_role("button", name="Close").click()
    answer = client.session.post(f"{stack.facts['api_url']}/v1/auth/token", timeout=10, json={
        "grant_type": "client_credentials", "client_id": tag, "client_secret": secret})
    assert answer.json()["scope"] == "leads:read"
    signed_in.get_by_role("button", name=f"Edit {tag}").click()
    signed_in.get_by_role("dialog").get_by_label("notify").check()
    signed_in.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(row(signed_in, tag)).to_contain_text("notify")
    signed_in.get_by_role("button", name=f"Disable {tag}").click()
    signed_in.get_by_role("dialog").get_by_role("button", name="Disable").click()
    expect(row(signed_in, tag)).to_contain_text("disabled")


def test_who_changed_this(signed_in, client, stack, tag):
    lead = client.post("/v1/leads", {"email": f"lead@{tag}.example"}).json()["results"][0]["lead_id"]
    client.call("PATCH", f"/v1/leads/{lead}", json={"status": "working"})
    add_user(signed_in, stack, tag)
    go(signed_in, stack, f"audit?entity_kind=lead&entity_id={lead}")
    entry = row(signed_in, "Edited a lead")
    expect(entry).to_contain_text("local-admin")
    # Who did it, and what else they did.
    entry.get_by_role("link", name="local-admin").click()
    expect(signed_in.get_by_text("Who: local-admin")).to_be_visible()
    go(signed_in, stack, "audit")
    signed_in.get_by_text("Filter", exact=True).click()
    signed_in.get_by_label("To what").first.select_option(label="User")
    first = signed_in.locator("tbody tr").first
    expect(first).to_contain_text("Added a user")
    expect(first).to_contain_text(f"Nora {tag}")
    signed_in.get_by_role("button", name="Remove the filter To what").click()
    expect(signed_in).not_to_have_url(re.compile("entity_kind"))


def test_days_of_the_audit_log_are_the_readers(signed_in, stack, tag):
    add_user(signed_in, stack, tag)
    today = datetime.now().strftime("%Y-%m-%d")
    go(signed_in, stack, f"audit?at_from={today}&at_to={today}")
    expect(signed_in.locator("tbody tr").first).to_be_visible()
    go(signed_in, stack, "audit?at_from=2001-01-01&at_to=2001-01-02")
    expect(signed_in.get_by_text("Nothing matches. Clear a filter.")).to_be_visible()


def test_signing_in_by_a_provider_is_offered_and_a_refusal_explained(page, stack):
    url = f"{stack.facts['api_url']}/v1/auth/oidc/start"
    page.route("**/api/v1/auth/ways", lambda route: route.fulfill(
        json={"password": True, "oidc": [{"name": "oidc", "label": "Example login", "url": url}]}))
    page.goto(f"{stack.facts['dashboard_url']}?refused=group#/leads/7")
    expect(page.get_by_role("alert")).to_contain_text("no group that may sign in here")
    link = page.get_by_role("link", name="Sign in with Example login")
    expect(link).to_have_attribute("href", f"{url}?to=%23%2Fleads%2F7")
    expect(page).to_have_url(re.compile(r"/#/leads/7$"))


@pytest.mark.parametrize("address", ["users", "clients", "audit", "account", "users/{id}"])
def test_the_pages_are_for_everybody(signed_in, client, stack, address):
    me = next(user for user in client.get("/v1/users?limit=200").json()["data"]
              if user["email"] == stack.facts["login"]["email"])
    go(signed_in, stack, address.format(id=me["id"]))
    signed_in.locator("#view h1:not(.visually-hidden)").wait_for()
    clean(signed_in)


def test_the_dialogs_are_for_everybody(signed_in, stack, tag):
    add_user(signed_in, stack, tag, "Operator")
    for page, button in (("users", "Add a user"), ("users", "Add a team"), ("users", f"Disable Nora {tag}"),
                         ("account", "Add a channel"), ("account", "Add an absence"),
                         ("clients", "Add a program")):
        go(signed_in, stack, page)
        signed_in.get_by_role("button", name=button).click()
        signed_in.get_by_role("dialog").wait_for()
        clean(signed_in)
        signed_in.keyboard.press("Escape")
        expect(signed_in.get_by_role("dialog")).to_have_count(0)


def test_the_session_is_a_cookie_that_no_script_sees(signed_in, chromium):
    [cookie] = [c for c in chromium.cookies() if c["name"].startswith("__Host-session-")]
    assert cookie["httpOnly"] and cookie["secure"] and cookie["sameSite"] == "Strict"
    assert signed_in.evaluate("document.cookie") == ""
    kept = signed_in.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert cookie["value"] not in kept and "token" not in kept


def test_another_page_cannot_use_the_session(signed_in, client, stack, tag):
    """One on another port of the same host, which is the same site: the cookie is sent along."""
    address = f"{stack.facts['n8n_url']}another"
    # A form that sends JSON as text.
    user = {"email": f"{tag}@users.example", "role": "admin", "password": "a long enough one"}
    body = html.escape(json.dumps(user)[:-1] + ', "name": "')
    signed_in.route(address, lambda route: route.fulfill(content_type="text/html", body=(
        f"<form method=post enctype=text/plain action='{stack.facts['api_url']}/v1/users'>"
        f"<input name='{body}' value='&quot;}}'><button>Win a prize</button></form>")))
    signed_in.goto(address)
    with signed_in.expect_console_message(lambda message: "403" in message.text), \
            signed_in.expect_response("**/api/v1/users") as answer:
        signed_in.get_by_role("button", name="Win a prize").click()
    assert answer.value.status == 403
    assert "__Host-session-" in answer.value.request.all_headers()["cookie"]
    assert tag not in client.get("/v1/users?limit=200").text
    signed_in.complaints.clear()  # the 403
