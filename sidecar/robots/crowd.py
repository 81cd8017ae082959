"""What one address does for many recipients at a time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from sidecar.robots import agents
from sidecar.robots.reading import Deed

CROWD: Final = "crowd"

# People of one company share an address and a browser; so many of them do not open or click within the same
# seconds: kind -> (people, seconds to both sides). A mail to everybody is opened by several in ten seconds.
_MANY: Final = {"click": (4, 10.0), "open": (6, 4.0)}
SECONDS: Final = max(seconds for _, seconds in _MANY.values())


class Crowd:
    """The opens and clicks of many people, to be asked how many of them an address acted for at a time."""

    def __init__(self, deeds: Iterable[tuple[str, Deed]]) -> None:
        """(whose, deed) of everybody."""
        by: dict[tuple[str, str, str | None], list[tuple[float, str]]] = defaultdict(list)
        for whose, deed in deeds:
            if key := self._key(deed):
                by[key].append((deed.at or 0.0, whose))
        self._by = {key: sorted(told) for key, told in by.items()
                    if len({whose for _, whose in told}) >= _MANY[key[0]][0]}

    @classmethod
    def counts(cls, deed: Deed) -> bool:
        """Whether a deed may be one of a crowd."""
        return cls._key(deed) is not None

    @staticmethod
    def _key(deed: Deed) -> tuple[str, str, str | None] | None:
        if (deed.kind in _MANY and deed.at is not None and deed.address
                and not agents.is_image_proxy(deed.agent)):
            return deed.kind, deed.address, deed.agent
        return None

    def has(self, deed: Deed) -> bool:
        """Whether its address and program did the same for many people within seconds."""
        key = self._key(deed)
        told = self._by.get(key) if key else None
        if not told or key is None or deed.at is None:
            return False
        people, seconds = _MANY[deed.kind]
        first = bisect_left(told, (deed.at - seconds, ""))
        near = told[first:bisect_right(told, (deed.at + seconds, "\uffff"))]
        return len({whose for _, whose in near}) >= people
