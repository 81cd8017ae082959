"""The frame of the dashboard: signing in, moving about, and what stays while the page renews itself."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from deploy.settings import ROOT
from tests.client import until


def hot(tag: str) -> dict[str, str]:
    return {"email": f"vera.{tag}@{tag}-optics.example", "first_name": "Vera", "last_name": f"Stark{tag}",
            "job_title": "VP of Sales", "company_name": f"{tag.title()} Optics Inc.", "country": "US",
            "source": "demo_request", "message": "Please call me."}


def account(page):
    """The menu of who is signed in, opened."""
    if page.locator(".who-menu[open]").count() == 0:
        page.locator(".who-menu > summary").click()
    return page.locator(".who-menu .panel")


def test_both_languages_have_the_same_texts():
    texts = ROOT / "nginx/html/js/texts"
    keys = {language: re.findall(r"^  '([^']+)':", (texts / f"{language}.js").read_text(), re.MULTILINE)
            for language in ("en", "de")}
    assert len(set(keys["en"])) == len(keys["en"])
    assert set(keys["en"]) == set(keys["de"]) and len(keys["de"]) == len(keys["en"])


def test_every_page_says_where_it_is_and_who_may_see_it(stack):
    """build.mjs makes the registry from the pages' own lines; a page without one is an error there."""
    made = (ROOT / "nginx/html/js/pages.js").read_text()
    registry = json.loads(made[made.index("["):].rstrip().removesuffix(";"))
    files = {path.stem for path in (ROOT / "nginx/html/js/pages").glob("*.js")}
    assert {page["file"] for page in registry} == files
    paths = [re.sub(r":\w+", ":", page["path"]) for page in registry]
    assert len(set(paths)) == len(paths)


def test_a_wrong_password_is_said_in_a_sentence(page, stack):
    page.goto(stack.facts["dashboard_url"])
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_label("Password").fill("a wrong password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("E-mail or password is wrong.")
    # Browsers write every 4xx of a fetch on the console.
    assert all("401" in complaint for complaint in page.complaints)
    page.complaints.clear()


def test_a_link_tells_why_a_sign_in_was_refused_in_our_words_alone(page, stack):
    page.goto(f"{stack.facts['dashboard_url']}?refused=denied")
    expect(page.get_by_role("alert").filter(visible=True)).to_have_count(1)
    page.goto(f"{stack.facts['dashboard_url']}?refused=Call%20Eve")
    expect(page.get_by_label("Password")).to_be_visible()
    expect(page.get_by_role("alert").filter(visible=True)).to_have_count(0)
    expect(page).to_have_url(re.compile("^[^?]*$"))
    page.complaints.clear()  # browsers write on the console that nobody was signed in before


def test_another_tab_is_signed_in_and_signed_out_with_this_one(signed_in, chromium, stack):
    other = chromium.new_page()
    other.goto(f"{stack.facts['dashboard_url']}#/leads")
    expect(other.get_by_role("heading", name="Leads", level=1)).to_be_visible()
    account(other).get_by_role("button", name="Sign out").click()
    expect(other.get_by_label("Password")).to_be_visible()
    expect(signed_in.get_by_label("Password")).to_be_visible()
    # What was looked at and typed is nobody's who signs in here next.
    assert other.evaluate("sessionStorage.length") == 0
    other.close()
    signed_in.complaints.clear()  # the 401 that told it


def test_theme_and_language_are_kept(signed_in):
    root = signed_in.locator("html")
    menu = account(signed_in)
    menu.get_by_label("Appearance").select_option("dark")
    expect(root).to_have_attribute("data-theme", "dark")
    menu.get_by_label("Language").select_option("de")
    expect(signed_in.get_by_role("heading", name="Übersicht")).to_be_visible()
    signed_in.reload()
    expect(signed_in.get_by_role("heading", name="Übersicht")).to_be_visible()
    expect(root).to_have_attribute("data-theme", "dark")
    expect(root).to_have_attribute("lang", "de")
    menu = account(signed_in)
    menu.get_by_label("Sprache").select_option("en")
    account(signed_in).get_by_label("Appearance").select_option("system")
    expect(root).to_have_attribute("data-theme", "light")


def test_the_skip_link_leads_to_the_content_and_nowhere_else(signed_in):
    signed_in.locator("body").press("Tab")
    link = signed_in.get_by_role("link", name="Skip to the content")
    link.focus()
    before = signed_in.url
    link.press("Enter")
    expect(signed_in.locator("main")).to_be_focused()
    assert signed_in.url == before


def test_the_palette_finds_a_lead_and_a_page(signed_in, client):
    sent = client.post("/v1/leads", hot("palette")).json()["results"][0]
    signed_in.keyboard.press("Control+k")
    box = signed_in.get_by_role("dialog").get_by_role("combobox")
    box.fill("starkpalette")
    expect(signed_in.get_by_role("option", name=re.compile("Vera Starkpalette"))).to_be_visible()
    box.press("Enter")
    expect(signed_in).to_have_url(re.compile(f"#/leads/{sent['lead_id']}$"))
    expect(signed_in.get_by_role("heading", name=re.compile("Vera Starkpalette"), level=1)).to_be_focused()
    signed_in.keyboard.press("Control+k")
    signed_in.get_by_role("dialog").get_by_role("combobox").fill("overview")
    signed_in.get_by_role("dialog").get_by_role("combobox").press("Enter")
    expect(signed_in.get_by_role("heading", name="Overview")).to_be_focused()


def test_news_come_by_themselves_and_the_focus_stays(signed_in, client):
    lead_id = client.post("/v1/leads", hot("news")).json()["results"][0]["lead_id"]
    client.settled(lead_id)
    signed_in.clock.install()
    signed_in.reload()
    tile = signed_in.locator(".tile", has_text="Hot leads to call")
    count = int(tile.locator("b").inner_text())
    tile.focus()
    client.call("PATCH", f"/v1/leads/{lead_id}", json={"status": "working"})
    with signed_in.expect_response(re.compile("stats/overview")):
        signed_in.clock.fast_forward(16_000)
    expect(tile.locator("b")).to_have_text(str(count - 1))
    expect(tile).to_be_focused()


def test_a_page_opens_at_its_top_and_back_finds_the_old_place(signed_in, client, stack):
    leads = [hot(f"scroll{n}") for n in range(30)]
    client.post("/v1/leads", {"leads": leads})
    signed_in.set_viewport_size({"width": 900, "height": 500})
    signed_in.goto(f"{stack.facts['dashboard_url']}#/leads")
    expect(signed_in.locator("tbody tr").nth(10)).to_be_visible()
    signed_in.evaluate("scrollTo(0, 400)")
    until(lambda: signed_in.evaluate("scrollY") == 400, 10, "a place further down")
    was = 400
    signed_in.locator("tbody th a").nth(9).click()
    expect(signed_in).to_have_url(re.compile(r"#/leads/[\w-]+$"))
    until(lambda: signed_in.evaluate("scrollY") == 0, 10, "the top of the page")
    signed_in.go_back()
    until(lambda: abs(signed_in.evaluate("scrollY") - was) < 50, 10, "the old place")


def test_j_k_and_enter_walk_a_list(signed_in, client, stack):
    client.post("/v1/leads", {"leads": [hot("walka"), hot("walkb")]})
    signed_in.goto(f"{stack.facts['dashboard_url']}#/leads?q=starkwalk")
    expect(signed_in.locator("tbody tr")).to_have_count(2)
    for key in "jjk":
        signed_in.keyboard.press(key)
    expect(signed_in.locator("tbody tr").first.get_by_role("link").first).to_be_focused()
    signed_in.keyboard.press("Enter")
    expect(signed_in).to_have_url(re.compile(r"#/leads/[\w-]+$"))


def test_without_the_service_what_is_shown_stays(signed_in, chromium, stack):
    signed_in.clock.install()
    signed_in.reload()
    expect(signed_in.get_by_role("heading", name="Overview")).to_be_visible()
    chromium.set_offline(True)
    signed_in.clock.fast_forward(16_000)
    expect(signed_in.locator("#offline")).to_contain_text("cannot be reached")
    expect(signed_in.get_by_role("heading", name="Overview")).to_be_visible()
    chromium.set_offline(False)
    signed_in.clock.fast_forward(16_000)
    expect(signed_in.locator("#offline")).to_be_empty()
    signed_in.complaints.clear()  # the network's own


def test_an_address_of_no_page_says_so(signed_in, stack):
    signed_in.goto(f"{stack.facts['dashboard_url']}#/nothing/here")
    expect(signed_in.get_by_role("alert")).to_contain_text("There is no such page.")
    signed_in.get_by_role("link", name="To the overview").click()
    expect(signed_in.get_by_role("heading", name="Overview")).to_be_visible()


def test_the_overview_counts_and_shows_who_is_hot(signed_in, client):
    sent = client.post("/v1/leads", hot("tiles")).json()["results"][0]
    client.settled(sent["lead_id"])
    signed_in.reload()
    expect(signed_in.locator(".hot-line").first).to_contain_text("hot")
    expect(signed_in.locator(".tile", has_text="Hot leads to call").locator("b")).not_to_have_text("0")
    expect(signed_in.get_by_role("img", name="New leads by day")).to_be_visible()
    expect(signed_in.locator(".tile", has_text="New leads").locator("b")).not_to_have_text("0")
    signed_in.get_by_role("link", name="7 days").click()
    expect(signed_in).to_have_url(re.compile("days=7"))
    expect(signed_in.get_by_role("heading", name="The last 7 days")).to_be_visible()
