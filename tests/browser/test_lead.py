"""The page of one lead: why its score, what happened and who did it, and all that can be done about it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import clean
from tests.client import until

RUN = "frames"  # in the names of all here: the sandbox answers by name, and so always the same


def hot(tag: str, **more: object) -> dict[str, object]:
    return {"email": f"vera@{tag}-{RUN}.example", "first_name": "Vera", "last_name": f"Stark{tag}",
            "job_title": "VP of Sales", "company_name": f"{tag.title()} {RUN} Inc.", "country": "US",
            "employee_count": 400, "industry": "Software", "source": "demo_request",
            "message": "Please call me."} | more


@pytest.fixture
def at(signed_in, stack):
    """Open an address of the dashboard, signed in: the page."""
    def opened(address):
        signed_in.goto(f"{stack.facts['dashboard_url']}#/{address}")
        expect(signed_in.locator("#timeline")).to_be_visible(timeout=30_000)
        return signed_in

    return opened


@pytest.fixture
def sent(client):
    """Send a lead and wait until it is done: {lead_id, contact_id, organization_id}."""
    def send(lead):
        result = client.post("/v1/leads", lead).json()["results"][0]
        client.settled(result["lead_id"])
        return result

    return send


def row(page, field):
    return page.locator("tr").filter(has=page.get_by_role("rowheader", name=field, exact=True))


def menu(page, opens, entry):
    page.locator("summary", has_text=re.compile(f"^{opens}")).click()
    page.locator(".panel.menu").get_by_role("button", name=entry).click()


def timeline(page, kind=None):
    if kind:
        page.get_by_label("Show", exact=True).select_option(kind)
    return page.locator("#timeline ol")


def refused(page):
    """Browsers write each refused call on the console; no other complaint is there."""
    assert all(re.search("40[49]|412", complaint) for complaint in page.complaints)
    page.complaints.clear()


def test_a_link_opens_the_reasons_as_points_of_the_total(at, sent, client, chromium):
    lead_id = sent(hot("link"))["lead_id"]
    chromium.grant_permissions(["clipboard-read", "clipboard-write"])
    page = at(f"leads/{lead_id}")
    menu(page, "More", "Copy a link to the reasons")
    expect(page.locator("#toasts")).to_contain_text("The link is copied.")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.endswith(f"#/leads/{lead_id}?show=score")
    page.goto("about:blank")
    page.goto(link)
    score = page.locator("#score")
    expect(score.locator("li", has_text="Asked for a demo today")).to_be_visible(timeout=30_000)
    expect(score.get_by_role("img", name=re.compile(r"^Score \d+ of 100: Person "))).to_be_visible()
    known = client.get(f"/v1/leads/{lead_id}").json()["score"]
    demo = next(reason for reason in known["reasons"] if reason["rule"] == "demo_request"
                and reason["component"] == "engagement")
    points = demo["points"] * known["weights"]["engagement"]
    expect(score.locator("li", has_text="Asked for a demo today")).to_contain_text(f"+{points:g}")
    score.get_by_text("Figures as a table").click()
    shown = [float(text) for text in score.locator("tbody td.number").all_inner_texts()]
    assert sum(shown[:-1]) == pytest.approx(known["total"], abs=0.05) and shown[-1] == known["total"]


def test_what_would_make_a_lead_hot_is_told_best_first(at, sent):
    page = at(f"leads/{sent({'email': f'kim@steps-{RUN}.example', 'job_title': 'VP Sales'})['lead_id']}")
    expect(page.locator("#score .steps li").first).to_contain_text("Asked for a demo")


def test_a_job_title_is_corrected_and_locked_counts_within_seconds_and_is_unlocked(at, sent, client):
    ids = sent(hot("title", job_title="Intern"))
    before = client.get(f"/v1/leads/{ids['lead_id']}").json()["score"]["total"]
    page = at(f"leads/{ids['lead_id']}")
    title = row(page, "Job title")
    title.get_by_role("button", name="Edit Job title").click()
    title.get_by_role("textbox", name="Job title").fill("Chief Revenue Officer")
    title.get_by_role("button", name="Save").click()
    expect(title).to_contain_text("Chief Revenue Officer")
    expect(title).to_contain_text("edited by admin@example.com")
    until(lambda: client.get(f"/v1/leads/{ids['lead_id']}").json()["score"]["total"] > before, 30,
          "the correction to count")
    title.get_by_role("button", name="Unlock Job title").click()
    expect(title).to_contain_text("Intern")
    expect(title.get_by_role("button", name="Unlock Job title")).to_have_count(0)
    page.get_by_role("button", name="Undo").last.click()
    expect(title).to_contain_text("Chief Revenue Officer")


def test_two_people_who_edit_one_value_are_shown_both_and_choose(at, sent, client):
    ids = sent(hot("both"))
    page = at(f"leads/{ids['lead_id']}")
    city = row(page, "Job title")
    city.get_by_role("button", name="Edit Job title").click()
    city.get_by_role("textbox", name="Job title").fill("Mine")
    client.call("PATCH", f"/v1/contacts/{ids['contact_id']}", json={"job_title": "Theirs"}).raise_for_status()
    city.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Theirs")
    expect(dialog).to_contain_text("Mine")
    dialog.get_by_role("button", name="Save mine").click()
    expect(city).to_contain_text("Mine")
    assert client.get(f"/v1/contacts/{ids['contact_id']}").json()["fields"]["job_title"] == "Mine"
    refused(page)


def test_a_value_is_taken_away_for_good_and_brought_back(at, sent, client):
    ids = sent(hot("gone", phone="+49 30 901820"))
    page = at(f"leads/{ids['lead_id']}")
    phone = row(page, "Phone")
    phone.get_by_role("button", name="Edit Phone").click()
    phone.get_by_role("button", name="There is none").click()
    expect(phone).to_contain_text("removed by")
    expect(page.get_by_role("link", name="Call", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_role("link", name="Call", exact=True)).to_be_visible()


def test_an_address_is_corrected_and_what_is_wrong_is_said_at_its_field(at, sent, client):
    ids = sent(hot("mail"))
    page = at(f"leads/{ids['lead_id']}")
    email = row(page, "E-mail")
    email.get_by_role("button", name="Edit E-mail").click()
    email.get_by_role("textbox", name="E-mail").fill("vera@localhost")
    email.get_by_role("button", name="Save").click()
    expect(email.locator(".error, .problem").filter(has_text=re.compile(r"\w")).first).to_be_visible()
    assert all("422" in complaint for complaint in page.complaints)
    page.complaints.clear()
    email.get_by_role("textbox", name="E-mail").fill(f"vera.right@mail-{RUN}.example")
    email.get_by_role("button", name="Save").click()
    expect(email.get_by_role("link", name=f"vera.right@mail-{RUN}.example")).to_be_visible()


def test_who_said_what_is_shown_without_pointing_and_who_changed_what_is_in_the_timeline(at, sent, client):
    ids = sent(hot("said"))
    client.call("PATCH", f"/v1/contacts/{ids['contact_id']}", json={"country": "CA"}).raise_for_status()
    client.call("PATCH", f"/v1/leads/{ids['lead_id']}", json={"status": "working"}).raise_for_status()
    page = at(f"leads/{ids['lead_id']}")
    country = row(page, "Country").first
    expect(country).to_contain_text("Canada")
    expect(country).to_contain_text("edited by local-admin")
    country.locator("summary").click()
    expect(country).to_contain_text("United States they said so")
    changes = timeline(page, "edit")
    expect(changes.locator("li", has_text="Person changed").first).to_contain_text("United States → Canada")
    expect(changes.locator("li", has_text="Person changed").first).to_contain_text("local-admin")
    expect(changes.locator("li", has_text="Lead changed").first).to_contain_text("New → Working")


def test_messages_that_went_out_about_a_lead_are_told(at, sent):
    page = at(f"leads/{sent(hot('told'))['lead_id']}")
    messages = timeline(page, "message")
    expect(messages.locator("li").first).to_contain_text("Hot lead by")
    expect(messages).to_contain_text(re.compile(r": sent .*\d"))


def test_what_a_request_caused_is_found_by_the_id_that_the_lead_shows(at, sent, client):
    ids = sent(hot("caused"))
    page = at(f"leads/{ids['lead_id']}")
    came = timeline(page, "received")
    request_id = came.locator("code").first.inner_text()
    came.get_by_role("link", name="What the request caused").first.click()
    expect(page.get_by_role("heading", name="What the request caused")).to_be_focused()
    story = page.locator("ol.timeline")
    expect(story.locator("li").first).to_contain_text("Came in")
    for told in (re.compile(r"Run \d+ of n8n took 1 lead"), re.compile("Hunter .*play money"), "Score",
                 re.compile("Hot lead by .*: sent")):
        expect(story.locator("li").filter(has_text=told).first).to_be_visible()
    clean(page)
    address = page.url
    page.goto(f"{address.split('#')[0]}#/")
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("combobox").fill(request_id)
    page.get_by_role("dialog").get_by_role("combobox").press("Enter")
    expect(page).to_have_url(address)


def test_one_lead_is_enriched_again_with_what_it_will_cost(at, sent, client):
    ids = sent(hot("again"))
    page = at(f"leads/{ids['lead_id']}")
    menu(page, "More", "Enrich again")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Expected to cost")
    dialog.get_by_label("What providers are asked for").select_option("fill")
    dialog.get_by_role("button", name="Enrich", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("enriched again")
    client.settled(ids["lead_id"])
    assert client.get(f"/v1/leads/{ids['lead_id']}").json()["goal"] == "fill"
    expect(timeline(page, "edit")).to_contain_text("Enriched again")


def test_two_people_are_merged_side_by_side_and_made_two_again(at, sent, client):
    one, other = sent(hot("kept")), sent({
        "email": f"other@home-{RUN}.example", "full_name": f"Vera Otherkept{RUN}"})
    page = at(f"leads/{one['lead_id']}")
    menu(page, "More", "Merge with another person")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("searchbox").fill(f"otherkept{RUN}")
    dialog.get_by_role("radio", name=re.compile(f"Vera Otherkept{RUN}")).check()
    dialog.get_by_role("button", name="Compare").click()
    expect(dialog.get_by_role("row", name=re.compile("^E-mail")).first).to_contain_text(f"other@home-{RUN}")
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_role("button", name="Make two people again")).to_be_visible()
    assert client.get(f"/v1/contacts/{other['contact_id']}").status_code == 404
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_role("button", name="Make two people again")).to_have_count(0)
    back = client.get(f"/v1/contacts/{other['contact_id']}").json()
    assert back["fields"]["email"] == f"other@home-{RUN}.example"
    again = client.post(f"/v1/contacts/{one['contact_id']}/merge", {"contact_id": other["contact_id"]})
    assert again.status_code == 200, again.text
    page.reload()
    page.get_by_role("button", name="Make two people again").click()
    page.get_by_role("dialog").get_by_role("button", name="Make two people").click()
    expect(page.locator("#toasts")).to_contain_text("two people again")
    expect(timeline(page, "merge").locator("li").first).to_contain_text("One person became two again")


def test_a_person_is_forgotten_after_the_name_is_typed(at, sent, client):
    ids = sent(hot("forget"))
    page = at(f"leads/{ids['lead_id']}")
    menu(page, "More", "Forget this person")
    dialog = page.get_by_role("dialog")
    forget = dialog.get_by_role("button", name="Forget", exact=True)
    expect(forget).to_be_disabled()
    dialog.get_by_role("textbox").fill("Vera Starkforget")
    forget.click()
    expect(page.locator("#toasts")).to_contain_text("The person is forgotten.")
    assert client.get(f"/v1/leads/{ids['lead_id']}").status_code == 404


def test_what_is_known_of_a_person_is_saved_as_a_file(at, sent):
    ids = sent(hot("file"))
    page = at(f"leads/{ids['lead_id']}")
    with page.expect_download() as download:
        menu(page, "More", "Export what is known")
    assert f"vera@file-{RUN}.example" in download.value.path().read_text()


def test_a_lead_is_assigned_its_status_changed_and_both_taken_back(at, sent, client, stack):
    ids = sent(hot("whose"))
    client.call("PATCH", f"/v1/leads/{ids['lead_id']}", json={"owner": None}).raise_for_status()
    page = at(f"leads/{ids['lead_id']}")
    page.get_by_role("button", name="Assign to me").first.click()
    expect(page.locator(".person")).to_contain_text(f"With {stack.facts['login']['email']}")
    page.get_by_role("button", name="Undo").last.click()
    expect(page.locator(".person")).to_contain_text("With nobody")
    page.keyboard.press("s")
    page.locator(".panel.menu").get_by_role("button", name="Working").click()
    expect(page.locator("#toasts")).to_contain_text("The status is now “Working”.")
    assert client.get(f"/v1/leads/{ids['lead_id']}").json()["status"] == "working"


def test_taking_a_status_back_leaves_what_somebody_else_set_since(at, sent, client):
    path = f"/v1/leads/{sent(hot('since'))['lead_id']}"
    page = at(path.removeprefix("/v1/"))
    page.keyboard.press("s")
    page.locator(".panel.menu").get_by_role("button", name="Working").click()
    expect(page.locator("#toasts")).to_contain_text("The status is now “Working”.")
    client.call("PATCH", path, json={"status": "converted"}).raise_for_status()
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else changed this lead meanwhile")
    assert client.get(path).json()["status"] == "converted"
    page.complaints.clear()  # the 412


def test_a_mail_to_a_stranger_goes_to_nobody_else(at, sent):
    email = f"vera?bcc=eve@mail-{RUN}.example"
    page = at(f"leads/{sent(hot('mailed', email=email))['lead_id']}")
    links = page.locator("a[href^='mailto:']")
    expect(links).to_have_count(2)
    for link in links.all():
        expect(link).to_have_attribute("href", f"mailto:vera%3Fbcc%3Deve@mail-{RUN}.example")


def test_a_hot_lead_is_taken_and_put_off(at, sent, client):
    ids = sent(hot("taken"))
    page = at(f"leads/{ids['lead_id']}")
    page.get_by_role("button", name="Take it").click()
    expect(page.locator("#toasts")).to_contain_text("It is yours.")
    expect(page.get_by_role("button", name="Take it")).to_have_count(0)
    expect(timeline(page, "handling")).to_contain_text("Taken")
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_role("button", name="Take it")).to_be_visible()


def test_refusals_come_first_and_take_the_buttons_away(at, sent, client):
    ids = sent({"email": f"nora@shown-{RUN}.example", "full_name": "Nora Shown", "phone": "+49 30 901820",
                "source": "web_form", "consent": {"marketing": False}, "utm": {"source": "ads"},
                "custom": {"budget": "50000 EUR"}, "employee_count": "n/a"})
    page = at(f"leads/{ids['lead_id']}")
    expect(page.get_by_role("list", name="Refusals")).to_contain_text("Refused: marketing mail")
    expect(page.get_by_text("No mail: they refused it")).to_be_visible()
    expect(page.locator("a[href^='mailto:']")).to_have_count(0)
    for text in ("50000 EUR", "ads", "Consent"):
        expect(page.locator("section.sent")).to_contain_text(text)
    menu(page, "More", "Note what they refuse")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("To what").select_option("phone")
    dialog.get_by_label("How they said so").fill("On the phone today")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("No call: they refused it")).to_be_visible()


def test_next_and_previous_are_those_of_the_list(at, sent, stack):
    first, _ = (sent({"email": f"row{n}@beside-{RUN}.example", "full_name": f"Row Beside{n}",
                           "source": f"beside{RUN}"})["lead_id"] for n in (1, 2))
    page = at(f"leads/{first}")
    page.goto(f"{stack.facts['dashboard_url']}#/leads?source=beside{RUN}")
    page.get_by_role("link", name="Row Beside2").click()
    expect(page.get_by_role("heading", name="Row Beside2")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Row Beside1")).to_be_visible()
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Row Beside2")).to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    expect(page).to_have_url(re.compile(f"source=beside{RUN}"))


def test_who_may_not_see_people_gets_no_live_link_and_no_edit(page, sent, client, stack):
    ids = sent(hot("hidden", phone="+49 30 901820"))
    made = client.post("/v1/users", {
        "email": "viewer@lead-page.example", "role": "viewer", "password": "a long password"})
    assert made.status_code in (201, 409), made.text
    page.goto(f"{stack.facts['dashboard_url']}#/leads/{ids['lead_id']}")
    page.get_by_label("E-mail").fill("viewer@lead-page.example")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#timeline")).to_be_visible(timeout=30_000)
    page.complaints.clear()
    expect(page.locator("a[href^='mailto:'], a[href^='tel:']")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^(Edit|Take it|Assign)"))).to_have_count(0)
    expect(page.locator("#view")).not_to_contain_text("Starkhidden")
    expect(page.get_by_text("your role may not see people")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360, 320])
def test_long_texts_fit_and_the_page_is_accessible(at, sent, theme, width):
    ids = sent({"email": f"layla@fits-{RUN}.example", "full_name": "ليلى العتيبي", "source": "web form",
                "message": "x" * 3000, "tags": [f"tag-number-{n}" for n in range(30)],
                "company_name": "<img src=x onerror=alert(1)>"})
    page = at(f"leads/{ids['lead_id']}")
    page.evaluate(f"theme.set('{theme}')")
    page.set_viewport_size({"width": width, "height": 800})
    page.locator("summary", has_text="More").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.locator("#view h1")).to_be_in_viewport()
    expect(page.locator("#view img")).to_have_count(0)
    clean(page)
