"""Company names: splits off the legal form, and makes one key for all spellings of a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from .filler import fillers, first_word, is_filler, phrases_of
from .legal_forms import ATTACHED, EXACT_CASE, NEVER, PREFIXES, SPELLINGS, WRITTEN_OUT
from .text import ONE_LEAD, fold, tidy, word_set, words

MAX_FORM_WORDS = 8
MAX_NAME_WORDS = 60  # a longer text is no company name

_TOKEN = re.compile("[^ ,;]+")  # of a tidy text
_DROP = str.maketrans("", "", "._,-–;'\"“”„«»")
_TAIL = re.compile(r"\s*(?:\(([^()]{0,60})\)|\[[^\]]{0,60}\])\s*$")
# What follows a legal form that stands inside: a trade name, a branch, a place of registration.
_AFTER_FORM = re.compile(
    r"(?:d\.? ?b\.? ?a|attorneys?|lawyers?|d/b/a|aka|a/k/a|fka|f/k/a|t/a|ta|trading|trustee|attn|"
    r"niederlassung|zweigniederlassung|c/o|division|div|(?:in|under|en) (?:liquida|insolven)\w+|"
    r"w likwidacji)\b|[-–—/|:(]",
    re.IGNORECASE,
)
# Forms that are no other word, so that they count wherever they stand.
_STRONG_WORDS = frozenset(("inc", "llc", "ltd", "gmbh", "llp", "pllc"))
STRONG_ENDS = _STRONG_WORDS | word_set("corp corporation limited sarl srl sro plc kft doo gbr")
_DOTTED = frozenset(("p.c.", "p.a.", "s.a.", "p.l.c."))


class Company(NamedTuple):
    """A display name taken apart: `base` is the name without its legal form (None: no form)."""

    base: str
    form: str | None


@lru_cache(maxsize=4096)
def _key(token: str) -> str:
    return fold(token).translate(_DROP)


@lru_cache(maxsize=1)
def _suffix_forms() -> tuple[dict[str, str], frozenset[str], frozenset[str]]:
    """Return {folded form: its spelling} and the words such a form can begin and end with.

    A folded form has its words joined by spaces and lone letters run together.
    """
    from cleanco.termdata import terms_by_country, terms_by_type

    forms: dict[str, str] = {}
    for group in (*terms_by_type.values(), *terms_by_country.values()):
        for term in group:
            merged = _merge(_key(word) for word in term.split())
            if merged and merged not in NEVER:
                forms[merged] = term.strip()
    for spelling, others in (*SPELLINGS.items(), *WRITTEN_OUT.items()):
        for other in (*others.split("|"), spelling):
            merged = _merge(_key(word) for word in other.split())
            if merged:
                forms[merged] = spelling
    starts = {merged.partition(" ")[0] for merged in forms}
    ends = {merged.rpartition(" ")[2] for merged in forms}
    starts |= {start[0] for start in starts}
    ends |= {end[-1] for end in ends}
    return forms, frozenset(starts), frozenset(ends)


@lru_cache(maxsize=1)
def _prefix_forms() -> dict[str, str]:
    return {
        _merge(_key(word) for word in other.split()): spelling
        for spelling, others in PREFIXES.items()
        for other in others.split("|")
    }


@lru_cache(maxsize=1)
def _written_out() -> dict[str, str]:
    """Return the forms of several words that stand in front of a name as well as behind it."""
    return {
        _merge(_key(word) for word in other.split()): spelling
        for spelling, others in WRITTEN_OUT.items()
        for other in others.split("|")
    }


def _merge(keys: Iterable[str]) -> str:
    """Join keys by spaces, lone letters without ("s a de c v" is "sa de cv")."""
    merged = ""
    lone_before = False
    for key in keys:
        if not key:
            continue
        lone = len(key) == 1 and key.isalpha()
        merged += key if not merged or (lone and lone_before) else " " + key
        lone_before = lone
    return merged


def _fits_case(merged: str, text: str, whole: str) -> bool:
    """Tell whether a form that could be a common word is written as registers write it."""
    allowed = EXACT_CASE.get(merged)
    if allowed is None or text.strip(" ,") in allowed or text.replace(" ", "") in allowed:
        return True
    return (
        merged not in ("spa", "se", "sc", "ca", "me", "da", "cv", "cc") and whole == whole.upper()
    )


@lru_cache(maxsize=ONE_LEAD)
def split_company(name: str) -> Company:
    """Tell the legal form of a company's display name.

    The form is looked for at the end (the longest that fits, then again before it: "Co., Ltd."),
    in front (PT, ООО, SARL), attached (株式会社) and, followed by a trade name or branch, inside.
    A name never consists of its form alone. "Holdings", "Group" and the like are no legal forms.
    """
    name = tidy(name)
    if len(name) > 500:
        return Company(name, None)
    if not name.isascii():
        for form in ATTACHED:
            if name.startswith(form) or name.endswith(form):
                base = (name[len(form) :] if name.startswith(form) else name[: -len(form)]).strip()
                return Company(base, form) if base else Company(name, None)
    spans = list(_TOKEN.finditer(name))
    if len(spans) > MAX_NAME_WORDS:
        return Company(name, None)
    return (
        _from_end(name, spans)
        or _before_brackets(name)
        or _from_front(name, spans)
        or _from_inside(name, spans)
        or Company(name, None)
    )


def _from_end(name: str, spans: Sequence[re.Match[str]]) -> Company | None:
    forms, first_words, last_words = _suffix_forms()
    end = len(spans)
    keys = [_key(span[0]) for span in spans]
    found: list[str] = []
    while end > 1:
        key = keys[end - 1]
        if key not in last_words:
            if any(map(str.isalnum, key)):
                break
            end -= 1  # a mark that is no word, as in "Acme GmbH -"
            continue
        for start in range(max(1, end - MAX_FORM_WORDS), end):
            if keys[start] not in first_words:
                continue
            merged = key if start == end - 1 else _merge(keys[start:end])
            form = forms.get(merged)
            if form is None:
                continue
            text = name[spans[start].start() : spans[end - 1].end()]
            if _fits_case(merged, text, name):
                break
        else:
            break
        before = name[: spans[start].start()]
        if not any(map(str.isalnum, before)) or (start == 1 and keys[0] == "the"):
            break
        found.insert(0, _spelling(form, text))
        end = start
    if not found:
        return None
    base = name[: spans[end - 1].end()].rstrip(" ,;-–&+(/")
    return Company(base, found[0] if len(found) == 1 else _combine(found)) if base else None


def _spelling(form: str, text: str) -> str:
    """Tell apart the forms that fold to the same letters: AS (Norway), a.s., A.Ş."""
    if form == "AS":
        if "Ş" in text.upper():
            return "A.Ş."
        return "a.s." if "a.s" in text.lower() else "AS"
    return form


def _combine(found: list[str]) -> str:
    joined = _merge(_key(word) for form in found for word in form.split())
    return _suffix_forms()[0].get(joined, " ".join(found))


def _before_brackets(name: str) -> Company | None:
    """Read "Acme Ltd (India)" without its brackets."""
    if not name.endswith((")", "]")):
        return None
    tail = _TAIL.search(name)
    if tail is None or not tail.start():
        return None
    name = name[: tail.start()]
    return _from_end(name, list(_TOKEN.finditer(name)))


def _from_front(name: str, spans: Sequence[re.Match[str]]) -> Company | None:
    forms, phrases = _prefix_forms(), _written_out()
    for size in range(min(MAX_FORM_WORDS, len(spans) - 1), 0, -1):
        text = name[spans[0].start() : spans[size - 1].end()]
        merged = _merge(_key(word) for word in text.split())
        form = phrases.get(merged)
        if form is None and size <= 2:
            form = forms.get(merged)
            if form != "Oy" and text not in (text.upper(), form):
                continue
        if form is not None:
            return Company(name[spans[size].start() :].strip(" \"'«»“”„,"), form)
    return None


def _from_inside(name: str, spans: Sequence[re.Match[str]]) -> Company | None:
    forms = _suffix_forms()[0]
    for i in range(1, len(spans) - 1):
        token = spans[i][0]
        if _key(token) in _STRONG_WORDS or token.lower() in _DOTTED:
            return Company(name[: spans[i - 1].end()].rstrip(" ,"), forms[_key(token)])
        if _AFTER_FORM.match(name, spans[i + 1].start()):
            found = _from_end(name[: spans[i].end()], spans[: i + 1])
            if found:
                return found
    return None


def legal_form(name: str) -> str | None:
    """Return the legal form in its usual spelling ("acme gmbh" gives "GmbH"), None without one."""
    return split_company(name).form


def company_key(name: str) -> str:
    """Return the key under which spellings of one company meet.

    Without legal form, "the", accents, case and punctuation; "&" counts as "and", "McDonald's" as
    "McDonalds". Never empty for a name that is not.
    """
    base = split_company(name).base.replace("&", " and ").replace("'", "").replace("’", "")
    found = _initials(words(base))
    if len(found) > 1 and found[0] == "the":
        found = found[1:]
    return " ".join(found) or fold(tidy(name))


def _initials(found: list[str]) -> list[str]:
    """Join single letters that follow each other: "J.P. Holloway" and "J P Holloway" are "JP Holloway"."""
    if 1 not in map(len, found):
        return found
    joined: list[str] = []
    lone_before = False
    for word in found:
        lone = len(word) == 1 and word.isalpha()
        if lone and lone_before:
            joined[-1] += word
        else:
            joined.append(word)
        lone_before = lone
    return joined


_SEVERAL = re.compile(r"[/|,;()+&]|\bor\b|\band\b|\s[-–—]\s")  # "self-employed / freelance"
_LONGEST_NO_COMPANY = 60
# "Freelance Web Designer": what somebody does, for whoever pays.
_OWN_ACCOUNT = re.compile(
    r"(?:freelancer?|self employed|independent|freie[rs]?|freiberufliche[rs]?) (?:\w+ ){0,2}?"
    r"(?:consultant|contractor|"
    r"designer(?:in)?|developer|engineer|photographer|writer|copywriter|journalist(?:in)?|artist|translator|editor|"
    r"illustrator|musician|marketer|coach|trainer(?:in)?|teacher|tutor|recruiter|advisor|professional|"
    r"berater(?:in)?|entwickler(?:in)?|ubersetzer(?:in)?|fotograf(?:in)?|autor(?:in)?|texter(?:in)?|mitarbeiter(?:in)?)"
)


@lru_cache(maxsize=1)
def _no_companies() -> tuple[frozenset[str], frozenset[str]]:
    """Return the phrases, folded, and their first words."""
    phrases = phrases_of("no_company") | {one for one in fillers() if is_filler(one, "company_name")}
    heads = {phrase.partition(" ")[0] for phrase in phrases}
    return phrases, frozenset(heads) | word_set("freie freier freies")


@lru_cache(maxsize=2048)
def is_no_company(name: str) -> bool:
    """Tell whether a text says that somebody has no company ("Self-employed", "Student", "N/A").

    Words of many languages (fillers.tsv). Such a text is nobody's employer and joins nobody.
    """
    if len(name) > _LONGEST_NO_COMPANY or not name[:1].isalpha():
        return is_filler(name, "company_name")
    phrases, heads = _no_companies()
    if first_word(name) not in heads:
        return False
    key = " ".join(words(name))
    if key in phrases:
        return True
    if len(several := [part.strip() for part in _SEVERAL.split(name) if part.strip()]) > 1:
        return all(map(is_no_company, several))
    return key[:4] in ("free", "self", "inde", "frei") and _OWN_ACCOUNT.fullmatch(key) is not None
