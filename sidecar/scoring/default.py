"""The scoring model of a new installation: a B2B seller's view, meant to be adapted.

Who it looks for: decision makers of sales, marketing, operations, product, technology or finance
in companies of 50 to 5,000 people that live from software, services, trade or making things, in
Europe, North America, Australia or New Zealand, who come forward themselves.

Seniority, department, size and revenue values are People Data Labs' published vocabularies
(https://docs.peopledatalabs.com/docs/job-title-levels, …/job-title-roles, …/company-sizes,
…/inferred-revenue-ranges); industries are matched by words, since every source has its own names.
"""

from __future__ import annotations

from typing import Any

# ISO 3166-1 alpha-2: the European Union; then its neighbours, North America, Oceania.
_SERVED = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    "CH", "GB", "IS", "LI", "NO", "US", "CA", "AU", "NZ",
]


def default_model() -> dict[str, Any]:
    """The default model: a new JSON document, the caller's to change."""
    return {
        "version": "default-2",
        "thresholds": {"hot": 80, "warm": 50},
        "components": {
            "demographic": {
                "weight": 0.25, "empty": "Nothing is known of the person", "rules": _demographic(),
            },
            "firmographic": {
                "weight": 0.25, "empty": "Nothing is known of the company",
                "rules": _firmographic(),
            },
            "behavioral": {
                "weight": 0.15, "empty": "No visit or download known yet", "rules": _behavioral(),
            },
            "engagement": {
                "weight": 0.35, "empty": "Has not come forward or answered yet",
                "rules": _engagement(),
            },
            "ml": {
                "weight": 0.10, "empty": "No predictive model is trained yet: no bonus",
                "rules": [{"name": "prediction", "kind": "prediction",
                           "missing": "No predictive model is trained yet: no bonus"}],
            },
        },
    }


def _demographic() -> list[dict[str, Any]]:
    return [
        {
            "name": "seniority", "kind": "choice", "facts": ["contact.seniority"],
            "cases": [
                _case(["cxo"], 50, "C-level executive"),
                _case(["owner"], 50, "Owns the company"),
                _case(["partner"], 50, "Partner of the company"),
                _case(["vp"], 50, "Vice president"),
                _case(["director"], 45, "Director"),
                _case(["manager"], 30, "Manager: has a say, may not decide alone"),
                _case(["senior"], 15, "Senior specialist, no known budget"),
                _case(["entry"], 5, "Entry-level role"),
                _case(["training", "unpaid"], -20, "Student, trainee or unpaid role"),
            ],
            "otherwise": _other("Seniority {value} is not in the model"),
            "missing": "Seniority unknown: no job title tells it",
        },
        {
            "name": "department", "kind": "choice", "facts": ["contact.department"],
            "cases": [
                _case(
                    ["sales", "marketing", "operations", "partnerships", "sales_engineering"], 15,
                    "Works where the product is used ({value})",
                ),
                _case(
                    ["product", "engineering", "analyst", "finance", "advisory", "support"], 12,
                    "Works close to the product's use ({value})",
                ),
            ],
            "otherwise": _other("Works elsewhere ({value})", 3),
            "missing": "Department unknown: no job title tells it",
        },
        {
            "name": "email", "kind": "choice", "facts": ["contact.email_type"],
            "cases": [
                _case(["corporate"], 20, "Writes from a company address"),
                _case(["role"], 8, "Shared mailbox, nobody's own"),
                _case(["free"], 0, "Private free-mail address: the company is not proven"),
                _case(["disposable"], -40, "Throw-away e-mail address"),
            ],
            "otherwise": _other("E-mail type {value} is not in the model"),
            "missing": "No e-mail address known",
        },
        {
            "name": "phone", "kind": "known", "facts": ["contact.phone"], "points": 5,
            "text": "Can be called", "missing": "No phone number known",
        },
        {
            "name": "linkedin", "kind": "known", "facts": ["contact.linkedin_url"], "points": 5,
            "text": "LinkedIn profile known", "missing": "No LinkedIn profile known",
        },
        {
            "name": "country", "kind": "choice",
            "facts": ["contact.country", "contact.phone_country"],
            "cases": [_case(_SERVED, 5, "Lives in a served country ({value})")],
            "otherwise": _other("Lives outside the served countries ({value})"),
            "missing": "Country of the person unknown",
        },
    ]


def _firmographic() -> list[dict[str, Any]]:
    return [
        {
            "name": "company_size", "kind": "choice", "facts": ["organization.company_size"],
            "cases": [
                _case(["51-200", "201-500", "501-1000"], 40, "{value} employees: fits best"),
                _case(["1001-5000"], 36, "{value} employees: fits well"),
                _case(["5001-10000", "10001+"], 26, "{value} employees: large, slow to decide"),
                _case(["11-50"], 24, "{value} employees: small but possible"),
                _case(["1-10"], 8, "{value} employees: very small"),
            ],
            "otherwise": _other("Company size {value} is not in the model"),
            "missing": "Company size unknown",
        },
        {
            "name": "industry", "kind": "keywords", "facts": ["organization.industry"],
            "cases": [
                {
                    "words": [
                        "software", "saas", "internet", "information technology", "it services",
                        "information services", "computer", "technology", "telecommunication",
                        "wireless", "financial", "banking", "investment", "capital markets",
                        "insurance", "marketing", "advertising", "market research",
                        "management consulting", "business consulting", "professional services",
                        "outsourcing", "staffing", "recruiting", "human resources", "logistics",
                        "supply chain", "freight", "e commerce", "ecommerce", "e learning",
                        "biotechnology", "medical device",
                    ],
                    "points": 30, "text": "Industry fits best: {value}",
                },
                {
                    "words": [
                        "manufactur", "machinery", "industrial", "electronic", "electrical",
                        "semiconductor", "automotive", "aviation", "engineering", "chemical",
                        "plastics", "pharma", "packaging", "paper", "printing", "publishing",
                        "furniture", "textiles", "apparel", "building materials", "construction",
                        "real estate", "retail", "wholesale", "import and export", "warehousing",
                        "transport", "maritime", "shipbuilding", "energy", "utilities",
                        "renewable", "environmental", "mining", "hospital", "health", "medical",
                        "media", "events", "travel", "food", "consumer", "security", "consulting",
                        "accounting", "legal", "law practice",
                    ],
                    "points": 20, "text": "Industry fits: {value}",
                },
            ],
            "otherwise": _other("Industry is not one we sell to: {value}"),
            "missing": "Industry unknown",
        },
        {
            "name": "revenue", "kind": "choice", "facts": ["organization.revenue_range"],
            "cases": [
                _case(
                    ["$10M-$25M", "$25M-$50M", "$50M-$100M", "$100M-$250M", "$250M-$500M",
                     "$500M-$1B"],
                    15, "Revenue {value}: fits best",
                ),
                _case(["$1B-$10B", "$10B+"], 12, "Revenue {value}: large, slow to decide"),
                _case(["$1M-$10M"], 8, "Revenue {value}: small but possible"),
                _case(["$0-$1M"], 0, "Revenue {value}: too small"),
            ],
            "otherwise": _other("Revenue {value} is not in the model"),
            "missing": "Revenue unknown",
        },
        {
            "name": "domain", "kind": "known", "facts": ["organization.domain"], "points": 10,
            "text": "Company has its own domain", "missing": "No web domain of the company known",
        },
        {
            # A company mostly sits where its people do, as long as nobody says otherwise.
            "name": "country", "kind": "choice",
            "facts": ["organization.country", "contact.country"],
            "cases": [_case(_SERVED, 5, "Company in a served country ({value})")],
            "otherwise": _other("Company outside the served countries ({value})"),
            "missing": "Country of the company unknown",
        },
    ]


def _behavioral() -> list[dict[str, Any]]:
    # Interest shown by visits is short-lived: half of it is gone after two weeks.
    def visit(event: str, points: int, limit: int, text: str) -> dict[str, Any]:
        return _event(event, points, limit, 14, text)

    return [
        visit("page_view", 4, 24, "Viewed a page"),
        visit("pricing_view", 20, 60, "Viewed the prices"),
        visit("content_download", 25, 50, "Downloaded content"),
        visit("webinar", 30, 60, "Took part in a webinar"),
        visit("form_submit", 30, 60, "Sent a form"),
        visit("contact_request", 40, 40, "Sent the contact form"),
        visit("demo_request", 50, 50, "Sent the demo form"),
    ]


def _engagement() -> list[dict[str, Any]]:
    return [
        _event("demo_request", 100, 100, 30, "Asked for a demo"),
        _event("meeting_booked", 90, 100, 30, "Booked a meeting"),
        _event("contact_request", 70, 100, 30, "Asked to be contacted"),
        _event("email_reply", 50, 80, 30, "Replied to a message"),
        _event("form_submit", 30, 60, 30, "Left their details in a form"),
        _event("webinar", 30, 60, 30, "Signed up for a webinar"),
        _event("content_download", 15, 45, 30, "Left their details for a download"),
        _event("email_click", 12, 36, 14, "Clicked a link in a message"),
        # Mail programs open messages by themselves: an open says little.
        _event("email_open", 3, 12, 14, "Opened a message"),
        # A refusal is remembered far longer than an interest.
        _event("unsubscribe", -80, 100, 180, "Unsubscribed"),
        _event("bounce", -40, 80, 180, "Message came back undelivered"),
    ]


def _case(values: list[str], points: int, text: str) -> dict[str, Any]:
    return {"values": values, "points": points, "text": text}


def _other(text: str, points: int = 0) -> dict[str, Any]:
    return {"points": points, "text": text}


def _event(event: str, points: int, limit: int, half_life_days: int, text: str) -> dict[str, Any]:
    return {
        "name": event, "kind": "event", "event": event, "points": points, "limit": limit,
        "half_life_days": half_life_days, "text": text,
    }
