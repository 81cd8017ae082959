"""A file of leads from the drop to the undo, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import clean
from tests.client import until

ODD = ("Kontakte der Messe Hannover\r\nStand: 26.11.2026;;;;\r\n\r\n"
       "Vorname;Nachname;E-Mail;Telefon;Firma;Halle\r\n"
       "Jörg;Müller;joerg.mueller@{tag}-fraesen.example;k.A.;Fräsen GmbH;3\r\n"
       "Änne;Groß;aenne.gross@{tag}-zahn.example;+49 30 901820;Zahn & Rad KG;4\r\n"
       "Bo;Weiß;bo.weiss at home;keine;Übersee AG;5\r\n")


@pytest.fixture
def file(tmp_path):
    def write(tag, text=ODD):
        path = tmp_path / f"{tag}.csv"
        path.write_bytes(text.replace("{tag}", tag).encode("cp1252"))
        return path

    return write


@pytest.fixture
def opened(signed_in, stack):
    signed_in.goto(f"{stack.facts['dashboard_url']}#/import")
    expect(signed_in.get_by_role("heading", name="Import", exact=True)).to_be_visible()
    return signed_in


def counts(page):
    return {tile.locator("span").inner_text(): tile.locator("b").inner_text()
            for tile in page.locator(".tile").all()}


def imported(page, path):
    """The page of the job of a file that came in."""
    page.get_by_label("Choose a file").set_input_files(path)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("^Import of "))).to_be_visible()
    expect(page.locator(".heading .tag")).to_have_text("done", timeout=60_000)


def test_an_odd_file_is_understood_tried_and_imported(opened, client, file):
    """Clicks: choose a file, try it first, import now: three."""
    opened.get_by_label("Choose a file").set_input_files(file("odd"))
    expect(opened.get_by_label("Encoding")).to_have_value("cp1252")
    expect(opened.get_by_label("Columns are separated by")).to_have_value(";")
    expect(opened.get_by_label("Header in row")).to_have_value("4")
    expect(opened.get_by_text("The 3 lines above the header are left out.")).to_be_visible()
    expect(opened.get_by_label("Vorname becomes")).to_have_value("first_name")
    expect(opened.get_by_role("row", name=re.compile("^Telefon"))).to_contain_text("k.A.")
    opened.get_by_label("Halle becomes").select_option(label="Leave out")
    expect(opened.get_by_role("row", name=re.compile("^Halle"))).to_contain_text("left out")
    clean(opened)
    opened.get_by_role("button", name="Try it first").click()
    expect(opened.locator(".heading .tag")).to_have_text("done", timeout=60_000)
    would = counts(opened)
    assert (would["Would be created"], would["Would be refused"]) == ("2", "1")
    rows = opened.get_by_role("region", name="Row by row")
    expect(rows.locator("tbody tr")).to_have_count(3)
    expect(rows.get_by_role("row", name=re.compile("Bo"))).to_contain_text("Would be refused")
    assert client.get("/v1/leads?q=odd-fraesen").json()["data"] == []
    clean(opened)
    opened.get_by_role("button", name="Import now").click()
    expect(opened.get_by_role("heading", name=re.compile("^Import of"))).to_be_visible()
    expect(opened.locator(".heading .tag")).to_have_text("done", timeout=60_000)
    assert [*counts(opened).values()] == [*would.values()]
    [lead] = client.get("/v1/leads?q=odd-fraesen").json()["data"]
    contact = client.get(f"/v1/leads/{lead['id']}").json()["contact"]
    assert (contact["last_name"], contact.get("phone")) == ("Müller", None)


def test_a_file_of_people_who_unsubscribed_is_told_and_kept_as_that(opened, client, file):
    text = "Email Address;First Name\r\njo@unsub-list.example;Jo\r\n"
    opened.get_by_label("Choose a file").set_input_files(file("unsubscribed_members", text))
    asked = opened.get_by_label("Everybody in it refuses")
    expect(asked).to_have_value("marketing_email")
    asked.select_option("nothing")
    expect(asked).to_be_enabled()
    expect(asked).to_have_value("nothing")
    asked.select_option("phone")
    expect(asked).to_be_enabled()
    clean(opened)
    opened.get_by_role("button", name="Import", exact=True).click()
    expect(opened.get_by_text(re.compile("^Everybody in this file refuses: "))).to_be_visible()
    expect(opened.locator(".heading .tag")).to_have_text("done", timeout=60_000)
    [lead] = client.get("/v1/leads?q=unsub-list").json()["data"]
    assert client.get(f"/v1/leads/{lead['id']}").json()["contact"]["refused"]["phone"]


def test_a_mapping_that_is_kept_is_used_again(opened, file):
    text = "Wer;Was\r\njo@kept-mapping.example;Messe\r\n"
    opened.get_by_label("Choose a file").set_input_files(file("first", text))
    expect(opened.get_by_role("alert")).to_contain_text("No column holds an email address")
    expect(opened.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    opened.get_by_label("Wer becomes").select_option("email")
    opened.get_by_label("Keep this mapping as").fill("Fair of autumn")
    opened.get_by_role("button", name="Import", exact=True).click()
    expect(opened.locator(".heading .tag")).to_have_text("done", timeout=60_000)
    opened.get_by_role("link", name="← All imports").click()
    opened.get_by_role("button", name="Another file").click()
    opened.get_by_label("Choose a file").set_input_files(file("second", text.replace("jo@", "al@")))
    expect(opened.get_by_text("Read as kept under “Fair of autumn”.")).to_be_visible()
    expect(opened.get_by_label("Wer becomes")).to_have_value("email")
    kept = opened.get_by_role("listitem").filter(has_text="Fair of autumn")
    kept.get_by_role("button", name="Remove").click()
    opened.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(kept).to_have_count(0)


def test_a_refused_row_is_repaired_in_place(opened, client, file):
    """Clicks from the result: open the row, send again: two."""
    imported(opened, file("repair"))
    opened.get_by_text("Line 7").click()
    mail = opened.locator("details[open]").get_by_label("E-Mail")
    expect(mail).to_have_attribute("aria-invalid", "true")
    clean(opened)
    opened.locator("details[open]").get_by_role("button", name="Send again").click()
    expect(opened.locator("details[open]").get_by_role("alert")).to_be_visible()
    opened.complaints.clear()  # browsers write every 4xx of a fetch on the console
    mail.fill("bo.weiss@repair-uebersee.example")
    opened.locator("details[open]").get_by_role("button", name="Send again").click()
    expect(opened.get_by_text("Line 7 came in.")).to_be_visible()
    expect(opened.get_by_text("Line 7", exact=True)).to_have_count(0)
    for name, number in (("Created", "3"), ("Refused", "0")):
        expect(opened.locator(".tile", has_text=name).locator("b")).to_have_text(number)
    [lead] = client.get("/v1/leads?q=repair-uebersee").json()["data"]
    assert lead["contact"]["first_name"] == "Bo"


def test_an_import_is_taken_back_and_what_stays_is_said_first(opened, client, file):
    """Clicks from the result: take back, confirm: two."""
    imported(opened, file("undo"))
    lead_id = until(lambda: client.get("/v1/leads?q=undo-zahn").json()["data"], 30, "the lead")[0]["id"]
    client.settled(lead_id)
    client.call("PATCH", f"/v1/leads/{lead_id}", json={"status": "working"})
    opened.get_by_role("button", name="Take the import back").click()
    dialog = opened.get_by_role("dialog")
    expect(dialog).to_contain_text("2 created and 0 updated rows become as before.")
    expect(dialog.get_by_role("link", name="Open the lead")).to_have_attribute("href", f"#/leads/{lead_id}")
    clean(opened)
    dialog.get_by_role("button", name="Take the import back").click()
    expect(opened.locator(".heading .tag")).to_have_text("taken back", timeout=60_000)
    expect(opened.get_by_role("heading", name="What stayed")).to_be_visible()
    assert client.get("/v1/leads?q=undo-fraesen").json()["data"] == []
    assert client.get(f"/v1/leads/{lead_id}").json()["status"] == "working"


def test_a_table_is_pasted_and_what_is_no_table_is_said(opened):
    opened.get_by_text("Paste a table").click()
    clean(opened)
    opened.get_by_label("Rows with a header").fill("E-mail\tName\nmia@pasted.example\tMia <b>Bold</b>\n")
    opened.get_by_role("button", name="Read it").click()
    expect(opened.get_by_label("E-mail becomes")).to_have_value("email")
    expect(opened.get_by_text("Mia <b>Bold</b>", exact=True)).to_be_visible()
    opened.get_by_role("button", name="Another file").click()
    opened.get_by_label("Choose a file").set_input_files({
        "name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 and so on"})
    expect(opened.get_by_role("alert")).to_contain_text("The file is a PDF document")
    opened.complaints.clear()
    opened.get_by_role("button", name="Another file").click()
    opened.get_by_label("Choose a file").set_input_files({
        "name": "large.csv", "mimeType": "text/csv", "buffer": b"x" * 4_300_000})
    expect(opened.get_by_role("alert")).to_contain_text("is the most that is taken here")
