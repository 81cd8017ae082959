"""Texts that only say that there is nothing: "n/a", "keine Angabe", "#REF!", "(blank)", "なし", "{{city}}".

What people write into forms, and spreadsheets, data tools and CRM exports into empty cells, stands by
language in fillers.tsv, folded and without punctuation.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from itertools import product
from typing import Final

from sidecar.terms.fields import GIVEN

from .text import fold, word_set, words

# What a template leaves where it found no value: Liquid and Handlebars, Mailchimp, Marketo, Salesforce,
# ExactTarget, ERB, JavaScript; then the dummies of ad platforms' test leads.
_TEMPLATE = re.compile(
    r"\{\{.{0,80}\}\}|\*\|.{0,80}\|\*|\$\{.{0,80}\}|%%.{1,80}%%|%[A-Z_.]{3,60}%|<%.{0,80}%>|\{![\w.$]{1,80}\}|"
    r"\[\[.{0,80}\]\]|\[[\w ]{0,30}name[\w ]{0,20}\]|\[object [A-Z]\w{2,20}\]|"
    r"<test lead: dummy data for .{0,80}>|\{%.{0,80}%\}|\{\s?[a-z][\w. ]{1,60}\}|"
    r"[$:]\{?\w{0,20}name\w{0,20}\}?|<\w{0,20}name\w{0,20}>|@@\w{1,40}@@",
    re.IGNORECASE,
)
# A spreadsheet's errors in its languages.
_ERROR = re.compile(
    r"#\s?(?:n/?a|n/?v|ref|name|value|div/0|num|null|error|spill|calc|getting_data|"
    r"bezug|wert|zahl|nom|valeur|nombre|valor|cislo|hodnota|nome|rif|valore|arg|adr|verw|veldig|waarde)[!?]?",
    re.IGNORECASE,
)
_N_A = re.compile(r"[(\[<]?\s?n\s?/\s?a\.?\s?[)\]>]?", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]{2}")  # the country that they show
_ZEROS = re.compile(r"[\s0()./+-]+")
_TEMPLATE_STARTS: Final = tuple("{*$%<[:@")
_BARE_SCHEME = re.compile(r"(?:https?:/*)?(?:www\.?)?", re.IGNORECASE)  # what a box for websites begins with
_MAX_LENGTH: Final = 50
_WITHOUT_SPACES: Final = ("ja", "ko", "zh")

_NAMES: Final = frozenset(("first_name", "last_name", "full_name", "owner_name"))
_FIGURES: Final = frozenset(name for name, field in GIVEN.items() if field.kind in ("integer", "number"))
# Where a word on the list is a thing of that kind: codes of two letters (Namibia, North Dakota), the
# towns of Leer and Void, companies.
_REAL: Final = {
    "city": word_set("leer void bos tom ham x n o"),
    "region": word_set("leer"),
    "company_name": word_set("nothing void blank x n nix hic tom select"),
}


@lru_cache(maxsize=1)
def _phrases() -> dict[tuple[str, str], list[str]]:
    """Return the phrases of fillers.tsv by language and kind."""
    lines = files(__package__).joinpath("fillers.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {(language, kind): phrases.split("|") for language, kind, phrases in rows}


def phrases_of(kind: str) -> frozenset[str]:
    """Return every language's phrases of one kind, folded."""
    said = (phrases for (_, of), phrases in _phrases().items() if of == kind)
    return frozenset(" ".join(words(phrase)) for phrases in said for phrase in phrases)


@lru_cache(maxsize=1)
def fillers() -> frozenset[str]:
    """Every phrase, folded: those that stand alone, and each denial with each that is denied."""
    said = _phrases()
    found: set[str] = set()
    for (language, kind), nouns in said.items():
        if kind == "denied":
            gap = "" if language in _WITHOUT_SPACES else " "
            found.update(map(gap.join, product(said.get((language, "deny"), ()), nouns)))
            found.update(map(gap.join, product(nouns, said.get((language, "deny_behind"), ()))))
    return phrases_of("alone") | {" ".join(words(phrase)) for phrase in found}


@lru_cache(maxsize=1)
def first_words() -> frozenset[str]:
    return frozenset(phrase.partition(" ")[0] for phrase in fillers()) | frozenset("tk")


def first_word(text: str) -> str:
    """Return the first run of letters and digits, folded; empty when there is none."""
    found = _WORD.search(text)
    if found is None:
        return ""
    return found[0].lower() if found[0].isascii() else fold(found[0])


def is_template(text: str) -> bool:
    """Tell whether the text is what a template or tool left in place of a value ("{{first_name}}")."""
    text = text.strip()
    return text[:1] in _TEMPLATE_STARTS and _TEMPLATE.fullmatch(text) is not None


def is_filler(text: str, field: str = "") -> bool:
    """Tell whether a text only says that there is no value.

    `field` is the lead's field that it stands in, where that matters: of a name only signs, "n/a" and a
    spreadsheet's errors say nothing (Null, No and Na are family names; is_junk_name knows the rest), of a
    place no code of two letters does, and of a figure zero is one.
    """
    if len(text) > _MAX_LENGTH:
        return field not in _NAMES and is_template(text)
    found = _WORD.search(text)
    if found is None:
        return field != "country" or not _FLAGS.search(text)
    if field in _NAMES:
        return text[0] in "nN(<[#" and (_N_A.fullmatch(text) or _ERROR.fullmatch(text)) is not None
    word = found[0]
    if (word.lower() if word.isascii() else fold(word)) in first_words():
        key = " ".join(words(text))
        if key not in fillers() and "." in text:
            key = key.replace(" ", "")  # "T.B.D."
        if key in fillers():
            code = len(key) == 2 and field in ("country", "region")
            return not code and key not in _REAL.get(field, ()) and "@" not in text
    if text[0] in "hHwW" and _BARE_SCHEME.fullmatch(text):
        return True
    if text[0].isalpha() or text[0] in "+123456789":
        return False
    if _ZEROS.fullmatch(text):
        return field not in _FIGURES
    return (text[0] == "#" and _ERROR.fullmatch(text) is not None) or is_template(text)
