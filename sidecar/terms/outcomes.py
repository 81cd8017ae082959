"""What other systems call a lead that became a customer, and one that did not; in lower case.

Stage and status names of HubSpot ("closedwon"), Salesforce ("Closed Won", IsConverted), Pipedrive ("won"),
Zoho and Dynamics, and what tables say in English, German, French and Spanish.
"""

from __future__ import annotations

from typing import Final

WON: Final = (
    "won", "closed won", "closedwon", "closed-won", "closed_won", "converted", "customer", "sale", "sold",
    "yes", "true", "1", "success", "gewonnen", "kunde",
    "ja", "gagné", "client", "oui", "ganado", "cliente", "sí", "deal won", "win", "signed", "paid",
    "conversion", "successful", "konvertiert", "converti", "convertido", "convertito", "geconverteerd",
    "ganho", "vinto",
)
LOST: Final = (
    "lost", "closed lost", "closedlost", "closed-lost", "closed_lost", "not converted", "disqualified",
    "unqualified", "rejected", "no", "false", "0", "failed", "verloren", "nein", "perdu", "non", "perdido",
    "perdida", "perso", "deal lost", "loss", "dead", "failure", "unconverted", "no sale", "nicht konvertiert",
)
