"""Whose name a mailbox tells: anna.schmidt@, aschmidt@, schmidta@ …"""

from __future__ import annotations

from typing import Final

from sidecar.records import is_free_domain
from sidecar.records.email import is_role_name
from sidecar.records.text import words

from .agreement import nicknames, without_umlauts
from .names import Named, NameRelation, is_given_name, key_of, latin, may_be_given_name, name_relation

SHORTEST_GIVEN: Final = 4  # letters from which on an address is searched for a given name
_A_NAME: Final = 3  # letters from which on a part of an address tells a name
_AT_THE_END: Final = 5  # and from which on a word's end does


def mailbox_relation(email: str, name: Named) -> NameRelation:
    """Tell whether a canonical address is made of a name. Where anybody may call themselves what they like,
    one word that has no given name in it tells nothing; nor does a function's mailbox."""
    local, _, domain = email.partition("@")
    local = local.partition("+")[0]
    parts = [bare for part in words(local.replace("_", ".")) if (bare := part.strip("0123456789"))]
    if not (parts and name.known) or is_role_name(local) or not all(map(str.isalpha, parts)):
        return "unknown"
    if _made_of("".join(parts), name) or (len(parts) > 1 and _made_of("".join(reversed(parts)), name)):
        return "same"
    free = is_free_domain(domain)
    if len(parts) > 1:
        if free and min(map(len, parts)) < _A_NAME and not any(map(may_be_given_name, parts)):
            return "unknown"
        return name_relation(Named((parts[0],), tuple(parts[1:])), name)
    given, rest = _given_name_in(parts[0])
    if given:
        return name_relation(Named((given,), (rest,) if rest else ()), name)
    return "unknown" if free or len(parts[0]) < _A_NAME else "other"


def _given_name_in(word: str) -> tuple[str, str]:
    """The longest given name that a word begins with, else ends in, and the rest: anna, schmidt; of marketing
    none."""
    cuts = [cut for cut in range(len(word), SHORTEST_GIVEN - 1, -1)
            if cut == len(word) or len(word) - cut >= _A_NAME]
    for cut in cuts:
        if may_be_given_name(word[:cut]):
            return word[:cut], word[cut:]
    for cut in cuts:
        if cut >= _AT_THE_END and is_given_name(word[-cut:]):
            return word[-cut:], word[:-cut]
    return "", ""


def _made_of(local: str, name: Named) -> bool:
    """Whether an address is made of a name as companies make them: annaschmidt, aschmidt, schmidta, as …"""
    given = {short for word in (*name.given, "".join(name.given)) for one in (word, *nicknames(word))
             for short in _spellings(one)}
    family = {short for word in (*name.family, "".join(name.family)) for short in _spellings(word)}
    return any(
        (len(spelling) >= _A_NAME and spelling in given | family)
        or any(second.startswith(rest) for one, other in ((given, family), (family, given))
               for first in one for rest in _after(spelling, first) for second in other)
        for spelling in _spellings(local))


def _after(text: str, name: str) -> list[str]:
    """What may follow in a text after a name, or after some of its beginning."""
    return [text[end:] for end in range(1, min(len(name), len(text) - 1) + 1) if text[:end] == name[:end]]


def _spellings(word: str) -> set[str]:
    plain = latin((word,))
    return {plain, without_umlauts(plain), key_of(word)} - {""}
