"""The routing model on the dashboard: a rule edited, tried out, published, rolled back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import clean

ALL = "/v1/routing/models"


@pytest.fixture
def routing(signed_in, client):
    """The list of versions; nothing of ours is in force before and after."""
    def retire():
        for model in client.get(f"{ALL}?state=published").json()["data"]:
            client.call("POST", f"{ALL}/{model['id']}/retire", json={})

    retire()
    signed_in.get_by_role("link", name="Routing", exact=True).click()
    expect(signed_in.get_by_role("heading", name="Routing", exact=True)).to_be_visible()
    yield signed_in
    retire()


def test_edit_a_rule_simulate_it_on_the_hot_leads_publish_and_roll_back(routing, client):
    sent = client.post("/v1/leads", {
        "email": "ida@routed-optics.example", "first_name": "Ida", "last_name": "Routed", "country": "DE",
        "job_title": "VP of Sales", "company_name": "Routed Optics", "source": "demo_request",
        "phone": "+49 30 901820", "employee_count": 200, "industry": "Software"}).json()
    client.settled(sent["results"][0]["lead_id"])
    routing.get_by_role("button", name="Change the rules").click()  # 1
    expect(routing.get_by_text("It can be put in force.")).to_be_visible()
    routing.get_by_role("button", name="+ rule").click()  # 2: leads from Germany
    rule = routing.locator("details.rule")
    expect(rule).to_contain_text("leads from Germany")
    rule.get_by_label("Add to Countries").select_option(label="Austria")  # 3
    expect(rule).to_contain_text("leads from Germany, Austria")
    rule.get_by_label("Goes to").first.select_option(label="some people")  # 4
    expect(routing.get_by_text("It can be put in force.")).to_be_visible()
    routing.get_by_role("button", name="See whom it moves").click()  # 5
    expect(routing.get_by_text("Leads per person, before and after").first).to_be_attached()
    moved = routing.get_by_role("list", name="Which leads go another way")
    expect(moved.get_by_role("link", name="Ida Routed")).to_be_visible()
    expect(moved).to_contain_text("Rule territory")
    clean(routing)
    routing.get_by_role("button", name="Put in force").click()  # 6
    asked = routing.get_by_role("dialog")
    expect(asked).to_contain_text("this is the first")
    asked.get_by_role("button", name="Put in force").click()  # 7
    expect(routing.get_by_text("is in force.", exact=False).first).to_be_visible()
    [published] = client.get(f"{ALL}?state=published").json()["data"]
    rules = client.get(f"{ALL}/{published['id']}").json()["definition"]["rules"]
    assert rules[0]["countries"] == ["DE", "AT"]
    routing.get_by_role("button", name="Undo", exact=True).click()  # 8: rolled back
    expect(routing.get_by_text("Taken back: the version before is in force again.")).to_be_visible()
    assert client.get(f"{ALL}?state=published").json()["data"] == []


def test_a_condition_is_put_together_from_selects(routing):
    routing.get_by_role("button", name="Change the rules").click()
    routing.get_by_role("button", name="+ rule").click()
    rule = routing.locator("details.rule").last
    rule.get_by_role("button", name="+ condition on a field").click()
    rule.get_by_label("Field", exact=True).select_option("organization.company_size")
    rule.get_by_label("Add to Value").select_option("10001+")
    expect(rule).to_contain_text("Company: Company size is one of 10001+")
    rule.get_by_role("button", name="+ and").click()
    rule.get_by_label("Comparison").last.select_option("known")
    expect(rule).to_contain_text("and Person: Country is known")
    expect(routing.get_by_text("It can be put in force.")).to_be_visible()
