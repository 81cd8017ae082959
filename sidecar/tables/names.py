"""What a file's name says of all people in it.

Mail services export those who unsubscribed as a file of its own, whose rows do not say so (Mailchimp:
subscribed, unsubscribed and cleaned members; SendGrid: global unsubscribes), as do lists against calls.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

from sidecar.records.text import words

# What they refuse -> as it stands in names of files, in the languages of the headers; what only sounds like
# it says nothing. (Who was "cleaned" has an address that bounced, and refused nothing.)
_SAID: Final = {
    "marketing_email": (
        "unsubscribed", "unsubscribes", "unsubscribe list", "unsubscribers", "unsub", "unsubs", "suppression",
        "suppressions", "suppression list", "opt out", "opt outs", "optout", "optouts", "opted out",
        "do not email", "do not mail", "no marketing", "no newsletter",
        "abgemeldet", "abgemeldete", "abmeldungen", "abbestellt", "abbesteller", "keine werbung",
        "désabonnés", "désabonnement", "désinscrits", "dados de baja", "dadas de baja", "bajas newsletter",
        "bajas de newsletter", "desuscritos", "descadastrados",
        "disiscritti", "uitgeschreven", "afgemeld", "wypisani", "avregistrerade", "avanmälda",
        "afmeldte", "avmeldte", "peruuttaneet", "odhlášení", "配信停止"),
    "phone": ("do not call", "dnc", "keine anrufe"),
    "any_contact": (
        "do not contact", "keine kontaktaufnahme", "ne pas contacter", "no contactar",
        "robinsonliste", "robinson liste", "robinson list", "lista robinson", "liste robinson"),
    "nothing": ("unsub link", "fire suppression", "noise suppression"),
}
_PURPOSES: Final = {tuple(words(said)): purpose for purpose, every in _SAID.items() for said in every}
_LONGEST: Final = max(map(len, _PURPOSES))
_NAMED: Final = ["robinson"]  # a list against all advertising, by itself alone: people have that name, too
_JOINING: Final = frozenset(words("and or und oder et ou y"))
# Just before it, and just behind it, what says that they are left out: "no opt-outs", "dnc scrubbed".
_WITHOUT: Final = frozenset(words(
    "not non no ex without except excluding minus nicht keine ohne sans sin senza zonder bez utan uden"))
_TAKEN_OUT: Final = frozenset(words(
    "removed scrubbed checked excluded filtered entfernt bereinigt geprüft gefiltert"))
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
# NO_unsubscribed may be of Norway, NO_DNC says no.
_NORWAY: Final = re.compile(r"(?<![^\W_])NO(?=[\W_]+\w?[a-z])")


def refusal_of(name: str, said: str | None = None) -> str | None:
    """What everybody in a file refuses: what somebody `said` ("nothing" is None), else what its name says
    ("unsubscribed_audience_export.csv"; nothing where they are left out: "without_opt-outs.csv"). Mail and
    calls are any contact."""
    if said is not None:
        return None if said == "nothing" else said
    if [word for word in words(PurePath(name).stem) if not word.isdecimal()] == _NAMED:
        return "any_contact"
    refused = _refused(name) | _refused(_NORWAY.sub(" ", name))
    return "any_contact" if len(refused) > 1 else next(iter(refused), None)


def _refused(name: str) -> set[str]:
    found = words(_CAMEL.sub(" ", name))
    refused: set[str] = set()
    place = 0
    while place < len(found):
        purposes, end = _phrases(found, place)
        if _WITHOUT.isdisjoint(found[max(place - 1, 0):place]) and _TAKEN_OUT.isdisjoint(found[end:end + 1]):
            refused |= purposes - {"nothing"}
        place = max(end, place + 1)
    return refused


def _phrases(found: list[str], place: int) -> tuple[set[str], int]:
    """What the phrases say that follow each other from this place on, and where the last one ends."""
    purposes: set[str] = set()
    end = place
    while phrase := next((tuple(found[place:place + length]) for length in range(_LONGEST, 0, -1)
                          if tuple(found[place:place + length]) in _PURPOSES), None):
        purposes.add(_PURPOSES[phrase])
        end = place + len(phrase)
        place = end + (not _JOINING.isdisjoint(found[end:end + 1]))
    return purposes, end
