"""The package nameparser, with the extra words that leads need.

The words added are our own: offices of the US Congress and councils that its list of titles lacks,
degrees in nursing, and "El" as the particle of Arabic family names ("Magda El Zarki").
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from .text import word_set

if TYPE_CHECKING:
    from nameparser import Lexicon, Parser
    from nameparser._types import ParsedName

_TITLES = word_set(
    """congressman congresswoman congressperson assemblyman assemblywoman councilman councilwoman
    councilmember alderman alderwoman selectman univ.-prof dipl.-kfm dipl.-kffr dipl.-inf dipl.-psych
    dipl.-betriebsw dipl.-volksw dipl.-oec dipl.-math dipl.-phys dipl.-chem"""
)
_OCCUPATIONS = word_set("attorney attorneys atty trustee realtor solicitor notary executor executrix")
# What follows a name: an occupation ("Jane Doe, Attorney at Law"), a company, an address.
_OCCUPATION = re.compile(rf"[\s,]+(?:{'|'.join(_OCCUPATIONS)})\.?(?:[\s-]at[\s-]law)?$", re.IGNORECASE)
_ASIDE = re.compile(
    r"\s+[-–—|/@•]\s+.*$|\s*\S+@\S+|\s+\(?(?:she|he|they)/(?:her|him|them)\b.*$|"
    r",\s*(?:head of|director|vp|vice president|manager|manager of|leiter(?:in)?|geschäftsführer(?:in)?|"
    r"(?:co-?)?founder)\b.*$|"
    r",[^,]+\s(?:gmbh|inc|llc|ltd|limited|corp|plc|sarl|b\.?v)\.?$",
    re.IGNORECASE,
)
# "Doe Mr, Jane" is meant as "Mr Doe Jane": no family name ends with a courtesy title.
_TITLE_BEHIND = re.compile(r"^(\S+) (mrs?|ms|miss|dr)\.?, (\S+)$", re.IGNORECASE)
# Given names shortened as in old registers (the package takes a word with a dot for a title).
_CONTRACTION = re.compile(
    r"^(alex|benj|chas|danl|edw|edwd|fredk|geo|jas|jno|jos|robt|saml|theo|thos|wm)\.(?= )",
    re.IGNORECASE,
)
# Two or three characters, or the commonest family names of two with a given name of two.
_HAN = re.compile(
    "[\u4e00-\u9fff]{2,3}"
    "|(?:欧阳|歐陽|司马|司馬|诸葛|諸葛|上官|夏侯|皇甫|尉迟|尉遲|公孙|公孫|慕容|令狐|司徒|宇文)[\u4e00-\u9fff]{2}"
)
_MARK_IN_FRONT = re.compile(r"^[^\w\"'(“‘„«]+ (?=\w\S* .*\w)")  # "⭐ Jane Doe"


@lru_cache(maxsize=1)
def _lexicon() -> Lexicon:
    from nameparser import Lexicon

    return Lexicon.default().add(
        titles=_TITLES,
        particles=("el",),
        particles_ambiguous=("el",),
        suffix_acronyms=("bsn", "msn", "dnp"),
    )


@lru_cache(maxsize=1)
def _parser() -> Parser:
    from nameparser import Parser

    return Parser(lexicon=_lexicon())


@lru_cache(maxsize=1)
def _chinese_parser() -> Parser:
    from nameparser import locales, parser_for

    return parser_for(locales.ZH)


@lru_cache(maxsize=1)
def special_words() -> tuple[frozenset[str], frozenset[str]]:
    """Return every word that makes the parser do more than read from left to right.

    And of them the particles that only ever begin a family name.
    """
    words = _lexicon()
    phrases = (
        words.titles
        | words.bound_given_names
        | words.conjunctions
        | words.maiden_markers
        | words.suffix_acronyms
        | words.suffix_words
        | _OCCUPATIONS
    )
    others = {word for phrase in phrases for word in phrase.split()}
    return frozenset(others | words.particles), frozenset(words.particles - others)


def is_suffix(text: str) -> bool:
    """Tell whether a text is a suffix ("Jr.", "RN", "M.D.") that is no common family name."""
    words = _lexicon()
    word = text.strip().lower().replace(".", "")
    acronyms = words.suffix_acronyms - words.suffix_acronyms_ambiguous
    return len(word) > 1 and word in words.suffix_words | acronyms


def parse_name(text: str) -> ParsedName:
    """Parse a name; text after it that is no part of a name (", Head of Sales") is left out.

    Two or three Han characters are read as a Chinese name, family name first, by the package's
    list of surnames; of longer ones, which may be Japanese, only those with a Chinese name in front.
    """
    if _HAN.fullmatch(text):
        return _chinese_parser().parse(text)
    for pattern in (_ASIDE, _OCCUPATION, _MARK_IN_FRONT):
        shorter = pattern.sub("", text)
        if " " in shorter.strip():
            text = shorter
    text = _CONTRACTION.sub(r"\1", _TITLE_BEHIND.sub(r"\2 \1 \3", text))
    return _parser().parse(text)
