"""Companies: found, filtered, corrected and locked in place."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import clean


def lead(tag: str, **more: str) -> dict[str, object]:
    return {"email": f"ines.{tag}@{tag}-kilns.example", "first_name": "Ines", "last_name": f"Vogt{tag}",
            "job_title": "VP of Sales", "company_name": f"{tag.title()} Kilns", "country": "PT",
            "employee_count": 40, "source": "demo_request"} | more


@pytest.fixture
def sent(client):
    """A lead whose company this test alone has."""
    def send(tag: str, **more: str) -> dict[str, str]:
        result = client.post("/v1/leads", lead(tag, **more)).json()["results"][0]
        client.settled(result["lead_id"])
        return result
    return send


def employees(client, company_id):
    return client.get(f"/v1/organizations/{company_id}").json()["fields"].get("employee_count")


def test_a_company_is_found_and_its_size_corrected_locked_and_given_back(signed_in, client, sent):
    company_id = sent("edit")["organization_id"]
    before = employees(client, company_id)
    signed_in.get_by_role("link", name="Companies").click()
    signed_in.get_by_role("searchbox").fill("edit kilns")
    expect(signed_in).to_have_url(re.compile("q=edit"))
    signed_in.get_by_role("link", name="Edit Kilns").click()
    expect(signed_in.get_by_role("link", name="Ines Vogtedit")).to_be_visible()
    signed_in.get_by_role("button", name="Edit Employees").click()
    box = signed_in.get_by_label("Employees", exact=True)
    expect(box).to_be_focused()
    box.fill("12000")
    box.press("Enter")
    expect(signed_in.get_by_role("status").filter(has_text="Employees is saved and locked")).to_be_visible()
    fact = signed_in.locator(".fact", has=signed_in.get_by_text("Employees", exact=True))
    expect(fact).to_contain_text("12,000")
    expect(fact).to_contain_text("Locked")
    expect(signed_in.locator(".fact", has=signed_in.get_by_text("Company size"))).to_contain_text("10001+")
    assert employees(client, company_id) == 12000
    clean(signed_in)
    signed_in.get_by_role("button", name="Undo").click()
    expect(fact).not_to_contain_text("Locked")
    assert employees(client, company_id) == before


def test_what_cannot_be_used_is_said_beside_the_field_and_stays_there(signed_in, client, sent, stack):
    company_id = sent("wrong")["organization_id"]
    signed_in.goto(f"{stack.facts['dashboard_url']}#/companies/{company_id}")
    signed_in.get_by_role("button", name="Edit LinkedIn").click()
    signed_in.get_by_label("LinkedIn", exact=True).fill("not a profile")
    signed_in.get_by_role("button", name="Save").click()
    expect(signed_in.locator(".in-place .error")).not_to_be_empty()
    expect(signed_in.get_by_label("LinkedIn", exact=True)).to_have_value("not a profile")
    assert all("422" in complaint for complaint in signed_in.complaints)
    signed_in.complaints.clear()
    signed_in.get_by_role("button", name="Cancel").click()
    expect(signed_in.locator(".in-place")).to_have_count(0)


def test_companies_are_filtered_by_chips_in_the_address(signed_in, client, sent, stack):
    first, other = sent("north"), sent("south")
    for result, country in ((first, "IS"), (other, "MT")):
        client.call("PATCH", f"/v1/organizations/{result['organization_id']}", json={"country": country})
    signed_in.goto(f"{stack.facts['dashboard_url']}#/companies")
    signed_in.locator("summary", has_text="Filter").click()
    signed_in.get_by_label("Country").last.select_option("Iceland")
    expect(signed_in.locator(".chip")).to_contain_text("Country: Iceland")
    expect(signed_in.get_by_role("link", name="North Kilns")).to_be_visible()
    expect(signed_in.get_by_role("link", name="South Kilns")).to_have_count(0)
    clean(signed_in)
    signed_in.get_by_role("button", name="Clear all").click()
    expect(signed_in.get_by_role("link", name="South Kilns")).to_be_visible()
