"""What callers may do."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

SCOPES: Final = ("pipeline", "leads", "leads:read", "notify", "pii:read", "assistants", "admin")
ROLE_SCOPES: Final = {
    "admin": SCOPES,
    "operator": ("leads", "leads:read", "notify", "pii:read"),
    "viewer": ("leads:read",),
}


def may(held: Collection[str], scope: str) -> bool:
    """Whether a scope is held; `leads` includes reading them, `admin` everything."""
    return scope in held or "admin" in held or (scope == "leads:read" and "leads" in held)


# Messages name people: whoever may not see them is told nothing, and has no lead.
MAY_SEE: Final = [role for role, scopes in ROLE_SCOPES.items() if may(scopes, "pii:read")]
