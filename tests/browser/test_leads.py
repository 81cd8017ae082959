"""The list of leads: found, filtered, sorted, changed one by one and many at once, exported, kept as views.
"""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from pathlib import Path

import psycopg2
import pytest
from playwright.sync_api import expect

from tests.browser.axe import clean


@pytest.fixture
def at(signed_in, stack):
    """Open an address of the dashboard, signed in: the page."""
    def opened(address):
        signed_in.goto(f"{stack.facts['dashboard_url']}#/{address}")
        expect(signed_in.locator("#view[aria-busy]")).to_have_count(0)
        return signed_in

    return opened


def send(client, source, count, **more):
    """Leads of a source of their own: their ids, in the order in which they came."""
    sent = [client.post("/v1/leads", {
        "email": f"{source}{n}@{source}-{n}.example", "full_name": f"Pat {source.title()}{n}",
        "source": source} | more).json()["results"][0]["lead_id"] for n in range(count)]
    for lead_id in sent:
        client.settled(lead_id)
    return sent


def write(stack, sql, *values):
    with psycopg2.connect(stack.stack.dsn("sidecar", "SIDECAR_DATABASE_PASSWORD")) as connection:
        connection.cursor().execute(sql, values)
    connection.close()


def rows(page):
    return page.locator("tbody tr")


def choose(page, name):
    page.get_by_role("checkbox", name=f"Choose {name}").check()


def test_yesterdays_untouched_hot_leads_are_one_click_away(at, client, stack):
    hot = {"job_title": "VP of Sales", "company_name": "Optics Inc.", "country": "US", "message": "Call me."}
    yesterday, today, touched = (client.post("/v1/leads", hot | {
        "email": f"vera.{name}@{name}-glass.example", "full_name": f"Vera {name.title()}",
        "source": "demo_request"}).json()["results"][0]["lead_id"] for name in ("before", "now", "seen"))
    for lead_id in (yesterday, today, touched):
        assert client.settled(lead_id)["score"]["grade"] == "hot"
    write(stack, "UPDATE leads SET created_at = created_at - interval '1 day' WHERE id IN (%s, %s)",
          yesterday, touched)
    client.post(f"/v1/leads/{touched}/touches", {"how": "call"}).raise_for_status()
    page = at("leads")
    page.get_by_role("link", name="Yesterday’s untouched hot leads").click()
    expect(page.get_by_role("link", name="Vera Before")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Vera (Now|Seen)"))).to_have_count(0)
    for chip in ("Grade: Hot", "Received: Yesterday", "Touched since hot: Untouched"):
        expect(page.locator(".chip", has_text=chip)).to_be_visible()


def test_leads_are_assigned_to_me_and_given_back(at, client, stack):
    one, other = send(client, "assigned", 2)
    page = at("leads?source=assigned")
    choose(page, "Pat Assigned0")
    page.get_by_role("button", name="Assign to me").click()
    expect(page.get_by_role("status").filter(has_text="1 lead changed.")).to_be_visible()
    me = stack.facts["login"]["email"]
    assert client.get(f"/v1/leads/{one}").json()["owner"] == me
    assert client.get(f"/v1/leads/{other}").json()["owner"] is None
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="Taken back.")).to_be_visible()
    assert client.get(f"/v1/leads/{one}").json()["owner"] is None


def test_status_and_owner_are_changed_in_the_row(at, client, stack):
    [lead_id] = send(client, "inrow", 1)
    page = at("leads?source=inrow")
    page.get_by_label("Status of Pat Inrow0").select_option("working")
    expect(page.get_by_role("status").filter(has_text="Pat Inrow0: Working")).to_be_visible()
    page.get_by_label("Owner of Pat Inrow0").select_option(stack.facts["login"]["email"])
    expect(page.get_by_role("status").filter(has_text="(me)")).to_be_visible()
    lead = client.get(f"/v1/leads/{lead_id}").json()
    assert (lead["status"], lead["owner"]) == ("working", stack.facts["login"]["email"])
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_label("Owner of Pat Inrow0")).to_have_value("")


def test_the_list_as_it_is_filtered_is_exported(at, client):
    send(client, "exported", 3, custom={"budget": "=1+1"})
    page = at("leads?source=exported")
    page.get_by_text("Export", exact=True).click()
    page.get_by_label("With other answers").check()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download CSV").click()
    with Path(saved.value.path()).open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["email"] for line in lines] == [f"exported{n}@exported-{n}.example" for n in (2, 1, 0)]
    assert {line["custom.budget"] for line in lines} == {"'=1+1"}


def test_many_get_a_status_and_their_former_ones_back(at, client):
    ids = send(client, "bulk", 3)
    client.call("PATCH", f"/v1/leads/{ids[0]}", json={"status": "qualified"})
    page = at("leads?source=bulk")
    page.get_by_role("checkbox", name="Choose all on this page").check()
    page.get_by_label("Set status …").select_option("lost")
    expect(page.get_by_role("status").filter(has_text="3 leads changed.")).to_be_visible()
    client.call("PATCH", f"/v1/leads/{ids[1]}", json={"status": "working"})
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="but for 1 lead")).to_be_visible()
    assert [client.get(f"/v1/leads/{lead_id}").json()["status"] for lead_id in ids] == [
        "qualified", "working", "new"]


def test_all_that_match_get_a_tag_not_only_those_of_the_page(at, client):
    client.post("/v1/leads", {"leads": [
        {"email": f"all{n}@all-{n}.example", "source": "allofthem"} for n in range(55)]}).raise_for_status()
    page = at("leads?source=allofthem")
    page.get_by_role("checkbox", name="Choose all on this page").check()
    page.get_by_role("button", name="Choose all 55 that match").click()
    page.get_by_role("button", name="Add tags").click()
    page.get_by_role("dialog").get_by_label("Tags").fill("fair, spring")
    page.get_by_role("dialog").get_by_role("button", name="Add").click()
    # It works for some seconds, while the flow works on the same leads.
    expect(page.get_by_role("status").filter(has_text="55 leads changed.")).to_be_visible(timeout=30_000)
    assert client.get("/v1/leads/count?tag=spring&source=allofthem").json()["count"] == 55


def test_enriching_again_tells_first_what_it_costs(at, client):
    [lead_id] = send(client, "again", 1)
    page = at("leads?source=again")
    choose(page, "Pat Again0")
    page.get_by_role("button", name="Enrich again").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Enrich 1 lead again?")).to_be_visible()
    expect(dialog.get_by_text("Expected cost")).to_be_visible()
    dialog.get_by_role("button", name="Enrich again").click()
    expect(page.get_by_role("status").filter(has_text="1 lead is queued.")).to_be_visible()
    client.settled(lead_id)


def test_a_view_is_saved_and_opened_in_another_tab(at, client, chromium, stack):
    send(client, "kept", 2, tags=["keeper"])
    page = at("leads?source=kept&sort=oldest")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Tags").check()
    expect(page.get_by_role("columnheader", name="Tags")).to_be_visible()
    page.get_by_role("button", name="Save as view").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Kept ones")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Kept ones")).to_have_attribute("aria-current", "page")
    other = chromium.new_page()
    try:
        other.goto(f"{stack.facts['dashboard_url']}#/leads")
        other.get_by_role("link", name="Kept ones").click()
        expect(other.get_by_role("heading", name="Kept ones")).to_be_visible()
        expect(rows(other)).to_have_count(2)
        expect(rows(other).first).to_contain_text("Pat Kept0")
        expect(other.get_by_role("columnheader", name="Tags")).to_be_visible()
        other.get_by_role("button", name="Delete view").click()
        expect(other.get_by_role("link", name="Kept ones")).to_have_count(0)
    finally:
        other.close()
    client.call("GET", "/v1/leads")


def test_tag_owner_source_date_and_score_filter_and_are_seen(at, client, stack):
    one, two, three = send(client, "filtered", 3)
    client.call("PATCH", f"/v1/leads/{one}", json={"tags": ["sift"], "owner": stack.facts["login"]["email"]})
    write(stack, "UPDATE leads SET created_at = created_at - interval '9 days' WHERE id = %s", two)
    write(stack, "UPDATE leads SET total_score = 7300, grade = 'warm' WHERE id = %s", three)
    page = at("leads")
    page.get_by_text("Filter", exact=True).click()
    panel = page.locator(".filters .panel")

    def filtered(label, value, chip, *found, choice=False):
        control = panel.get_by_label(label, exact=True)
        if choice:
            control.select_option(value)
        else:
            control.fill(value)
            control.press("Enter")
        expect(page.locator(".chip", has_text=chip)).to_be_visible()
        if found:
            expect(rows(page)).to_have_count(len(found))
            for name in found:
                expect(page.get_by_role("link", name=name)).to_be_visible()

    filtered("Source", "filtered", "Source: filtered", *(f"Pat Filtered{n}" for n in range(3)))
    filtered("Tag", "sift", "Tag: sift", "Pat Filtered0")
    filtered("Owner", "me", "Owner: Me", "Pat Filtered0", choice=True)
    page.get_by_role("button", name="Remove the filter Tag").click()
    page.get_by_role("button", name="Remove the filter Owner").click()
    page.get_by_text("Filter", exact=True).click()
    day = (date.today() - timedelta(days=5)).isoformat()
    filtered("Received until", day, "Received until:", "Pat Filtered1")
    page.get_by_role("button", name="Remove the filter Received until").click()
    page.get_by_text("Filter", exact=True).click()
    filtered("Score at least", "73", "Score at least: 73", "Pat Filtered2")
    expect(page).to_have_url(re.compile(r"#/leads\?source=filtered&min_score=73$"))
    page.reload()
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Clear all").click()
    expect(page.locator(".chip")).to_have_count(0)


def test_heads_sort_and_the_way_through_the_pages_is_kept(at, client):
    client.post("/v1/leads", {"leads": [
        {"email": f"walk{n}@walk-{n}.example", "full_name": f"Pat Walk{n}", "source": "walked"}
        for n in range(60)]}).raise_for_status()
    page = at("leads?source=walked")
    expect(page.get_by_text("60 leads")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Received")).click()
    expect(page).to_have_url(re.compile("sort=oldest"))
    expect(page.get_by_role("columnheader", name="Received")).to_have_attribute("aria-sort", "ascending")
    first = rows(page).first.get_attribute("data-href")
    page.get_by_role("link", name="Next").click()
    expect(rows(page)).to_have_count(10)
    rows(page).first.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("#/leads/[0-9a-f-]+$"))
    page.go_back()
    expect(rows(page)).to_have_count(10)
    page.get_by_role("link", name="Previous").click()
    expect(rows(page)).to_have_count(50)
    expect(rows(page).first).to_have_attribute("data-href", first or "")


@pytest.mark.parametrize("text", ["sought engineer", "030 901820", "seeker-tag", "pat sought0"])
def test_the_search_finds_phone_title_tag_and_several_words(at, client, text):
    send(client, "sought", 1, phone="+49 30 901820", job_title="Head of Engineering", tags=["seeker-tag"])
    page = at("leads?source=sought")
    page.get_by_role("searchbox").fill(text)
    expect(page).to_have_url(re.compile("q="))
    expect(page.get_by_role("link", name="Pat Sought0")).to_be_visible()


def test_fourteen_leads_and_more_are_seen_at_once(at, client):
    client.post("/v1/leads", {"leads": [
        {"email": f"dense{n}@dense-{n}.example", "full_name": f"Pat Dense{n}", "source": "dense",
         "company_name": f"A rather long name of a company number {n} Incorporated"} for n in range(25)
    ]}).raise_for_status()
    page = at("leads?source=dense")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(rows(page)).to_have_count(25)
    seen = page.evaluate("""[...document.querySelectorAll('tbody tr')]
        .filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length""")
    assert seen >= 14


def test_the_list_is_clean_empty_and_full_with_chosen_leads_and_open_panels(at, client):
    send(client, "clean", 2, tags=["clean-tag"])
    page = at("leads?source=nothing-of-this")
    clean(page)
    page = at("leads?source=clean&sort=score")
    page.get_by_role("checkbox", name="Choose all on this page").check()
    clean(page)
    for name in ("Filter", "Columns", "Export"):
        page.locator("summary", has_text=name).click()
        clean(page)


def test_what_people_write_is_text(at, client):
    evil = "<img src=x onerror=alert(1)>"
    client.post("/v1/leads", {"email": "evil@evil-list.example", "full_name": evil, "company_name": evil,
                              "job_title": evil, "source": "hostile"}).raise_for_status()
    page = at("leads?source=hostile")
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("onerror=alert(1)")
    assert page.locator("main img").count() == 0
