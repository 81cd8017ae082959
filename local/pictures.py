"""Pictures of the running stack for the documentation: `make pictures` writes docs/images/."""

from __future__ import annotations

import base64
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from deploy import settings
from deploy.problem import Problem
from deploy.progress import say, warn
from deploy.settings import ROOT
from local import browser
from sidecar import looks
from sidecar.channels.content import message_content
from sidecar.channels.rendering import email, slack, sms, teams
from sidecar.channels.samples import SAMPLES
from sidecar.terms.states import MESSAGE_KINDS

_IMAGES = ROOT / "docs/images"
_THEMES = ("light", "dark")

# Of these the German ones, too; and how they look in a dark mail program and on a phone.
_SHOWN_MORE = ("hot_lead", "reminder", "digest")
_FONT = "node_modules/@fontsource/noto-color-emoji/files/noto-color-emoji-emoji-400-normal.woff2"
_FRAME = """body { background: #fff; margin: 0; padding: 12px; width: max-content }
.slack { font-family: Emoji, Lato, 'Helvetica Neue', Arial, sans-serif; width: 640px }
.teams, .mail { width: 600px }
.texts { display: grid; gap: 16px 28px; grid-template-columns: 300px 300px; width: max-content }
"""


def registered() -> list[dict[str, Any]]:
    """The dashboard's pages as their registry has them: [{file, path, scope, menu?}]."""
    text = (ROOT / "nginx/html/js/pages.js").read_text()
    return list(json.loads(text[text.index("["):].rstrip().removesuffix(";")))


def addresses(page: Any, url: str) -> dict[str, str]:
    """Of each page an address that shows something: {file: "#/…"}; of one with a part to fill in, the first
    link to it on the others. One that nothing leads to is left out. `page` is signed in."""
    found: dict[str, str] = {}
    links: list[str] = []
    for entry in sorted(registered(), key=lambda entry: ":" in entry["path"]):
        if ":" in entry["path"]:
            pattern = re.compile("#/" + re.sub(r":\w+", "[^/?]+", entry["path"]) + r"(\?|$)")
            fixed = {f"#/{other['path']}" for other in registered()}
            address = next((link for link in links if pattern.match(link) and link not in fixed), None)
        else:
            address = f"#/{entry['path']}"
        if address is None:
            continue
        found[entry["file"]] = address
        shown(page, url, address)
        links += page.locator("#view a[href^='#/']").evaluate_all(
            "all => all.map(a => a.getAttribute('href'))")
    return found


def shown(page: Any, url: str, address: str) -> None:
    """Go to a page of the dashboard and wait until all that it loads is there, charts too."""
    page.goto(f"{url}{address}")
    page.wait_for_selector("#view h1:not(.visually-hidden)")
    for unfinished in (".skeleton", "#view[aria-busy]", "chart-box:not(:has(canvas))"):
        page.wait_for_selector(unfinished, state="detached")


def sign_in(page: Any, facts: dict[str, Any]) -> None:
    """Sign in as who the stack was made for."""
    page.goto(facts["dashboard_url"])
    page.fill("[name=email]", facts["login"]["email"])
    page.fill("[name=password]", facts["login"]["password"])
    page.click("button.main")
    page.wait_for_selector("#nav a")


def dashboard(context: Any, facts: dict[str, Any]) -> None:
    """Every page in both themes, as wide as a screen and as a phone: dashboard-PAGE-THEME[-phone].png."""
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.emulate_media(reduced_motion="reduce")
    sign_in(page, facts)
    for name, address in addresses(page, facts["dashboard_url"]).items():
        for theme in _THEMES:
            page.emulate_media(color_scheme=theme)
            for width, height, more in ((1280, 1000, ""), (360, 740, "-phone")):
                page.set_viewport_size({"width": width, "height": height})
                shown(page, facts["dashboard_url"], address)
                page.screenshot(path=_IMAGES / f"dashboard-{name}-{theme}{more}.png")
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


def messages(page: Any, folder: Path) -> None:
    """Every kind of message, with invented data: as Slack and Teams show it, in mail programs that are light
    or dark, with pictures off, at the width of a window and of a phone, and as text messages. `folder`: of
    the packaged browser, which has a font of emoji."""
    emoji = base64.b64encode((folder / _FONT).read_bytes()).decode()
    style = (f"@font-face {{ font-family: Emoji; src: url(data:font/woff2;base64,{emoji});"
             f" unicode-range: U+2300-27BF, U+FE0F, U+1F300-1FAFF }} {looks.STYLE}{_FRAME}")
    for kind in MESSAGE_KINDS:
        for language in ("en", "de") if kind in _SHOWN_MORE else ("en",):
            content = message_content(kind, SAMPLES[kind], language)
            name = f"messages-{kind.replace('_', '-')}-{{}}{'' if language == 'en' else '-' + language}.png"
            _piece(page, style, looks.slack_html(slack.render(content, buttons=True)), name.format("slack"))
            _piece(page, style, looks.teams_html(teams.render(content)), name.format("teams"))
            html = email.render(content)["html"]
            _mail(page, html, name.format("mail"))
            if kind in _SHOWN_MORE and language == "en":
                _mail(page, html, name.format("mail-dark"), theme="dark")
                _mail(page, html, name.format("mail-phone"), width=390)
    html = email.render(message_content("hot_lead", SAMPLES["hot_lead"], "en"))["html"]
    _mail(page, html, "messages-hot-lead-mail-phone-dark.png", theme="dark", width=390)
    page.route("**/*", lambda route: route.abort())
    _mail(page, html, "messages-hot-lead-mail-images-off.png")
    page.unroute("**/*")
    texts = "".join(
        looks.sms_html(sms.render(message_content(kind, SAMPLES[kind], language))["text"])
        for kind in MESSAGE_KINDS if kind != "handled" for language in ("en", "de"))
    _piece(page, style, f'<div class="texts">{texts}</div>', "messages-sms.png")


def _piece(page: Any, style: str, html: str, name: str) -> None:
    page.set_viewport_size({"width": 700, "height": 400})
    page.set_content(f"<!doctype html><meta charset=utf-8><style>{style}</style>{html}")
    page.evaluate("document.fonts.ready")
    page.locator("body").screenshot(path=_IMAGES / name)


def _mail(page: Any, html: str, name: str, theme: str = "light", width: int = 600) -> None:
    page.set_viewport_size({"width": width, "height": 400})
    page.emulate_media(color_scheme=theme)
    page.set_content(html)
    page.screenshot(path=_IMAGES / name, full_page=True)
    page.emulate_media(color_scheme="light")


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
            page = context.new_page()
            messages(page, browser.folder(found))
            page.close()
            dashboard(context, facts)
            canvases(context, facts)
        say(f"Pictures are in {_IMAGES}.")
    except Problem as problem:
        warn(f"\n{problem}")
        sys.exit(1)


if __name__ == "__main__":
    main()
