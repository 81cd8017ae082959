"""Whatever strangers send is text on every page, breaks none and makes none wider than the phone."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing

import psycopg2
import pytest
import requests
from playwright.sync_api import Page, expect

from local import stack as local_stack
from sidecar.terms.fields import GIVEN
from tests.browser import registry
from tests.browser.axe import clean
from tests.client import Client, until

UNBROKEN = "Ж" * 3000
# Each in all fields of a lead that take text.
PAYLOADS = {
    "markup": "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>"
              "<svg onload=window.hacked=1><iframe srcdoc='<script>top.hacked=1</script>'>",
    "attribute": "\"'><b autofocus onfocus=window.hacked=1 style=position:fixed;inset:0>{{7*7}}${7*7}",
    "formula": "=HYPERLINK(\"https://evil.example\",\"Click\")+cmd|' /C calc'!A0",
    "address": "javascript:window.hacked=1//https://evil.example/%0d%0aSet-Cookie:a=b",
    "bidi": "\u202eevil\u202c \u2066left\u2069 \u200b\u200f مرحبا 👩‍👩‍👧‍👦🏴‍☠️ Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
    "unbroken": UNBROKEN,
}
_MARK = {kind: f"hostile-{kind}" for kind in PAYLOADS}


def hostile(kind: str, way: str) -> dict[str, object]:
    """A lead that has the payload wherever a text may stand, and an address by which it is known."""
    text = PAYLOADS[kind]
    fields = {name: text[:field.longest] if field.longest else text for name, field in GIVEN.items()
              if field.kind == "text"}
    return fields | {
        "email": f"{way}@{_MARK[kind]}.example", "phone": None, "linkedin_url": None, "company_domain": None,
        "country": "US", "full_name": None, "first_name": text[:100],
        "last_name": f"{_MARK[kind]} {text[:300]}", "message": text, "tags": [text[:100], f"{text[:90]}2"],
        "utm": {"source": text[:200], text[:50]: text}, "external_ids": {"crm": text[:100]},
        "custom": {text[:90]: text, "nested": {"deep": [text]}}}


@pytest.fixture(scope="module")
def planted(stack) -> list[str]:
    """The ids of hostile leads that came in by the API, a file and a form; others of theirs were refused."""
    client = Client(stack.facts)
    by_api = [hostile(kind, "api") for kind in PAYLOADS]
    results = client.post("/v1/leads", {"leads": by_api}).json()["results"]
    refused = [hostile(kind, "refused") | {"email": PAYLOADS[kind][:300]} for kind in PAYLOADS]
    client.post("/v1/leads", {"leads": [*refused, PAYLOADS["markup"]]})
    table = io.StringIO()
    writer = csv.writer(table)
    names = [name for name, field in GIVEN.items() if field.kind == "text"]
    writer.writerow([*names, PAYLOADS["markup"]])
    for kind in PAYLOADS:
        lead = hostile(kind, "file")
        writer.writerow([*(lead[name] for name in names), PAYLOADS[kind]])
        writer.writerow([*(lead[name] if name != "email" else PAYLOADS[kind][:300] for name in names), ""])
    job = client.call(
        "POST", "/v1/jobs/imports", params={"source": PAYLOADS["markup"][:100]},
        data=table.getvalue().encode(), headers={"Content-Type": "text/csv"}).json()["job"]
    origin = stack.facts["dashboard_url"].rstrip("/")
    local_stack.sidecar(stack.stack, "forms", "add", "hostile", "--origin", origin)
    with closing(psycopg2.connect(stack.facts["internal"]["database_url"])) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT key FROM forms WHERE name = 'hostile'")
        [key] = cursor.fetchone()
    for kind in PAYLOADS:
        requests.post(f"{stack.facts['api_url']}/v1/forms/{key}", json=hostile(kind, "form"), timeout=30,
                      headers={"Origin": origin}, verify=stack.facts["ca_file"])
    until(lambda: client.get(f"/v1/jobs/{job['id']}").json()["job"]["state"] == "done", 120, "the import")
    for result in results:
        client.settled(result["lead_id"])
    while client.post("/v1/duplicates/find", {}).json()["more"]:
        pass
    leads = []
    for kind in PAYLOADS:
        leads += client.get("/v1/leads", params={"q": f"@{_MARK[kind]}.example", "limit": 10}).json()["data"]
    assert len(leads) >= 2 * len(PAYLOADS)
    return [lead["id"] for lead in leads]


# What the page is: whether a payload ran or was refused, what of one became an element, what is too wide.
_STATE = """() => {
    const made = ['script', 'iframe', 'img', '[onerror]', '[onload]', '[onfocus]', '[style*=fixed]',
        'a[href^="javascript:" i]'].flatMap((what) => [...document.querySelectorAll(`#view ${what}`)]);
    return {
        hacked: Boolean(window.hacked), refused: window.refused,
        made: made.map((node) => node.outerHTML.slice(0, 200)),
        wide: Math.max(0, document.documentElement.scrollWidth - innerWidth),
    };
}"""
_WATCH = """window.refused = '';
addEventListener('securitypolicyviolation', ({ violatedDirective }) => { refused += violatedDirective; });"""


def look(page: Page, stack, address: str) -> None:
    """Open an address: only text, all of it within the width."""
    page.goto("about:blank")
    page.goto(f"{stack.facts['dashboard_url']}#/{address}")
    expect(page.locator("#view h1")).to_have_count(1)
    expect(page.locator("#view[aria-busy], .skeleton")).to_have_count(0)
    assert page.evaluate(_STATE) == {"hacked": False, "refused": "", "made": [], "wide": 0}, address


@pytest.fixture
def phone(signed_in):
    """A signed-in phone that keeps what the policy of the page refuses."""
    signed_in.set_viewport_size({"width": 360, "height": 740})
    signed_in.add_init_script(_WATCH)
    signed_in.on("dialog", lambda dialog: signed_in.complaints.append(dialog.message))
    return signed_in


def test_every_page_shows_it_as_text(phone, stack, planted):
    known = {f"leads/{lead_id}" for lead_id in planted}
    for path in registry.paths():
        addresses = [path] if ":" not in path else list(registry.of_path(path, known))
        for address in addresses if path == "leads/:id" else addresses[:8]:
            look(phone, stack, address)
            known |= registry.links(phone)


def test_the_tabs_of_refused_leads_and_their_forms_show_it_as_text(phone, stack, planted):
    for tab in ("refused", "dead", "let_go", "runs"):
        look(phone, stack, f"rejects?tab={tab}")
    look(phone, stack, "rejects")
    for place in range(3):
        phone.locator(".reject").nth(place).get_by_role("button", name="Repair").click()
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth && !window.hacked")
    clean(phone)


def test_companies_and_pairs_of_hostile_leads_show_it_as_text(phone, stack, planted):
    client = Client(stack.facts)
    companies = {client.get(f"/v1/leads/{lead_id}").json()["organization"]["id"] for lead_id in planted}
    for company in companies:
        look(phone, stack, f"companies/{company}")
    pairs = client.get("/v1/duplicates?limit=50").json()["data"]
    for pair in [each for each in pairs if "hostile-" in json.dumps(each)][:5]:
        look(phone, stack, f"duplicates?pair={pair['id']}")
    clean(phone)


def test_what_looks_like_markup_is_read_as_it_was_sent(phone, stack, planted):
    lead = next(lead for lead in planted if "script" in str(
        Client(stack.facts).get(f"/v1/leads/{lead}").json()["message"]))
    look(phone, stack, f"leads/{lead}")
    expect(phone.get_by_text("<script>window.hacked=1</script>").first).to_be_visible()
