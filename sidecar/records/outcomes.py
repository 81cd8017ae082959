"""Whether what another system calls the end of a lead says that it became a customer, or that it did not.

Stage and status names of HubSpot ("closedwon"), Salesforce ("Closed - Not Converted"), Pipedrive ("won"),
Zoho ("Closed-Lost to Competition") and Dynamics, and what tables say in English, German, French, Spanish,
Italian, Portuguese and Dutch.
"""

from __future__ import annotations

import re
from typing import Final

from .truth import truth

# As `_key` writes them.
_WON: Final = frozenset((
    "won", "closedwon", "converted", "customer", "sale", "sold", "success", "gewonnen", "kunde", "gagné",
    "client", "ganado", "ganada", "cliente", "win", "signed", "paid", "conversion", "successful",
    "konvertiert", "converti", "convertido", "convertito", "geconverteerd", "ganho", "vinto",
    "existing customer", "new customer", "purchased", "bought",
))
_LOST: Final = frozenset((
    "lost", "closedlost", "not converted", "not won", "disqualified", "unqualified", "not qualified",
    "rejected", "failed", "junk", "verloren", "perdu", "perdido", "perdida", "perso", "loss", "dead",
    "failure", "unconverted", "no sale", "not sold", "nicht konvertiert", "nicht gewonnen", "non converti",
    "lost to competition", "lost to competitor", "not interested", "no longer interested",
))
# Beside them these say nothing.
_BESIDE: Final = frozenset((
    "closed", "deal", "lead", "opportunity", "stage", "status", "abgeschlossen", "geschlossen", "fermé",
    "fermée", "cerrado", "cerrada", "chiuso", "fechado", "gesloten"))
_PART: Final = re.compile(r"[,.;:!?()/|–—]|\s-\s")


def outcome_of(said: str | None) -> bool | None:
    """True: a customer; False: not; None where it says neither. Of several parts ("Lost - price", "Closed -
    Won") the first that says something counts."""
    if not said:
        return None
    for part in (said, *_PART.split(said)):
        key = _key(part)
        if key in _WON or key in _LOST:
            return key in _WON
    return truth(said)


def _key(text: str) -> str:
    return " ".join(word for word in re.findall(r"[^\W_]+", text.casefold()) if word not in _BESIDE)
