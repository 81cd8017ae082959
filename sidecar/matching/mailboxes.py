"""Whose name a mailbox tells: anna.schmidt@, aschmidt@, schmidta@ …"""

from __future__ import annotations

from typing import Final

from sidecar.records import is_free_domain
from sidecar.records.email import is_role_name
from sidecar.records.text import words

from .agreement import nicknames, without_umlauts
from .names import Named, NameRelation, is_given_name, key_of, latin, name_relation

_A_NAME: Final = 3  # letters from which on a part of an address tells a name
_TWO_NAMES: Final = 12  # from which on one word is two names, more often than not


def mailbox_relation(email: str, name: Named) -> NameRelation:
    """Tell whether a canonical address is made of a name. Where anybody may call themselves what they like,
    and of a function's mailbox, what is like no name tells nothing."""
    local, _, domain = email.partition("@")
    local = local.partition("+")[0]
    parts = [bare for part in words(local.replace("_", ".")) if (bare := part.strip("0123456789"))]
    if not (parts and name.known) or is_role_name(local) or not all(map(str.isalpha, parts)):
        return "unknown"
    if _made_of("".join(parts), name) or (len(parts) > 1 and _made_of("".join(reversed(parts)), name)):
        return "same"
    free = is_free_domain(domain)
    if len(parts) > 1:
        if free and min(map(len, parts)) < _A_NAME and not any(map(is_given_name, parts)):
            return "unknown"
        return name_relation(Named((parts[0],), tuple(parts[1:])), name)
    given, rest = _given_name_in_front(parts[0])
    if given:
        return name_relation(Named((given,), (rest,) if rest else ()), name)
    return "unknown" if len(parts[0]) < (_TWO_NAMES if free else _A_NAME) else "other"


def _given_name_in_front(word: str) -> tuple[str, str]:
    """The longest given name that a word begins with, and the rest: anna, schmidt; of marketing none."""
    for end in range(len(word), 3, -1):
        if (end == len(word) or len(word) - end >= _A_NAME) and is_given_name(word[:end]):
            return word[:end], word[end:]
    return "", ""


def _made_of(local: str, name: Named) -> bool:
    """Whether an address is made of a name as companies make them: annaschmidt, aschmidt, schmidta, as …"""
    given = {short for word in name.given for one in (word, *nicknames(word)) for short in _spellings(one)}
    family = {short for word in (*name.family, "".join(name.family)) for short in _spellings(word)}
    return any(
        (len(spelling) >= _A_NAME and spelling in given | family)
        or any((rest := _after(spelling, first)) and any(second.startswith(rest) for second in other)
               for one, other in ((given, family), (family, given)) for first in one)
        for spelling in _spellings(local))


def _after(text: str, name: str) -> str:
    """What follows in a text after a name, or after as much of its beginning as it has."""
    end = next((end for end in range(len(name), 0, -1) if text.startswith(name[:end])), 0)
    return text[end:] if end else ""


def _spellings(word: str) -> set[str]:
    plain = latin((word,))
    return {plain, without_umlauts(plain), key_of(word)} - {""}
