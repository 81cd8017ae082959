"""Pictures of the running stack for the documentation: `make pictures` writes docs/images/."""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from pathlib import Path
from typing import Any

import requests

from deploy import settings
from deploy.problem import Problem
from deploy.progress import say, warn
from deploy.settings import ROOT
from local import browser, samples

_IMAGES = ROOT / "docs/images"
_THEMES = ("light", "dark")

_SLACK_STYLE = """
body { margin: 0; font: 15px/1.46 Lato, 'Helvetica Neue', sans-serif; color: #1d1c1d }
main { padding: 16px 20px; width: 620px; display: flex; gap: 10px; background: #fff }
.icon { flex: none; width: 36px; height: 36px; border-radius: 6px; background: #2563eb }
h3 { margin: 4px 0 } p { margin: 4px 0 } a { color: #1264a3 }
q { border-left: 4px solid #ddd; display: block; padding-left: 10px }
q::before, q::after { content: '' }
.fields { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 6px 14px }
.fields div { overflow-wrap: anywhere }
small { color: #616061; display: block; margin: 6px 0 } small.app { display: inline }
button { background: #fff; border: 1px solid #bbb; border-radius: 5px; font: bold 13px sans-serif;
  margin: 8px 8px 0 0; padding: 7px 12px }
.primary { background: #007a5a; border: 0; color: #fff }
"""


def dashboard(context: Any, facts: dict[str, Any]) -> None:
    """The overview and the best lead, in both themes."""
    page = context.new_page()
    page.set_viewport_size({"width": 1240, "height": 860})
    page.goto(facts["dashboard_url"])
    page.fill("[name=email]", facts["login"]["email"])
    page.fill("[name=password]", facts["login"]["password"])
    page.click("button.main")
    for theme in _THEMES:
        page.emulate_media(color_scheme=theme)
        page.goto(f"{facts['dashboard_url']}#/?days=7")
        page.wait_for_selector("canvas")
        page.wait_for_timeout(500)  # the charts are drawn in the next frame
        page.screenshot(path=_IMAGES / f"dashboard-{theme}.png", full_page=True)
        page.goto(f"{facts['dashboard_url']}#/leads?sort=score")
        page.locator("tbody a").first.click()
        page.wait_for_selector(".gauge")
        page.screenshot(path=_IMAGES / f"lead-{theme}.png")
    page.close()


def canvases(context: Any, facts: dict[str, Any]) -> None:
    """Each workflow as the n8n editor shows it."""
    page = context.new_page()
    page.goto(f"{facts['n8n_url']}signin")
    page.fill("input[type=email]", facts["login"]["email"])
    page.fill("input[type=password]", facts["login"]["password"])
    page.click("button[type=submit], [data-test-id=form-submit-button]")
    page.wait_for_url(lambda url: "signin" not in url)
    for path in sorted((ROOT / "n8n/workflows").glob("*.json")):
        page.close()
        page = context.new_page()
        page.set_viewport_size({"width": 1500, "height": 900})
        page.emulate_media(color_scheme="light")
        page.goto(f"{facts['n8n_url']}workflow/{json.loads(path.read_text())['id']}")
        page.locator(".vue-flow__node").first.wait_for(state="attached")
        page.locator(".vue-flow__pane").click(position={"x": 5, "y": 300})
        page.keyboard.press("1")  # fit into the view
        page.wait_for_timeout(1500)  # the view moves there
        # n8n's own advice, which lies over the canvas.
        page.get_by_text("Production Checklist").evaluate_all(
            "found => found.forEach(text => text.parentElement.parentElement.remove())")
        page.locator(".vue-flow").screenshot(path=_IMAGES / f"workflow-{path.stem}.png")
    page.close()


def messages(context: Any, facts: dict[str, Any]) -> None:
    """A hot lead as Slack and mail programs show it."""
    page = context.new_page()
    page.set_viewport_size({"width": 700, "height": 640})
    mail, slack = _hot_lead(facts)
    for theme in _THEMES:
        page.emulate_media(color_scheme=theme)
        page.set_content(mail["html"])
        page.screenshot(path=_IMAGES / f"mail-{theme}.png", full_page=True)
    page.set_content(_slack(slack["payload"]))
    page.locator("main").screenshot(path=_IMAGES / "slack.png")
    page.close()


def _hot_lead(facts: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(mail, Slack message) about a hot lead that is sent for the picture."""
    lead = {"email": f"elena.marsh@northgate-{secrets.token_hex(2)}.example", "first_name": "Elena",
            "last_name": "Marsh", "job_title": "VP of Sales", "company_name": "Northgate Labs Inc.",
            "country": "US", "phone": "+1 202-555-0143", "source": "demo_request",
            # Told by the lead, whatever the sandbox invents about the company: hot at any time.
            "industry": "Software", "employee_count": 420, "annual_revenue": 60_000_000,
            "message": "Could somebody show us the product this week?"}
    samples.signed_in(facts).post(
        f"{facts['api_url']}/v1/leads", json=lead, timeout=30).raise_for_status()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = [[message for message in requests.get(facts[kind], timeout=10).json()
                  if "Northgate" in json.dumps(message)] for kind in ("mail_url", "slack_url")]
        if all(found):
            return found[0][-1], found[1][-1]
        time.sleep(0.5)
    raise Problem("The message about the picture's lead does not come; see make logs.")


def _slack(payload: dict[str, Any]) -> str:
    """The blocks of a message, drawn much as Slack draws them."""
    import html
    import re

    def marked(text: str) -> str:
        text = html.escape(html.unescape(text), quote=False)
        text = re.sub(r"&lt;((?:https?://|mailto:|tel:)[^|&]+)\|([^&]+)&gt;", r'<a href="\1">\2</a>', text)
        text = re.sub(r"(?m)^&gt;(.*)$", r"<q>\1</q>", text)
        return re.sub(r"\*([^*\n]+)\*", r"<b>\1</b>", text).replace("\n", "<br>")

    def block(part: dict[str, Any]) -> str:
        if part["type"] == "header":
            return f"<h3>{marked(part['text']['text'])}</h3>"
        if part["type"] == "actions":
            return "".join(f"<button class={e.get('style', '')}>{marked(e['text']['text'])}</button>"
                           for e in part["elements"])
        if part["type"] == "context":
            return f"<small>{' '.join(marked(e.get('text', '')) for e in part['elements'])}</small>"
        if part["type"] == "divider":
            return "<hr>"
        fields = "".join(f"<div>{marked(f['text'])}</div>" for f in part.get("fields", ()))
        return f"<p>{marked(part.get('text', {}).get('text', ''))}</p><div class=fields>{fields}</div>"

    blocks = "".join(block(part) for part in payload.get("blocks", ()))
    return (f"<style>{_SLACK_STYLE}</style><main><div class=icon></div><div><b>Enrichment</b> "
            f"<small class=app>APP</small>{blocks}</div></main>")


def main() -> None:
    """Take all pictures of this checkout's running stack."""
    found = settings.load(os.environ)
    facts_file = found.state / "stack.json"
    try:
        if not facts_file.exists():
            raise Problem("The stack does not run; `make run` starts it.")
        facts = json.loads(facts_file.read_text())
        _IMAGES.mkdir(parents=True, exist_ok=True)
        with browser.launched(found, Path(found.state / "tls/edge.pem")) as context:
            for take in (dashboard, messages, canvases):
                take(context, facts)
        say(f"Pictures are in {_IMAGES}.")
    except Problem as problem:
        warn(f"\n{problem}")
        sys.exit(1)


if __name__ == "__main__":
    main()
