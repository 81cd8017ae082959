"""Home pages and imprints of invented companies."""

from __future__ import annotations

import html
import json

from sandbox import people
from sandbox.twin import Reply, Twin, plain

HTML = "text/html"


def answer(operation: str, subject: str, behaviour: str, times: int) -> Reply:
    """The answer to one call."""
    refusals: dict[str, Reply] = {
        "missing": (404, "<title>404 not found</title>", HTML, {}),
        "throttle": plain("Too many requests", 429, {"Retry-After": "30"}),
        "quota": plain("Too many requests", 429), "refuse": plain("Forbidden", 403),
        "unauthorized": plain("Forbidden", 403), "down": plain("Bad Gateway", 502),
        "garbled": (200, "<!doctype html><title>Just a mom", HTML, {}),
    }
    if behaviour in refusals:
        return refusals[behaviour]
    c = people.company(subject)
    name = html.escape(c["name"])
    headers = {"Content-Location": f"https://{subject}/"}
    if operation == "imprint":
        if people.seed("imprint" + subject) % 10 >= 3:
            return refusals["missing"]
        return 200, (f"<!doctype html><title>Impressum</title><p>{name} GmbH<br>Musterweg 1<br>"
                     f"20095 Hamburg<p>USt-IdNr.: DE 123 456 789"), HTML, headers
    if people.seed("page" + subject) % 10 >= 7:
        return 200, "<!doctype html><title>Coming soon</title>", HTML, headers
    markup = {"@context": "https://schema.org", "@type": "Organization", "name": c["name"],
              "description": f"{c['name']} is an invented company.", "foundingDate": str(c["founded"]),
              "address": {"@type": "PostalAddress", "addressCountry": c["code"],
                          "addressRegion": c["region"], "addressLocality": c["city"]},
              "sameAs": [f"https://www.linkedin.com/company/{c['slug']}"]}
    told = "" if behaviour == "nulls" else (
        f'<script type="application/ld+json">{json.dumps(markup)}</script>')
    return 200, (f'<!doctype html><html lang="en"><title>Widgets for all | {name}</title>'
                 f'<meta property="og:site_name" content="{name}">{told}'
                 f'<script src="https://js.hs-scripts.com/1.js"></script><h1>{name}</h1>'), HTML, headers


TWIN = Twin("home_page", {"/": "page", "/impressum": "imprint"}, answer)
