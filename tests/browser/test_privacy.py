"""Privacy: a person is told what is known, refuses, and is forgotten."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.browser.axe import clean


def test_a_person_is_told_refuses_and_is_forgotten(signed_in, client, stack):
    sent = client.post("/v1/leads", {
        "email": "petra@asks-privacy.example", "full_name": "Petra Asks", "source": "web_form",
    }).json()["results"][0]
    client.settled(sent["lead_id"])
    signed_in.goto(f"{stack.facts['dashboard_url']}#/privacy")
    signed_in.get_by_role("searchbox").fill("asks-privacy")
    row = signed_in.locator("tr", has_text="Petra Asks")
    expect(row).to_be_visible()
    clean(signed_in)
    with signed_in.expect_download() as saved:
        row.get_by_role("button", name="Export").click()
    assert "petra@asks-privacy.example" in json.dumps(json.loads(saved.value.path().read_text()))
    row.get_by_role("button", name="Refusal…").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("What", exact=True).select_option("phone")
    dialog.get_by_label("How they said so").fill("by phone")
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("calls")
    row.get_by_role("button", name="Forget…").click()
    dialog = signed_in.get_by_role("dialog")
    forget = dialog.get_by_role("button", name="Forget")
    expect(forget).to_be_disabled()
    dialog.get_by_label("Type “Petra Asks” to confirm").fill("Petra Asks")
    forget.click()
    expect(signed_in.get_by_text("Nobody of “asks-privacy” is known.")).to_be_visible()
    assert client.call("GET", f"/v1/leads/{sent['lead_id']}").status_code == 404
