"""How often fields of one person agree, learnt from pairs of which nobody says whether they match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .comparison import agree, kinds
from .frequencies import FIELDS, HOUSEMATES, MATCHES, NAMESAKES, SAME_PERSON, Frequencies
from .person import Person

_ROUNDS: Final = 8
_BELIEF: Final = 20  # weight of the prior, as a number of matches
_RATE_BELIEF: Final = 20  # records' worth
_MOST_DIFFERENT: Final = 0.2  # of one person's values; more only for e-mail and telephone
_GIVEN_ERRORS: Final = 2  # given names wrong, at most, for each family name wrong


def learn(
    frequencies: Frequencies, pairs: Sequence[tuple[Person, Person]], share: float
) -> Frequencies:
    """Return the frequencies with those of one person's values, from candidate pairs, a share of all.

    Expectation maximisation (Winkler 1988), the chances among strangers held fixed. Errors hit given
    names about as often as family names: what differs more comes from households.
    """
    agreements = [agree(left, right, frequencies) for left, right in pairs]
    size = frequencies.records + _RATE_BELIEF
    for _ in range(_ROUNDS):
        totals = {name: [_BELIEF * part for part in parts] for name, parts in SAME_PERSON.items()}
        same = house = name_only = 0.0
        for agreement in agreements:
            one, housemates, namesakes, strangers = kinds(agreement, frequencies)
            whole = one + housemates + namesakes + strangers
            weight = one / whole
            same += weight
            house += housemates / whole
            name_only += namesakes / whole
            for name, level in zip(FIELDS, agreement.levels, strict=True):
                if level:
                    totals[name][level - 1] += weight
        same_person = {
            name: _shares(parts, 1.0 if name in ("email", "phone") else _MOST_DIFFERENT)
            for name, parts in totals.items()
        }
        most = _GIVEN_ERRORS * same_person["family"][3]
        frequencies = replace(
            frequencies,
            same_person=same_person | {"given": _shares(totals["given"], most)},
            matches=(same / share + MATCHES * _RATE_BELIEF) / size,
            housemates=(house / share + HOUSEMATES * _RATE_BELIEF) / size,
            namesakes=(name_only / share + NAMESAKES * _RATE_BELIEF) / size,
        )
    return frequencies


def _shares(counts: Sequence[float], most: float) -> tuple[float, float, float, float]:
    """Return the shares of the levels, that of the last at most so great."""
    same, alias, similar, different = counts
    agreed = same + alias + similar
    last = min(most, different / (agreed + different))
    scale = (1 - last) / agreed
    return same * scale, alias * scale, similar * scale, last
