"""What one address does for many recipients at a time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable

from sidecar.robots import agents
from sidecar.robots.reading import Deed

# People of one company share an address; so many of them do not open or click within the same seconds.
_SECONDS = 10.0
_PEOPLE = {"click": 4, "open": 6}


class Crowd:
    """The opens and clicks of many people, to be asked how many of them an address acted for at a time."""

    def __init__(self, deeds: Iterable[tuple[str, Deed]]) -> None:
        """(whose, deed) of everybody."""
        by: dict[tuple[str, str, str | None], list[tuple[float, str]]] = defaultdict(list)
        for whose, deed in deeds:
            if key := self._key(deed):
                by[key].append((deed.at or 0.0, whose))
        self._by = {key: sorted(told) for key, told in by.items()
                    if len({whose for _, whose in told}) >= _PEOPLE[key[0]]}

    @staticmethod
    def _key(deed: Deed) -> tuple[str, str, str | None] | None:
        if (deed.kind in _PEOPLE and deed.at is not None and deed.address
                and not agents.is_image_proxy(deed.agent)):
            return deed.kind, deed.address, deed.agent
        return None

    def has(self, deed: Deed) -> bool:
        """Whether its address and program did the same for many people within seconds."""
        key = self._key(deed)
        told = self._by.get(key) if key else None
        if not told or key is None or deed.at is None:
            return False
        first = bisect_left(told, (deed.at - _SECONDS, ""))
        near = told[first:bisect_right(told, (deed.at + _SECONDS, "\uffff"))]
        return len({whose for _, whose in near}) >= _PEOPLE[key[0]]
