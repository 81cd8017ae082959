"""Shares that are other than before: fields that a provider tells no more, refusals that grow.

What is unusual is measured against the bad days of the last weeks, not against their mean: other people come
on other days. A binomial bound tells what few answers may be by chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

# (how many had it, of how many).
Part = tuple[int, int]
_Chance = Callable[[int, int], float]

_DAYS: Final = 5  # that tell what is usual, each with so many at least:
_OF: Final = 20
_BAD: Final = 10  # one day of so many is a bad one
_LESS: Final = 0.7  # of the share of a bad day is more than another mixture of people
_MORE: Final = 1.5
_RARE: Final = 0.02  # a share that never was more is not looked at


class Share(NamedTuple):
    """The share of the latest hours that is the least likely, what it usually is, and the chance of it on a
    bad day (1: it is not known, or usual)."""

    now: float
    usual: float
    chance: float


def falls_short(days: Iterable[Part], hours: Sequence[Part]) -> Share | None:
    """Whether a share fell: `days` of the last weeks, then the `hours` since, the latest first. None: too few
    days tell what is usual."""
    shares = _shares(days)
    if not shares:
        return None
    return _least_likely(shares, hours, lambda had, of: at_most(had, of, shares[len(shares) // _BAD] * _LESS))


def exceeds(days: Iterable[Part], hours: Sequence[Part]) -> Share | None:
    """Whether a share grew, as `falls_short`."""
    shares = _shares(days)
    if not shares:
        return None
    bad = min(1.0, max(_RARE, shares[-1 - len(shares) // _BAD] * _MORE))
    return _least_likely(shares, hours, lambda had, of: at_most(of - had, of, 1 - bad))


def at_most(had: int, of: int, share: float) -> float:
    """The chance that at most so many have what each has with a chance of `share`. (Binomial: the terms fall
    from the last one on, so few of them count.) 1 where it is no fewer than expected."""
    if had >= of * share:
        return 1.0
    if share >= 1:
        return 0.0
    odds = math.log(share) - math.log1p(-share)
    last = (math.lgamma(of + 1) - math.lgamma(had + 1) - math.lgamma(of - had + 1)
            + had * odds + of * math.log1p(-share))
    total = term = 1.0
    for count in range(had, 0, -1):
        term *= count / ((of - count + 1) * math.exp(odds))
        total += term
        if term < 1e-12 * total:
            break
    return min(1.0, math.exp(last) * total)


def _shares(days: Iterable[Part]) -> list[float]:
    """The shares of days with enough, in order; none where there are too few such days."""
    shares = sorted(had / of for had, of in days if of >= _OF)
    return shares if len(shares) >= _DAYS else []


def _least_likely(shares: list[float], hours: Sequence[Part], chance: _Chance) -> Share:
    found = Share(shares[len(shares) // 2], shares[len(shares) // 2], 1.0)
    had = of = 0
    for now, asked in hours:
        had, of = had + now, of + asked
        if of and (likely := chance(had, of)) < found.chance:
            found = found._replace(now=had / of, chance=likely)
    if found.chance == 1.0 and of:
        return found._replace(now=had / of)
    return found
