"""Texts that only say that there is nothing."""

from __future__ import annotations

from typing import Final

from .text import fold, word_set

_LONGEST: Final = 40
_WORDS: Final = word_set(
    """n/a na n.a n.a. #n/a #ref! #null! #value! null none nil undefined unknown tbd tba keine kein k.a
    k.a. xxx xx x nan void blank empty unbekannt 0 000000 0000000000"""
)
_PHRASES: Final = frozenset((
    "not provided", "not given", "not applicable", "not available", "not disclosed", "not set", "no website",
    "no phone", "keine angabe", "sin datos", "なし"))


def is_filler(text: str) -> bool:
    """Tell whether a text only says that there is nothing ("n/a", "keine", "#N/A", "-", "()")."""
    if len(text) > _LONGEST:
        return False
    folded = fold(text).strip(" ()[]<>-–—_.,;:*?!'\"/\\+")
    return not folded or folded in _WORDS or folded in _PHRASES
