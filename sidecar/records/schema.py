"""What a lead may look like: fields, types and bounds."""

from __future__ import annotations

from typing import Final

from .text import storable

# One-line texts and their greatest length in characters.
TEXTS: Final[dict[str, int]] = {
    "email": 500,
    "first_name": 500,
    "last_name": 500,
    "full_name": 500,
    "job_title": 500,
    "phone": 500,
    "linkedin_url": 2000,
    "company_name": 500,
    "company_domain": 2000,
    "country": 500,
    "region": 500,
    "city": 500,
    "industry": 500,
    "source": 500,
}
NUMBERS: Final = ("employee_count", "annual_revenue")
MESSAGE_LENGTH: Final = 10_000
MAX_TAGS: Final = 50
OBJECTS: Final = ("utm", "consent", "custom")
MAX_KEYS: Final = 50
MAX_CUSTOM_BYTES: Final = 8192
MAX_DEPTH: Final = 5
MAX_STRING: Final = 500

# Recomputed by normalisation; accepted so that a normalised lead can be sent again.
DERIVED: Final = (
    "email_canonical", "email_type", "phone_extension", "phone_country", "phone_type", "seniority",
    "department", "company_size", "revenue_range", "company_legal_form", "company_key",
    "industry_naics",
)  # fmt: skip

FIELDS: Final = (*TEXTS, *NUMBERS, "tags", "utm", "consent", "message", "custom")
KNOWN: Final = frozenset((*FIELDS, *DERIVED))
IDENTITIES: Final = ("email", "phone", "linkedin_url")
MAX_ERRORS: Final = 100


def pointer(*path: object) -> str:
    """Return a JSON pointer (RFC 6901); hostile keys are shortened and made printable."""
    parts = []
    for key in path:
        parts.append("/" + storable(key)[:100].replace("~", "~0").replace("/", "~1"))
    return "".join(parts)
