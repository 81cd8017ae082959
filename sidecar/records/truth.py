"""Truth values as people write them."""

from __future__ import annotations

from .text import fold, tidy, word_set

_YES = word_set("true yes y on 1 checked ja oui si sim tak x")
_NO = word_set("false no n off 0 unchecked nein non nao nie")


def truth(value: object) -> bool | None:
    """Return what a box or an answer says, None for what is neither yes nor no."""
    if isinstance(value, int):
        return bool(value) if value in (0, 1) else None
    word = fold(tidy(value)) if isinstance(value, str) else ""
    return True if word in _YES else False if word in _NO else None
