"""Who is told: somebody where they want it, else the rooms and lists that are told of everything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sidecar.terms.states import MessageKind


@dataclass(frozen=True, slots=True)
class Place:
    """A recipient of a channel, and the user whose it is; None: a room or a list."""

    channel: str
    recipient: str
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """Where somebody wants to be told of what."""

    channel: str
    address: str
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Person:
    """A user with their wishes; `left`: they are told nothing any more."""

    id: str
    wishes: tuple[Wish, ...] = ()
    left: bool = False


def recipients(
    kind: MessageKind, person: Person | None, general: Iterable[Place],
    reaches: Callable[[str, str], bool], *, both: bool = False,
) -> list[Place]:
    """Who is told of a thing of this kind that is somebody's, each place once, theirs first.

    Whom nothing reaches, because they want it nowhere, left, or their channel is not set up any more, leaves
    it to the general places, so that nobody's choice makes it unheard; these are told beside them if `both`.
    `reaches` (channel, recipient): whether a channel is set up and knows such a recipient.
    """
    own = [
        Place(wish.channel, wish.address, person.id) for wish in person.wishes
        if kind in wish.kinds and reaches(wish.channel, wish.address)
    ] if person and not person.left else []
    told: dict[tuple[str, str], Place] = {}
    for place in (*own, *(general if both or not own else ())):
        told.setdefault((place.channel, place.recipient), place)
    return list(told.values())
