"""What a message says, before a channel gives it its form."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from urllib.parse import quote, urlsplit

# Joiners that scripts and emoji need; all other invisible format characters (text direction
# overrides among them) can make a text read as something it is not.
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class LeadContent:
    """A message about a lead as clean one-line texts; unknown ones are empty."""

    heading: str
    name: str
    who: str
    role: str
    score: str
    grade: str
    refusal: str
    fields: tuple[tuple[str, str], ...]
    email: str
    phone: str
    reasons: tuple[str, ...]
    summary: str
    link: str
    sandbox: bool


@dataclass(frozen=True, slots=True)
class Alert:
    """An operations alert as clean texts; unknown ones are empty."""

    title: str
    detail: str
    link: str


def lead_content(message: Mapping[str, Any]) -> LeadContent:
    """The content of a message about a lead.

    It is {"link", "name", "job_title", "company", "email", "phone", "phone_said", "country", "score",
    "grade", "reasons": [texts], "source", "utm": {…}, "custom": {…}, "sandbox": bool, "summary",
    "refusal"}; phone_said is what stands in the place of a number and is none. Absent and null fields are
    left out of what is rendered, and so are answers too long to be read at a glance; any text is safe to
    pass in.
    """
    company, job_title = clean(message.get("company")), clean(message.get("job_title"))
    email, phone = clean(message.get("email")), clean(message.get("phone"))
    said = clean(message.get("phone_said"))
    name = clean(message.get("name")) or email or "Somebody"
    grade, score = clean(message.get("grade"), 20) or "new", _score(message.get("score"))
    fields = (
        ("Job title", job_title), ("Company", company), ("E-mail", email),
        ("Phone", phone or (said and f"“{said}”")),
        ("Country", clean(message.get("country"))), ("Source", clean(message.get("source"))),
        ("Campaign", _campaign(message.get("utm"))),
    )
    answers = tuple(_answers(message.get("custom"), {label for label, _ in fields}))
    return LeadContent(
        heading=f"{grade.capitalize()} lead {score}".rstrip(),
        name=name,
        who=f"{name}, {company}" if company else name,
        role=" at ".join(part for part in (job_title, company) if part),
        score=score,
        grade=grade,
        refusal=clean(message.get("refusal")),
        fields=tuple((label, value) for label, value in fields if value) + answers,
        email=email,
        phone=phone,
        reasons=tuple(text for text in map(clean, message.get("reasons") or ()) if text)[:8],
        summary=clean(message.get("summary"), 500),
        link=web_link(message.get("link")),
        sandbox=bool(message.get("sandbox")),
    )


_CAMPAIGN: Final = ("campaign", "source", "medium")
# What tools send along tells a reader nothing.
_OF_TOOLS: Final = frozenset({
    "gclid", "gbraid", "wbraid", "fbclid", "fbp", "fbc", "msclkid", "li_fat_id", "ttclid", "page_url", "page",
    "referrer", "ip", "user_agent"})
_MOST_ANSWERS: Final = 3  # Slack shows ten fields at once, seven of which are taken
_LONGEST_ANSWER: Final = 80


def _campaign(utm: object) -> str:
    """The names of a campaign that tell most, e.g. "spring · ads · cpc"."""
    told = utm if isinstance(utm, Mapping) else {}
    return " · ".join(text for name in _CAMPAIGN if (text := clean(told.get(name), 60)))


def _answers(custom: object, taken: Collection[str]) -> Iterator[tuple[str, str]]:
    """The first short answers to questions of a form's own, called otherwise than those: (question,
    answer)."""
    told = custom if isinstance(custom, Mapping) else {}
    short = ((_question(str(name)), _short(value)) for name, value in told.items()
             if str(name).casefold() not in _OF_TOOLS)
    found = ((name, text) for name, text in short if name and text and name not in taken)
    return islice(found, _MOST_ANSWERS)


def _question(name: str) -> str:
    text = clean(name.replace("_", " "), 60)
    return text[:1].upper() + text[1:]


def _short(value: object) -> str:
    """An answer in one line; nothing when it is long or nested."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple) and not any(isinstance(part, list | dict) for part in value):
        value = ", ".join(str(part) for part in value)
    text = clean(value, _LONGEST_ANSWER + 1) if isinstance(value, str | int | float) else ""
    return text if len(text) <= _LONGEST_ANSWER else ""


def alert_content(alert: Mapping[str, Any]) -> Alert:
    """The content of an operations alert, {"title", "detail", "link"}; its detail keeps its lines."""
    detail = str(alert.get("detail") or "")[:4000]
    lines = [clean(line, 1000) for line in detail.splitlines()]
    return Alert(
        title=clean(alert.get("title")) or "Something needs attention",
        detail="\n".join(lines).strip(),
        link=web_link(alert.get("link")),
    )


def clean(text: object, limit: int = 200) -> str:
    """One line of readable text, at most `limit` characters: no line break, no control or
    direction character, no half surrogate, no run of blanks."""
    if text is None:
        return ""
    readable = "".join(_readable(character) for character in str(text)[: 4 * limit])
    line = " ".join(readable.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _readable(character: str) -> str:
    if character in _JOINERS:
        return character
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp" | "Zs":
            return " "
        case "Cf":
            return ""
        case "Cs":
            return "\N{REPLACEMENT CHARACTER}"
    return character


def web_link(link: object) -> str:
    """The link if it is a plain http(s) one, safe between quotes and brackets; else nothing."""
    if not isinstance(link, str) or len(link) > 2000:
        return ""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    # Keeps what RFC 3986 allows in a URL; everything else becomes %XX.
    return quote(link.encode("utf-8", "replace"), safe="%/:?#[]@!$&()*+,;=~-._")


def mail_link(email: str) -> str:
    """mailto: of an address."""
    return f"mailto:{quote(email.encode('utf-8', 'replace'), safe='@+-._')}" if email else ""


def phone_link(phone: str) -> str:
    """tel: of a phone number; nothing when it holds no digit."""
    digits = "".join(character for character in phone if character in "+0123456789")
    return f"tel:{digits}" if digits.strip("+") else ""


def _score(score: object) -> str:
    """Whole points, rounded down: a message never shows more than there is."""
    if isinstance(score, int | float) and not isinstance(score, bool) and 0 <= score <= 100:
        return str(int(score))
    return ""
