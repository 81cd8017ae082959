"""What was refused, failed or left: repaired and sent again, closed, replayed."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest
from playwright.sync_api import expect

from tests.browser.axe import clean


def refused(client, tag: str, **more: object) -> str:
    """Send a lead that is refused; its reject's id."""
    lead = {"email": f"pat.{tag}@", "full_name": f"Pat Quill{tag}", "source": f"fair-{tag}"} | more
    client.post("/v1/leads", lead)
    [row] = client.get(f"/v1/rejects?source=fair-{tag}&limit=1").json()["data"]
    return str(row["id"])


def listed(client, tag: str, **query: str) -> list[str]:
    return [row["id"] for row in client.get(
        "/v1/rejects", params={"source": f"fair-{tag}", **query}).json()["data"]]


def of(page, tag):
    return page.locator(".reject", has_text=f"Pat Quill{tag}")


def bulk(page):
    return page.get_by_role("group", name="What to do with the chosen ones")


@pytest.fixture
def put(stack, client):
    """Let a lead that went through be as one that failed or was left."""
    def make(tag: str, stage: str) -> str:
        sent = client.post("/v1/leads", {"email": f"lou.{tag}@{tag}-lamps.example",
                                         "full_name": f"Lou Lamp{tag}"}).json()["results"][0]
        client.settled(sent["lead_id"])
        with closing(psycopg2.connect(stack.facts["internal"]["database_url"])) as connection, connection:
            connection.cursor().execute(
                "UPDATE work_items SET stage = %s, attempts = 3, reason_code = 'batch_failed',"
                " reason = 'The provider hung up.', left_at = 'apply' WHERE lead_id = %s",
                (stage, sent["lead_id"]))
        return str(sent["lead_id"])
    return make


def test_a_refused_lead_is_repaired_in_place_and_comes_in(signed_in, client):
    refused(client, "repair", message="Line one\nLine two")
    signed_in.get_by_role("link", name="Refused and failed").click()
    reject = of(signed_in, "repair")
    expect(reject).to_contain_text("E-mail: There must be something after the @-sign.")
    reject.get_by_role("button", name="Repair").click()
    box = reject.get_by_label("E-mail")
    expect(box).to_be_focused()
    expect(box).to_have_value("pat.repair@")
    expect(reject.locator(".error").first).to_contain_text("something after the @-sign")
    clean(signed_in)
    box.fill("pat.repair")
    box.press("Enter")
    expect(reject.locator(".error").first).to_contain_text("must have an @-sign")
    assert all("422" in complaint for complaint in signed_in.complaints)
    signed_in.complaints.clear()
    box.fill("pat.repair@repair-fair.example")
    reject.get_by_role("button", name="Send again").click()
    expect(signed_in.get_by_role("status").filter(has_text="Pat Quillrepair came in.")).to_be_visible()
    expect(reject).to_have_count(0)
    [lead] = client.get("/v1/leads?q=pat.repair@repair-fair.example").json()["data"]
    assert (lead["message"], lead["source"]) == ("Line one\nLine two", "fair-repair")


def test_what_fell_into_the_trap_of_a_form_comes_in_when_a_person_says_so(signed_in, client):
    refused(client, "robot", email="pat@robot-fair.example", website_confirm="x")
    signed_in.get_by_role("link", name="Refused and failed").click()
    of(signed_in, "robot").get_by_role("button", name="Repair").click()
    signed_in.get_by_role("button", name="Send again").click()
    expect(signed_in.get_by_role("status").filter(has_text="Pat Quillrobot came in.")).to_be_visible()
    assert listed(client, "robot") == []


def test_refused_leads_are_closed_one_by_one_or_together_and_opened_again(signed_in, client, stack):
    ids = sorted(refused(client, "close") for _ in range(3))
    signed_in.goto(f"{stack.facts['dashboard_url']}#/rejects?source=fair-close")
    expect(of(signed_in, "close")).to_have_count(3)
    of(signed_in, "close").first.get_by_role("button", name="Close").click()
    expect(of(signed_in, "close")).to_have_count(2)
    signed_in.get_by_role("button", name="Undo").click()
    expect(of(signed_in, "close")).to_have_count(3)
    signed_in.get_by_label("Choose all on this page").check()
    expect(signed_in.get_by_text("3 chosen")).to_be_visible()
    clean(signed_in)
    bulk(signed_in).get_by_role("button", name="Close").click()
    expect(of(signed_in, "close")).to_have_count(0)
    assert sorted(listed(client, "close", closed="true")) == ids
    signed_in.goto(f"{stack.facts['dashboard_url']}#/rejects?source=fair-close&closed=true")
    expect(of(signed_in, "close").first).to_contain_text("Closed by")
    of(signed_in, "close").first.get_by_role("button", name="Open again").click()
    expect(of(signed_in, "close")).to_have_count(2)
    assert len(listed(client, "close")) == 1


def test_a_dead_letter_is_replayed_and_goes_through(signed_in, client, put):
    lead_id = put("replay", "dead")
    signed_in.get_by_role("link", name="Refused and failed").click()
    signed_in.get_by_role("link", name="Failed", exact=True).click()
    row = signed_in.get_by_role("row", name="Lou Lampreplay")
    expect(row).to_contain_text("The provider hung up.")
    expect(row).to_contain_text("Apply")
    clean(signed_in)
    row.get_by_role("button", name="Replay").click()
    expect(signed_in.get_by_role("status").filter(has_text="1 lead is queued again.")).to_be_visible()
    expect(row).to_have_count(0)
    client.settled(lead_id)


def test_dead_letters_are_let_go_and_taken_back_and_many_are_replayed(signed_in, client, stack, put):
    leads = [put(tag, "dead") for tag in ("gone", "more")]
    signed_in.goto(f"{stack.facts['dashboard_url']}#/rejects?tab=dead")
    signed_in.get_by_role("row", name="Lou Lampgone").get_by_role("button", name="Let go").click()
    expect(signed_in.get_by_role("row", name="Lou Lampgone")).to_have_count(0)
    assert client.get(f"/v1/leads/{leads[0]}").json()["stage"] == "done"
    signed_in.get_by_role("button", name="Undo").click()
    for tag in ("gone", "more"):
        signed_in.get_by_label(f"Choose Lou Lamp{tag}").check()
    bulk(signed_in).get_by_role("button", name="Replay").click()
    expect(signed_in.get_by_role("status").filter(has_text="2 leads are queued again.")).to_be_visible()
    for lead_id in leads:
        client.settled(lead_id)


def test_what_its_flow_left_is_taken_up_again(signed_in, client, stack, put):
    lead_id = put("left", "let_go")
    signed_in.goto(f"{stack.facts['dashboard_url']}#/rejects?tab=let_go")
    row = signed_in.get_by_role("row", name="Lou Lampleft")
    row.get_by_role("button", name="Take up again").click()
    expect(row).to_have_count(0)
    client.settled(lead_id)


def test_a_gap_is_filled(signed_in, client, stack, put):
    lead_id = put("gap", "dead")
    signed_in.goto(f"{stack.facts['dashboard_url']}#/rejects?tab=dead")
    signed_in.get_by_role("button", name="Fill a gap").click()
    dialog = signed_in.get_by_role("dialog")
    clean(signed_in)
    dialog.get_by_label("When it began").fill(f"{datetime.now(UTC) - timedelta(days=2):%Y-%m-%dT%H:%M}")
    dialog.get_by_role("button", name="Look").click()
    expect(dialog).to_contain_text("failed")
    expect(dialog.get_by_label("Ask vendors for what they have since then")).to_be_checked()
    clean(signed_in)
    dialog.get_by_role("button", name="Take them up").click()
    expect(signed_in.get_by_role("status").filter(has_text="The gap is being filled.")).to_be_visible()
    client.settled(lead_id)
    assert client.get("/v1/jobs?kind=backfill").json()["data"][0]["counts"]["updated"] >= 1


def test_a_failed_run_leads_to_n8n(signed_in, client, stack):
    client.post("/v1/pipeline/errors", {
        "execution_id": "4711", "workflow_id": "w1", "workflow_name": "Lead of the fair", "node": "Enrich",
        "message": "The host does not answer."})
    signed_in.goto(f"{stack.facts['dashboard_url']}#/rejects?tab=runs")
    row = signed_in.get_by_role("row", name="Lead of the fair").first
    expect(row).to_contain_text("The host does not answer.")
    expect(row.get_by_role("link", name="Run 4711 in n8n")).to_have_attribute(
        "href", f"{stack.facts['n8n_url']}workflow/w1/executions/4711")
    clean(signed_in)


def test_who_may_not_see_people_sees_reasons_alone_and_changes_nothing(page, stack, client):
    refused(client, "viewer")
    login = {"email": "viewer@rejects.example", "password": "a password that is long 7"}
    client.post("/v1/users", login | {"role": "viewer"})
    page.goto(f"{stack.facts['dashboard_url']}#/rejects?source=fair-viewer")
    page.get_by_label("E-mail").fill(login["email"])
    page.get_by_label("Password").fill(login["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".reject")).to_contain_text("Lead from fair-viewer")
    expect(page.locator(".reject")).to_contain_text("There must be something after the @-sign.")
    expect(page.get_by_text("Pat Quillviewer")).to_have_count(0)
    expect(page.get_by_role("button", name="Repair")).to_have_count(0)
    expect(page.get_by_role("button", name="Close")).to_have_count(0)
    clean(page)
    page.complaints.clear()  # browsers write on the console that nobody was signed in before
