"""Invented people and companies: the same question always gets the same answer."""

from __future__ import annotations

import zlib
from typing import Any

INDUSTRIES = ["computer software", "information technology and services", "machinery",
              "financial services", "logistics and supply chain", "hospital & health care",
              "retail", "telecommunications"]
SIZES = [(8, "1-10"), (34, "11-50"), (140, "51-200"), (420, "201-500"), (860, "501-1000"),
         (3200, "1001-5000")]
CITIES = [("Portland", "Oregon", "US", "united states"), ("Austin", "Texas", "US", "united states"),
          ("Hamburg", "Hamburg", "DE", "germany"), ("Lyon", "Auvergne-Rhone-Alpes", "FR", "france"),
          ("Leeds", "England", "GB", "united kingdom"), ("Toronto", "Ontario", "CA", "canada")]
TITLES = [("Head of Operations", "director", "operations"), ("VP of Sales", "vp", "sales"),
          ("Marketing Manager", "manager", "marketing"), ("Software Engineer", "senior", "engineering"),
          ("Chief Technology Officer", "cxo", "engineering"), ("Buyer", "entry", "operations")]
# Numbers that are kept free for films and books (Ofcom, NANPA).
PHONES = ["+447700900", "+12015550"]


def seed(text: str) -> int:
    """A number that belongs to a text."""
    return zlib.crc32(text.encode())


def company(domain: str) -> dict[str, Any]:
    """An invented company for a domain."""
    number = seed(domain)
    count, band = SIZES[number % len(SIZES)]
    city, region, code, country = CITIES[(number >> 4) % len(CITIES)]
    name = domain.split(".")[0].replace("-", " ").title()
    return {"domain": domain, "name": name, "industry": INDUSTRIES[(number >> 8) % len(INDUSTRIES)],
            "count": count, "band": band, "city": city, "region": region, "code": code,
            "country": country, "founded": 1975 + number % 45, "revenue": count * 180_000,
            "slug": domain.split(".")[0]}


def person(email: str) -> dict[str, Any]:
    """An invented person for a mail address, named as the address says."""
    local, _, domain = email.partition("@")
    words = [word for word in local.replace("_", ".").replace("-", ".").split(".") if word]
    first, last = ([*words, "Sample", "Person"])[0], ([*words[1:], "Sample"])[0]
    number = seed(email)
    title, level, role = TITLES[number % len(TITLES)]
    city, region, code, country = CITIES[(number >> 4) % len(CITIES)]
    phone = f"{PHONES[number % 2]}{(number >> 6) % 1000 if number % 2 == 0 else 100 + (number >> 6) % 100:03}"
    return {"first": first.title(), "last": last.title(), "email": email, "title": title,
            "level": level, "role": role, "city": city, "region": region, "code": code,
            "country": country, "slug": f"{first}-{last}-{number % 10_000}".lower(), "domain": domain,
            "phone": phone}


def mailbox(email: str, behaviour: str) -> str:
    """What a verifier says of an address: valid, invalid, catch_all or unknown."""
    if behaviour in ("catchall", "invalid", "missing"):
        return {"catchall": "catch_all", "missing": "unknown"}.get(behaviour, behaviour)
    return {0: "invalid", 1: "catch_all", 2: "unknown"}.get(seed("mailbox" + email) % 12, "valid")
