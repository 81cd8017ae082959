"""Ranks and departments that headlines, languages and words in front hide."""

from __future__ import annotations

import pytest

from sidecar.records import department, seniority


@pytest.mark.parametrize(
    ("level", "titles"),
    [
        (None, "Aspiring CFO|Looking for CEO roles|Future Founder|Helping CEOs grow|Lehrstuhlinhaber"),
        ("cxo",
        "Verkställande direktör|Diretor Executivo|Toimitusjohtaja|Jednatel|Daglig leder|Genel Müdür|社長"
                "|Генеральный директор|代表取締役|대표이사|Alleinvorstand|President, Sales"),
        ("owner", "I help founders / Owner|Majitel|Ägare|Agenturinhaber|Omistaja"),
        ("vp", "EVP, General Counsel and Corporate Secretary|Vice President Sales"),
        ("director", "Vertriebsdirektor|Ředitel|Director of Finance and Company Secretary"),
        ("manager", "Project Leader|Finance Leader|Assistant Manager|Category Manager"),
        ("entry", "Secretary to the CFO|President's Office Coordinator|Client Relations Co-ordinator"
                  "|Junior Project Manager|Assistant Category Manager"),
    ],
)  # fmt: skip
def test_ranks(level: str | None, titles: str) -> None:
    for title in titles.split("|"):
        assert seniority(title) == level, title


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        ("fulfillment",
        "Strategic Buyer|Head of Strategic Purchasing|Category Manager|Coördinator Logistiek"),
        ("marketing", "Head of Digital Marketing|Mediaplaner"), ("human_resources",
        "IT Recruiter|Personalentwickler"),
        ("sales",
        "Account Director|Accountmanager|Bid Manager|Strategic Account Manager|Technical Sales Manager"),
        ("support", "Technical Support Specialist|After Sales Manager|Kundendienstleiter|Serviceberater"),
        ("engineering",
        "Design Engineer|Head of Digital|Technical Director|Softwareentwickler|Robotertechniker"),
        ("product", "Produktentwicklung|Digital Product Manager"), ("analyst", "Digital Analytics Director"),
    ],
)  # fmt: skip
def test_departments(role: str, titles: str) -> None:
    for title in titles.split("|"):
        assert department(title) == role, title
