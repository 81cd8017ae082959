"""If-Match and ETag: an edit names the version that it changes, so that none overwrites another unnoticed."""

from __future__ import annotations

import re

from flask import request

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def if_match() -> frozenset[str] | None:
    """The versions of which one must be the present one; None: any (no header, or `*`).

    Weak tags count as strong ones: proxies that compress make them weak. A bare number is taken too.
    """
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    return frozenset(_TAG.findall(header) or [header])
