"""Pairs that may be one person: looked at side by side, merged or kept apart, and taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import clean


@pytest.fixture
def pair(client):
    """Two contacts of one person, found by the search: (the earlier contact's id, the later one's). In the
    later one the name's last letter but one is missing."""
    def make(first: str, last: str) -> tuple[str, str]:
        name = last.lower()
        both = {"company_name": f"{last} Pumps", "city": "Leeds", "country": "GB", "first_name": first}
        results = client.post("/v1/leads", {"leads": [
            both | {"email": f"{name}@{name}-pumps.example", "last_name": last, "phone": "+442079460958"},
            both | {"email": f"{name[:-2]}{name[-1]}@{name}-pumps.example",
                    "last_name": f"{last[:-2]}{last[-1]}", "job_title": "Head of IT"}]}).json()["results"]
        for result in results:
            client.settled(result["lead_id"])
        while client.post("/v1/duplicates/find", {}).json()["more"]:
            pass
        first, second = (result["contact_id"] for result in results)
        return first, second
    return make


def id_of(client, contact_ids):
    """The pair of these contacts."""
    pairs = client.get("/v1/duplicates?limit=200").json()["data"]
    [found] = [each for each in pairs if {each["left"]["id"], each["right"]["id"]} == {*contact_ids}]
    return found["id"]


def opened(page, stack, client, contact_ids):
    """The page of duplicates with the pair of these contacts chosen; its id."""
    duplicate = id_of(client, contact_ids)
    page.goto(f"{stack.facts['dashboard_url']}#/duplicates?pair={duplicate}")
    return duplicate


def take_back(page):
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="Taken back")).to_be_visible()


def state_of(client, duplicate_id):
    return next((state for state in ("open", "dismissed")
                 for each in client.get(f"/v1/duplicates?limit=200&state={state}").json()["data"]
                 if each["id"] == duplicate_id), None)


def test_a_pair_is_seen_merged_with_the_one_who_is_kept_and_unmerged(signed_in, client, stack, pair):
    first, second = pair("Genevieve", "Hollister")
    duplicate = opened(signed_in, stack, client, (first, second))
    row = signed_in.get_by_role("row", name="E-mail hollist").first
    expect(row).to_contain_text("differs")
    expect(signed_in.get_by_role("row", name="First name")).to_contain_text("the same")
    expect(signed_in.get_by_role("row", name="Last name")).to_contain_text("differs")
    signed_in.get_by_role("button", name="Genevieve Hollister").click()
    expect(signed_in.get_by_role("columnheader", name="Genevieve Hollister (kept)")).to_be_visible()
    expect(row.get_by_role("cell").last).to_have_text("hollister@hollister-pumps.example")
    expect(signed_in.get_by_text("Of the two open leads one stays open")).to_be_visible()
    clean(signed_in)
    signed_in.get_by_role("button", name="Merge").click()
    expect(signed_in.get_by_role("status").filter(has_text="Merged into Genevieve Hollister")).to_be_visible()
    assert client.get(f"/v1/contacts/{second}").status_code == 404
    assert client.get(f"/v1/contacts/{first}").json()["fields"]["phone"] == "+442079460958"
    take_back(signed_in)
    expect(signed_in.get_by_role("heading", name="Genevieve Hollister")).to_be_visible()
    assert client.get(f"/v1/contacts/{second}").status_code == 200
    assert state_of(client, duplicate) == "open"


def test_two_people_are_kept_apart_by_a_key_and_that_is_taken_back(signed_in, client, stack, pair):
    duplicate = opened(signed_in, stack, client, pair("Bartholomew", "Quimby"))
    expect(signed_in.get_by_role("heading", name="Quimby")).to_be_visible()
    signed_in.keyboard.press("d")
    expect(signed_in.get_by_role("status").filter(has_text="Kept as two people")).to_be_visible()
    assert state_of(client, duplicate) == "dismissed"
    take_back(signed_in)
    expect(signed_in.get_by_role("heading", name="Quimby")).to_be_visible()
    assert state_of(client, duplicate) == "open"


def test_pairs_are_walked_and_merged_by_keyboard(signed_in, client, stack, pair):
    pair("Zebulon", "Ashworth")
    later = pair("Philippa", "Underhill")
    signed_in.goto(f"{stack.facts['dashboard_url']}#/duplicates")
    expect(signed_in.get_by_role("heading", name="Underhill")).to_be_visible()
    for key, name in (("j", "Underhill"), ("j", "Ashworth"), ("k", "Underhill")):
        signed_in.keyboard.press(key)
        expect(signed_in.get_by_role("heading", name=name)).to_be_visible()
    signed_in.keyboard.press("m")
    expect(signed_in.get_by_role("status").filter(has_text="Merged into")).to_be_visible()
    expect(signed_in.get_by_role("heading", name="Ashworth")).to_be_visible()
    assert sorted(client.get(f"/v1/contacts/{each}").status_code for each in later) == [200, 404]


def test_what_was_kept_apart_is_listed_and_can_be_reviewed_again(signed_in, client, stack, pair):
    duplicate = id_of(client, pair("Leopold", "Wainwright"))
    client.post(f"/v1/duplicates/{duplicate}/dismiss", {})
    signed_in.goto(f"{stack.facts['dashboard_url']}#/duplicates?state=dismissed&pair={duplicate}")
    expect(signed_in.get_by_text("Decided by")).to_be_visible()
    clean(signed_in)
    signed_in.get_by_role("button", name="Review again").click()
    expect(signed_in.get_by_role("status").filter(has_text="to be reviewed again")).to_be_visible()
    assert state_of(client, duplicate) == "open"


def test_who_may_not_see_people_is_not_told_that_nobody_has_a_lead(page, stack, client, pair):
    first, second = pair("Rosalind", "Overbeck")
    duplicate = id_of(client, (first, second))
    company = client.get(f"/v1/contacts/{first}").json()["organization_id"]
    login = {"email": "viewer@duplicates.example", "password": "a password that is long 7"}
    client.post("/v1/users", login | {"role": "viewer"})
    page.goto(f"{stack.facts['dashboard_url']}#/duplicates?pair={duplicate}")
    page.get_by_label("E-mail").fill(login["email"])
    page.get_by_label("Password").fill(login["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("columnheader", name="After merging")).to_be_visible()
    expect(page.get_by_role("columnheader", name="R. O. (kept)")).to_be_visible()
    expect(page.locator("#view")).not_to_contain_text("obody")
    page.goto(f"{stack.facts['dashboard_url']}#/companies/{company}")
    expect(page.get_by_role("heading", name="Overbeck Pumps")).to_be_visible()
    expect(page.locator("#view")).not_to_contain_text("obody")
    page.complaints.clear()  # browsers write on the console that nobody was signed in before
