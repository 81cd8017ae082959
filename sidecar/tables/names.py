"""What a file's name says of all people in it.

Mail services export those who unsubscribed as a file of its own, whose rows do not say so (Mailchimp:
subscribed, unsubscribed and cleaned members; SendGrid: global unsubscribes), as do lists against calls.
"""

from __future__ import annotations

import re
from typing import Final

from sidecar.records.text import words

# What they refuse -> as it stands in names of files, in the languages of the headers. (Who was "cleaned" has
# an address that bounced, and refused nothing.)
_SAID: Final = {
    "marketing_email": (
        "unsubscribed", "unsubscribes", "unsubs", "suppression list", "suppressions", "opt out", "opt outs",
        "optout", "optouts", "opted out", "do not email", "do not mail", "no marketing", "no newsletter",
        "abgemeldet", "abgemeldete", "abmeldungen", "abbestellt", "abbesteller", "keine werbung",
        "désabonnés", "désabonnement", "désinscrits", "bajas", "dados de baja", "descadastrados",
        "disiscritti", "uitgeschreven", "afgemeld", "wypisani", "avregistrerade", "avanmälda",
        "afmeldte", "avmeldte", "peruuttaneet", "odhlášení", "配信停止"),
    "phone": ("do not call", "dnc", "keine anrufe"),
    "any_contact": ("do not contact", "keine kontaktaufnahme", "ne pas contacter", "no contactar"),
}
_PURPOSES: Final = {tuple(words(said)): purpose for purpose, every in _SAID.items() for said in every}
_LONGEST: Final = max(map(len, _PURPOSES))
# Before it, and behind it, what says that they are left out: "no opt-outs", "dnc scrubbed".
_WITHOUT: Final = frozenset(words(
    "not non no ex without except excluding minus nicht keine ohne sans sin senza zonder bez utan uden"))
_TAKEN_OUT: Final = frozenset(words(
    "removed scrubbed checked cleaned excluded filtered free entfernt bereinigt geprüft gefiltert"))
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def refusal_of(name: str, said: str | None = None) -> str | None:
    """What everybody in a file refuses: what somebody `said` ("nothing" is None), else what its name says
    ("unsubscribed_audience_export.csv"; nothing where they are left out: "without_opt-outs.csv")."""
    if said is not None:
        return None if said == "nothing" else said
    found = words(_CAMEL.sub(" ", name))
    for place in range(len(found)):
        for end in range(place + _LONGEST, place, -1):
            if purpose := _PURPOSES.get(tuple(found[place:end])):
                return None if _TAKEN_OUT & set(found[end:]) else purpose
        if found[place] in _WITHOUT:
            return None
    return None
