"""The dashboard as a salesperson uses it, in a real browser through the edge with TLS."""

from __future__ import annotations

import re

from playwright.sync_api import expect


def hot(tag: str) -> dict[str, str]:
    return {"email": f"vera.{tag}@{tag}-optics.example", "first_name": "Vera", "last_name": f"Stark{tag}",
            "job_title": "VP of Sales", "company_name": f"{tag.title()} Optics Inc.", "country": "US",
            "source": "demo_request", "message": "Please call me."}


def test_sign_in_find_the_lead_just_sent_and_read_its_reasons(signed_in, client):
    sent = client.post("/v1/leads", hot("search")).json()["results"][0]
    client.settled(sent["lead_id"])
    signed_in.get_by_role("link", name="Leads", exact=True).last.click()
    signed_in.get_by_role("searchbox").fill("starksearch")
    expect(signed_in).to_have_url(re.compile("q=starksearch$"))
    link = signed_in.get_by_role("link", name="Vera Starksearch")
    expect(link).to_be_visible()
    expect(signed_in.locator("tbody tr")).to_have_count(1)
    link.click()
    expect(signed_in.get_by_role("heading", name="Vera Starksearch")).to_be_visible()
    expect(signed_in.locator(".gauge")).to_contain_text("hot")
    expect(signed_in.get_by_text("Asked for a demo today")).to_be_visible()
    expect(signed_in.get_by_text(re.compile(r"sandbox\)")).first).to_be_visible()
    signed_in.get_by_role("link", name="← All leads").click()
    expect(signed_in.get_by_role("searchbox")).to_have_value("starksearch")


def test_the_overview_counts_and_shows_who_is_hot(signed_in, client):
    sent = client.post("/v1/leads", hot("tiles")).json()["results"][0]
    client.settled(sent["lead_id"])
    signed_in.reload()
    expect(signed_in.get_by_role("link", name=re.compile("Vera Starktiles"))).to_be_visible()
    expect(signed_in.get_by_role("img", name=re.compile("^Leads by day: .*hot"))).to_be_visible()
    expect(signed_in.locator(".tile", has_text="Received").locator("b")).not_to_have_text("0")


def test_a_wrong_password_is_said_in_a_sentence(page, stack):
    page.goto(stack.facts["dashboard_url"])
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_label("Password").fill("a wrong password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("E-mail or password is wrong.")
    # Browsers write every 4xx of a fetch on the console.
    assert all("401" in complaint for complaint in page.complaints)
    page.complaints.clear()


def test_light_and_dark_are_kept(signed_in):
    root = signed_in.locator("html")
    signed_in.get_by_role("button", name="Switch between light and dark").click()
    theme = root.get_attribute("data-theme")
    signed_in.reload()
    expect(root).to_have_attribute("data-theme", theme or "")
    signed_in.get_by_role("button", name="Switch between light and dark").click()
    expect(root).not_to_have_attribute("data-theme", theme or "")


def test_what_people_write_is_text_and_never_markup(signed_in, client, stack):
    lead = {"email": "markup@hostile.example", "last_name": "Hostile",
            "company_name": "<img src=x onerror=alert(1)>", "message": "<script>alert(2)</script>"}
    lead_id = client.post("/v1/leads", lead).json()["results"][0]["lead_id"]
    signed_in.goto(f"{stack.facts['dashboard_url']}#/leads/{lead_id}")
    expect(signed_in.get_by_text("<script>alert(2)</script>")).to_be_visible()
    assert signed_in.locator("main img").count() == 0


def test_the_lead_shows_refusals_first_and_what_came_with_it(signed_in, client, stack):
    lead = {"email": "nora@shown-lines.example", "full_name": "Nora Shown", "phone": "+49 30 901820",
            "source": "web_form", "consent": {"marketing": False},
            "utm": {"source": "ads", "campaign": "spring"},
            "custom": {"budget": "50000 EUR", "start": "next quarter"}}
    lead_id = client.post("/v1/leads", lead).json()["results"][0]["lead_id"]
    client.settled(lead_id)
    signed_in.goto(f"{stack.facts['dashboard_url']}#/leads/{lead_id}")
    expect(signed_in.get_by_role("list", name="Refusals")).to_contain_text("Refused: marketing mail")
    expect(signed_in.get_by_text("No mail: they refused it")).to_be_visible()
    expect(signed_in.get_by_role("link", name="Write a mail")).to_have_count(0)
    expect(signed_in.locator("a[href^='mailto:']")).to_have_count(0)
    expect(signed_in.get_by_role("link", name="Call", exact=True)).to_be_visible()
    sent = signed_in.locator("section.sent")
    for text in ("50000 EUR", "next quarter", "ads", "spring", "Consent"):
        expect(sent).to_contain_text(text)


def test_what_a_person_took_away_is_shown(signed_in, client, stack):
    sent = client.post("/v1/leads", hot("removed") | {"phone": "+49 30 901820"}).json()["results"][0]
    client.settled(sent["lead_id"])
    client.call("PATCH", f"/v1/contacts/{sent['contact_id']}", json={"phone": None})
    signed_in.goto(f"{stack.facts['dashboard_url']}#/leads/{sent['lead_id']}")
    expect(signed_in.get_by_role("row", name=re.compile("^Phone –"))).to_contain_text("removed by")
    expect(signed_in.get_by_role("link", name="Call", exact=True)).to_have_count(0)


def test_the_status_is_changed_and_kept(signed_in, client, stack):
    lead_id = client.post("/v1/leads", hot("status")).json()["results"][0]["lead_id"]
    client.settled(lead_id)
    signed_in.goto(f"{stack.facts['dashboard_url']}#/leads/{lead_id}")
    signed_in.get_by_label("Status").select_option("working")
    expect(signed_in.get_by_role("status")).to_contain_text("working", ignore_case=True)
    assert client.get(f"/v1/leads/{lead_id}").json()["status"] == "working"


def test_a_hot_lead_tells_whose_it_is_and_why_and_can_be_taken_and_given_away(signed_in, client, stack):
    lead_id = client.post("/v1/leads", hot("taken")).json()["results"][0]["lead_id"]
    client.settled(lead_id)
    signed_in.goto(f"{stack.facts['dashboard_url']}#/leads/{lead_id}")
    expect(signed_in.get_by_text(re.compile(f"^With {stack.facts['login']['email']} .*: "))).to_be_visible()
    signed_in.get_by_role("button", name="Take it").click()
    expect(signed_in.get_by_role("status")).to_contain_text("It is yours.")
    expect(signed_in.get_by_label("Status")).to_have_value("working")
    expect(signed_in.get_by_role("button", name="Take it")).to_have_count(0)
    signed_in.get_by_label("Owner").select_option("nobody")
    expect(signed_in.get_by_text("With nobody")).to_be_visible()
    assert client.get(f"/v1/leads/{lead_id}").json()["owner"] is None


def test_the_leads_of_an_owner_are_listed(signed_in, client, stack):
    sent = [client.post("/v1/leads", hot(tag)).json()["results"][0]["lead_id"] for tag in ("mine", "none")]
    for lead_id, owner in zip(sent, (stack.facts["login"]["email"], None), strict=True):
        client.settled(lead_id)
        client.call("PATCH", f"/v1/leads/{lead_id}", json={"owner": owner})
    signed_in.goto(f"{stack.facts['dashboard_url']}#/leads?owner={stack.facts['login']['email']}")
    expect(signed_in.get_by_role("link", name="Vera Starkmine")).to_be_visible()
    expect(signed_in.get_by_role("link", name="Vera Starknone")).to_have_count(0)
    signed_in.get_by_label("Every owner").select_option("Nobody")
    expect(signed_in.get_by_role("link", name="Vera Starknone")).to_be_visible()
    expect(signed_in.get_by_role("link", name="Vera Starkmine")).to_have_count(0)


def test_signing_out_ends_it(signed_in):
    signed_in.get_by_role("button", name="Sign out").click()
    expect(signed_in.get_by_role("heading", name="Sign in")).to_be_visible()
    signed_in.reload()
    expect(signed_in.get_by_role("heading", name="Sign in")).to_be_visible()
