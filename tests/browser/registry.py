"""The pages that the dashboard has, as their files say, and addresses at which each can be seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from deploy.settings import ROOT

_PLACE = re.compile(r"^export const at = \{ path: '([^']*)'.*\};$", re.MULTILINE)


def paths() -> list[str]:
    """The address of each page, with `:name` for what differs: those without first."""
    found = [place[1] for path in (ROOT / "nginx/html/js/pages").glob("*.js")
             if (place := _PLACE.search(path.read_text("utf-8")))]
    return sorted(found, key=lambda path: (":" in path, path))


def links(page) -> set[str]:
    """Where the page that is shown leads."""
    return {href.removeprefix("#/") for href in page.locator("#view a[href^='#/']").evaluate_all(
        "(all) => all.map((link) => link.getAttribute('href'))")}


def of_path(path: str, addresses: Iterable[str]) -> Iterator[str]:
    """Those of the addresses that are of this page, in order."""
    pattern = re.compile(re.sub(r":\w+", "[^/?]+", path))
    return (address for address in sorted(addresses) if pattern.fullmatch(address))
