"""Every page that there is, seen with the sample of a working day: clean by axe-core, with one heading."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import registry
from tests.browser.axe import clean


def test_every_page_is_clean(signed_in, client, stack):
    lead = {"email": "mara@pages-brook.example", "full_name": "Mara Brook", "company_name": "Pages Brook",
            "job_title": "VP of Sales", "country": "US", "source": "demo_request", "message": "Please call."}
    results = client.post("/v1/leads", {"leads": [
        lead, lead | {"email": "mara.brook@pages-brook.example"}, {"email": "mara@", "source": "fair"},
    ]}).json()["results"]
    for result in results[:2]:
        client.settled(result["lead_id"])
    while client.post("/v1/duplicates/find", {}).json()["more"]:
        pass
    known, faults = {f"leads/{results[0]['lead_id']}", f"companies/{results[0]['organization_id']}"}, []
    for path in registry.paths():
        address = path if ":" not in path else next(registry.of_path(path, known), None)
        if address is None:  # there is none of these yet: what lists them is clean without
            continue
        signed_in.goto("about:blank")
        signed_in.goto(f"{stack.facts['dashboard_url']}#/{address}")
        expect(signed_in.locator("#view h1")).to_have_count(1)
        expect(signed_in.locator("#view[aria-busy], .skeleton")).to_have_count(0)
        known |= registry.links(signed_in)
        try:
            clean(signed_in)
        except AssertionError as fault:
            faults.append(f"{address}: {fault}")
    assert not faults, "\n".join(faults)
