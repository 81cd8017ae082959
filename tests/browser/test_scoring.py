"""Scoring models on the dashboard: changed, tried, published, rolled back, back-tested; clicks counted."""

from __future__ import annotations

from contextlib import closing

import psycopg2
import pytest
from playwright.sync_api import expect

from tests.browser.axe import clean

ALL = "/v1/scoring/models"
COUNTRY = "Norway"


def lead(tag: str, country: str, **more: str) -> dict[str, str]:
    return {"email": f"vera@{tag}-instruments.example", "first_name": "Vera", "last_name": f"Model{tag}",
            "job_title": "VP of Sales", "company_name": f"{tag.title()} Instruments", "country": country,
            "source": "demo_request"} | more


@pytest.fixture
def scoring(signed_in, client):
    """The list of models; nothing of ours is in force before and after."""
    def retire():
        for model in client.get(f"{ALL}?state=published").json()["data"]:
            client.call("POST", f"{ALL}/{model['id']}/retire", json={})

    retire()
    signed_in.get_by_role("link", name="Scoring", exact=True).click()
    expect(signed_in.get_by_role("heading", name="Scoring", exact=True)).to_be_visible()
    yield signed_in
    retire()


def drafted(page):
    """One click: a draft of what is in force, opened."""
    page.get_by_role("button", name="Change", exact=False).first.click()
    expect(page.get_by_text("It can be put in force.")).to_be_visible()


def saved(page):
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def rule(page, component: str, name: str):
    return page.locator("section", has=page.get_by_role("heading", name=component, exact=True)).locator(
        "details.rule", has=page.locator("b", has_text=name))


def in_force(client) -> dict[str, str]:
    return {row["key"]: row["model_version"] for row in client.get(f"{ALL}?state=published").json()["data"]}


def test_change_a_countrys_weight_see_whom_it_moves_publish_and_roll_back(scoring, client):
    sent = client.post("/v1/leads", {"leads": [lead("fjord", "NO"), lead("lake", "FI")]}).json()["results"]
    for row in sent:
        client.settled(row["lead_id"])
    drafted(scoring)  # 1
    country = rule(scoring, "Person", "Country")
    country.locator("summary").first.click()  # 2
    country.get_by_label("Value that gets points of its own").select_option(label=COUNTRY)  # 3
    country.get_by_label("Points", exact=True).first.fill("-100")
    country.get_by_role("button", name="Add", exact=True).click()  # 4
    saved(scoring)
    expect(scoring.get_by_text("demographic / country", exact=False).first).to_be_visible()
    scoring.get_by_role("button", name="See whom it moves").click()  # 5
    expect(scoring.get_by_text("How scores are spread", exact=False).first).to_be_attached()
    moved = scoring.get_by_role("list", name="Who changes grade")
    expect(moved.get_by_role("link", name="Vera Modelfjord")).to_have_attribute(
        "href", f"#/leads/{sent[0]['lead_id']}")
    expect(moved.get_by_role("link", name="Vera Modellake")).to_have_count(0)
    expect(moved).to_contain_text("Person: Country")
    clean(scoring)
    scoring.get_by_role("button", name="Put in force").click()  # 6
    asked = scoring.get_by_role("dialog")
    expect(asked).to_contain_text("country")
    expect(asked.get_by_label("Score all leads again at once")).to_be_checked()
    asked.get_by_role("button", name="Put in force").click()  # 7
    expect(scoring.get_by_text("is in force.", exact=False).first).to_be_visible()
    published = in_force(client)["default"]
    scoring.get_by_role("button", name="Undo", exact=True).click()  # 8: rolled back
    expect(scoring.get_by_text("Taken back: the version before is in force again.")).to_be_visible()
    assert in_force(client) == {}
    scoring.get_by_role("link", name="Scoring", exact=True).last.click()
    scoring.get_by_role("button", name=f"Put in force again: {published}").click()
    scoring.get_by_role("dialog").get_by_role("button", name="Put in force").click()
    expect(scoring.get_by_text("is in force.", exact=False).first).to_be_visible()
    assert in_force(client)["default"] != published


def test_what_is_wrong_stands_beside_its_rule_and_keeps_it_from_being_published(scoring):
    drafted(scoring)
    scoring.get_by_label("Warm from").fill("90")
    scoring.get_by_label("Warm from").press("Tab")
    expect(scoring.get_by_text("must be below hot").first).to_be_visible()
    expect(scoring.get_by_role("button", name="Put in force")).to_be_disabled()
    scoring.get_by_role("button", name="Undo change").click()
    expect(scoring.get_by_text("It can be put in force.")).to_be_visible()
    expect(scoring.get_by_label("Warm from")).to_have_value("50")
    scoring.get_by_label("Add a rule to Person").select_option("condition")
    added = rule(scoring, "Person", "Condition")
    expect(added).to_contain_text("1 problem")
    added.get_by_label("Add to Value").select_option(label="Chile")
    expect(scoring.get_by_text("It can be put in force.")).to_be_visible()
    expect(added).to_contain_text("Person: Country is one of Chile")


def test_a_model_is_compared_with_what_became_of_leads(scoring, client, stack):
    sent = client.post("/v1/leads", {"leads": [lead(f"end{n}", "SE") for n in range(4)]}).json()["results"]
    for number, row in enumerate(sent):
        client.settled(row["lead_id"])
        client.call("PATCH", f"/v1/leads/{row['lead_id']}",
                    json={"status": "converted" if number % 2 else "lost"})
    with closing(psycopg2.connect(stack.facts["internal"]["database_url"])) as database, database:
        database.cursor().execute(  # known since before the day before the outcome
            "UPDATE lead_facts SET since = since - interval '9 days' WHERE lead_id = ANY(%s::uuid[])",
            ([row["lead_id"] for row in sent],))
    drafted(scoring)  # 1
    scoring.get_by_role("button", name="Back-test").click()  # 2
    expect(scoring.get_by_text("AUC", exact=False)).to_be_visible()
    figures = scoring.locator("figure", has=scoring.get_by_role("img", name="How many were won, by score"))
    figures.get_by_text("Figures as a table").click()
    expect(figures.get_by_role("columnheader", name="Share won")).to_be_visible()


def test_all_leads_are_scored_again_with_progress(scoring):
    scoring.get_by_role("button", name="Score all leads again").click()
    scoring.get_by_role("dialog").get_by_role("button", name="Score all leads again").click()
    expect(scoring.get_by_text("Done:", exact=False)).to_be_visible(timeout=60_000)
    clean(scoring)


def test_a_draft_begins_from_a_template_and_is_thrown_away(scoring):
    scoring.get_by_role("button", name="New model").click()
    asked = scoring.get_by_role("dialog")
    asked.get_by_label("Name of the model").fill("factories")
    asked.get_by_label("Begin from").select_option("manufacturing")
    asked.get_by_role("button", name="Make the draft").click()
    expect(scoring.get_by_role("heading", name="factories@", exact=False)).to_be_visible()
    expect(scoring.get_by_text("machinery", exact=False).first).to_be_attached()
    scoring.get_by_role("link", name="Scoring", exact=True).last.click()
    scoring.get_by_role("button", name="Throw away: factories@", exact=False).first.click()
    expect(scoring.get_by_text("is thrown away.", exact=False)).to_be_visible()


def test_predictions_tell_why_there_are_none(signed_in):
    signed_in.get_by_role("link", name="Predictions", exact=True).click()
    expect(signed_in.get_by_text("No prediction is in force", exact=False)).to_be_visible()
    signed_in.get_by_role("button", name="Train now").click()
    signed_in.get_by_role("dialog").get_by_role("button", name="Train now").click()
    expect(signed_in.get_by_text("Training has begun", exact=False)).to_be_visible()
    clean(signed_in)
