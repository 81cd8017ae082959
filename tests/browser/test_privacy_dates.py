"""Notices, retention and rules on the page about privacy."""

from __future__ import annotations

import csv
import io

from playwright.sync_api import expect

from tests.browser.axe import clean


def test_notices_are_told_marked_and_taken_back_and_rules_are_set(signed_in, client, stack):
    sent = [client.post("/v1/leads", {
        "email": f"{name.lower()}@told-where-from.example", "full_name": f"{name} Listed",
        "source": "bought list"}).json()["results"][0] for name in ("Nora", "Nils")]
    for one in sent:
        client.settled(one["lead_id"])
    # The round comes by every minute; what is marked is worked out at once.
    marked = client.post("/v1/privacy/notices/sent", {
        "contact_ids": [one["contact_id"] for one in sent]}).json()
    client.post(f"/v1/privacy/notices/sent/{marked['batch_id']}/undo", {})
    signed_in.goto(f"{stack.facts['dashboard_url']}#/privacy?tab=rules")
    signed_in.get_by_label("Who is responsible (name and address)").fill("Acme GmbH, Berlin")
    signed_in.get_by_label("Where data protection is reached").fill("privacy@acme.example")
    signed_in.get_by_label("Legitimate interest, any").fill("12")
    clean(signed_in)
    signed_in.get_by_role("button", name="Save", exact=True).click()
    expect(signed_in.get_by_text("It is saved.")).to_be_visible()
    settings = client.call("GET", "/v1/privacy/settings").json()
    assert settings["controller"] == "Acme GmbH, Berlin" and settings["erase"] is False
    assert [rule["months"] for rule in settings["rules"]] == [None, 1, 1, 12, 36, 36]

    signed_in.get_by_role("link", name="Notices").click()
    row, first = signed_in.locator("tr", has_text="Nora Listed"), signed_in.locator("tbody tr").first
    expect(first).to_be_visible()
    while not row.count():  # those of other tests are due before
        seen = first.inner_text()
        signed_in.get_by_role("link", name="Next").click()
        expect(first).not_to_have_text(seen, use_inner_text=True)
    expect(row).to_contain_text("bought list")
    clean(signed_in)
    row.get_by_role("button", name="Notice…").click()
    dialog = signed_in.get_by_role("dialog")
    dialog.get_by_label("Language").select_option("de")
    with signed_in.expect_download() as saved:
        dialog.get_by_role("button", name="Download").click()
    page = saved.value.path().read_text("utf-8")
    assert "Nora Listed" in page and "bought list" in page and "Acme GmbH" in page and "Widerspruch" in page
    with signed_in.expect_download() as saved:
        signed_in.get_by_role("button", name="Save as CSV").click()
    rows = list(csv.DictReader(io.StringIO(saved.value.path().read_text("utf-8-sig"))))
    assert {"Nora Listed", "Nils Listed"} <= {each["full_name"] for each in rows}
    row.get_by_role("checkbox").check()
    signed_in.get_by_role("button", name="Mark as sent", exact=True).click()
    expect(signed_in.get_by_text("One notice is marked as sent.")).to_be_visible()
    expect(row).to_be_hidden()
    signed_in.get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()

    signed_in.get_by_role("link", name="Retention").click()
    expect(signed_in.get_by_text("Nobody is erased by rule")).to_be_visible()
    clean(signed_in)
    signed_in.goto(f"{stack.facts['dashboard_url']}#/privacy?q=nora")
    person = signed_in.locator("tr", has_text="Nora Listed")
    person.get_by_role("button", name="Ground…").click()
    dialog = signed_in.get_by_role("dialog")
    expect(dialog).to_contain_text("Now: Legitimate interest, by rule.")
    dialog.get_by_label("Legal ground").select_option("contract")
    dialog.get_by_label("Why", exact=True).fill("She ordered by phone")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    person.get_by_role("button", name="Report…").click()
    with signed_in.expect_download() as saved:
        signed_in.get_by_role("dialog").get_by_role("button", name="Download").click()
    report = saved.value.path().read_text("utf-8")
    assert "nora@told-where-from.example" in report and "She ordered by phone" in report
    alone = signed_in.context.new_page()
    alone.set_content(report)
    expect(alone.get_by_role("heading", name="All data that we have of you")).to_be_visible()
    alone.close()
