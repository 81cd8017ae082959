"""How a company makes its people's addresses: learnt from those that are known, said of one that is not.

A pattern is written as Hunter writes it, of {first}, {last}, {f} and {l} (their initials), with what stands
between. What it makes is a guess: a candidate for a verifier, never an address.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from sidecar.records.email import is_role_name
from sidecar.records.text import fold

# How common each is where nothing is known of a domain: orders of size of our own, after what finders of
# addresses publish about their data (interseller.io, hunter.io). What is known soon outweighs them.
USUAL: Final[Mapping[str, float]] = {
    "{first}.{last}": 0.36, "{f}{last}": 0.22, "{first}": 0.14, "{first}{last}": 0.06, "{first}{l}": 0.04,
    "{f}.{last}": 0.04, "{first}_{last}": 0.03, "{last}": 0.02, "{last}.{first}": 0.02, "{last}{f}": 0.015,
    "{first}-{last}": 0.01, "{first}.{l}": 0.01, "{last}{first}": 0.005, "{last}_{first}": 0.005,
    "{f}_{last}": 0.005, "{f}-{last}": 0.005, "{last}.{f}": 0.005, "{f}{l}": 0.005,
}
_PRIOR: Final = 1.5  # addresses that what is usual counts as
_TOLD: Final = 6.0  # those that a finder's word for the pattern counts as
_OTHER: Final = 0.02  # share of addresses that follow no pattern of these
_LEAST: Final = 0.02  # less likely ones are no candidates
_PART = re.compile(r"\{(first|last|f|l)\}")
# German, Nordic and other letters as most mail systems write them out; else only their marks are dropped.
_WRITTEN_OUT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "ß": "ss",
                                     "æ": "ae", "œ": "oe"})
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_PARTICLES: Final = frozenset(
    "van von der den de del della di da dos das du la le ter ten zu zum zur af av al el bin ben".split())  # noqa: SIM905


class Candidate(NamedTuple):
    """An address that somebody may have, and how likely it is theirs, 0 to 1."""

    email: str
    confidence: float


class Known(NamedTuple):
    """Somebody's names and the part of their address before the @."""

    first_name: str
    last_name: str
    local: str


@lru_cache(maxsize=2048)
def _spellings(name: str, last: bool) -> tuple[tuple[str, float], ...]:
    """How a name may stand in an address: [(letters, share)], the likeliest first."""
    lowered = name.casefold().strip()
    ways: dict[str, float] = defaultdict(float)
    marks = ((lowered.translate(_WRITTEN_OUT), 0.6), (lowered, 0.4)) if not lowered.isascii() else (
        (lowered, 1.0),)
    for text, share in marks:
        words = [word for word in re.split(r"[\s'’.]+", fold(text)) if word]
        if not words:
            continue
        joined = "".join(words)
        shapes: tuple[tuple[str, float], ...] = ((joined, 1.0),)
        if len(words) == 1:
            pass
        elif last:  # "van der Berg", "García Márquez"
            own = [word for word in words if word not in _PARTICLES] or words
            single = own[0] if len(own) == len(words) else own[-1]
            shapes = ((joined, 0.45), (single, 0.35), ("-".join(words), 0.2))
        else:  # "Anna Maria": most go by the first
            shapes = ((words[0], 0.8), (joined, 0.2))
        for shape, part in shapes:
            # "Anna-Lena": with the hyphen, without it, or the first alone
            hyphened = ((shape, 0.5), (shape.replace("-", ""), 0.3), (shape.split("-")[0], 0.2))
            for way, piece in hyphened if "-" in shape else ((shape, 1.0),):
                letters = "-".join(filter(None, (_NO_LETTER.sub("", one) for one in way.split("-"))))
                if letters:
                    ways[letters] += share * part * piece
    return tuple(sorted(ways.items(), key=lambda one: -one[1]))


def _made(pattern: str, first: str, last: str) -> str | None:
    """What a pattern makes of two spellings; None when it needs what is not there."""
    parts = {"first": first, "last": last, "f": first[:1], "l": last[:1]}
    if any(not parts[name] for name in _PART.findall(pattern)):
        return None
    return _PART.sub(lambda found: parts[found[1]], pattern)


def _makes(pattern: str, first_name: str, last_name: str) -> dict[str, float]:
    """Local part -> share, of all that a pattern may make of a name."""
    made: dict[str, float] = defaultdict(float)
    for first, first_share in _spellings(first_name, False) or (("", 1.0),):
        for last, last_share in _spellings(last_name, True) or (("", 1.0),):
            local = _made(pattern, first, last)
            if local:
                made[local] += first_share * last_share
    return made


def is_pattern(text: str) -> bool:
    """Whether a text is one: parts in braces with marks between."""
    rest = _PART.sub("", text)
    return rest != text and len(text) <= 40 and re.fullmatch(r"[a-z0-9._-]*", rest) is not None


def learn(known: Iterable[Known], told: str | None = None) -> dict[str, float]:
    """Pattern -> how likely the next address follows it, from addresses of one domain.

    `told`: the pattern that a finder names. An address that several patterns make counts for each in part;
    one that none makes says that there is no pattern. Function mailboxes say nothing.
    """
    counts: dict[str, float] = defaultdict(float)
    seen = 0.0
    for first_name, last_name, address in set(known):
        local = address.casefold().partition("+")[0]
        if is_role_name(local) or not (first_name or last_name):
            continue
        fits = {pattern: usual for pattern, usual in USUAL.items()
                if local in _makes(pattern, first_name, last_name)}
        for pattern, usual in fits.items():
            counts[pattern] += usual / sum(fits.values())
        seen += 1.0
    if told and is_pattern(told):
        counts[told] += _TOLD
        seen += _TOLD
    return {
        pattern: (counts[pattern] + _PRIOR * USUAL.get(pattern, 0.0) * (1 - _OTHER)) / (seen + _PRIOR)
        for pattern in (*USUAL, *(counts.keys() - USUAL.keys()))}


def candidates(
    first_name: str | None, last_name: str | None, domain: str, known: Iterable[Known],
    told: str | None = None, most: int = 5,
) -> list[Candidate]:
    """The addresses at a domain that somebody may have, likeliest first; without those that others have."""
    if not domain or not (first_name or last_name):
        return []
    known = list(known)
    taken = {one.local.casefold() for one in known}
    likely: dict[str, float] = defaultdict(float)
    for pattern, share in learn(known, told).items():
        for local, part in _makes(pattern, first_name or "", last_name or "").items():
            likely[local] += share * part
    best = sorted(likely.items(), key=lambda one: (-one[1], one[0]))
    return [Candidate(f"{local}@{domain}", round(share, 4)) for local, share in best
            if share >= _LEAST and local not in taken and not is_role_name(local)][:most]
