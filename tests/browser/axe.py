"""What is shown, judged by axe-core: in both themes, on a desk and on a phone."""

from __future__ import annotations

from itertools import product

from playwright.sync_api import Page, expect

from deploy import settings
from local import browser

# What WCAG 2.2 asks for on level AA, and what axe-core holds to be good besides.
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_JUDGE = """async (rules) => (await axe.run({runOnly: rules, resultTypes: ['violations'], preload: false}))
    .violations.flatMap(({id, nodes}) => nodes.map((node) => `${id}: ${node.html.slice(0, 300)} ${
        node.any.concat(node.all).map(({message}) => message).join(' ')}`))"""
_SIZES = ({"width": 1280, "height": 800}, {"width": 360, "height": 740})


def clean(page: Page) -> None:
    """The page as it is now has no fault that axe-core finds and does not scroll sideways, light or dark, at
    1280 and 360 px. Size and theme are as before afterwards."""
    before = page.viewport_size
    theme = page.evaluate("theme.get()")
    page.emulate_media(reduced_motion="reduce")  # no colour is on its way to another
    expect(page.locator("#view[aria-busy]")).to_have_count(0)
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    faults = []
    for size, name in product(_SIZES, ("light", "dark")):
        page.set_viewport_size(size)
        page.evaluate("(name) => theme.set(name)", name)
        faults += [f"{size['width']} px, {name}: {fault}" for fault in page.evaluate(_JUDGE, _RULES)]
        if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
            faults.append(f"{size['width']} px: it scrolls sideways")
    page.evaluate("(name) => theme.set(name)", theme)
    if before:
        page.set_viewport_size(before)
    assert not faults, "\n".join(faults)


def _axe() -> str:
    return (browser.folder(settings.load()) / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
