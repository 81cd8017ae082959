"""What a message says, in its reader's language, before a channel gives it its form.

All kinds have one shape, `Message`: whoever renders it need not know the kinds, and no phrase stands in
Python (templates/). Every text in it is clean: one line of readable characters, at most so long; where
nothing is known it is empty. It is safe to pass anything in.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from sidecar.channels.phrases import Phrases, phrases
from sidecar.terms.states import MessageKind

# Joiners that scripts and emoji need; all other invisible format characters (text direction
# overrides among them) can make a text read as something it is not.
_JOINERS = "\u200c\u200d"
# Longer links are nobody's here, and would crowd out the rest of a message.
_LONGEST_LINK: Final = 500


@dataclass(frozen=True, slots=True)
class Notice:
    """What must be seen first: a "refusal", what was "handled", who is "waiting", data of the "sandbox"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known; `link` is mailto:, tel:, http(s): or empty."""

    label: str
    value: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a section: "+12.5" points of the total or the score of a lead, its text, and a note behind
    it."""

    text: str
    points: str = ""
    link: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a title: "points" (for and against), "quote" (somebody's words), "leads" (a list of them)
    or "detail" (as it stands, without a title). `left_out`: how many more there are."""

    kind: str
    title: str
    lines: tuple[Line, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Button:
    """What the reader can do: `kind` is "claim", "snooze", "not_a_fit", "wrong_person" (or whatever is added)
    or "open". `value`: opaque, comes back when it is pressed in Slack; `link`: does the same from anywhere
    else. `confirm`: what is asked before; empty: nothing."""

    kind: str
    label: str
    value: str = ""
    link: str = ""
    confirm: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of any kind.

    `subject` says it all in one line, `preheader` is what an inbox shows behind it. `heading` stands small
    over the `title` (a person, or what it is about), `subtitle` under it: their job. `score` is whole points
    of 100, `grade` hot, warm, cold or new, `rating` A1 to D4. `owner`: who has it and why. `actions` is empty
    once somebody handled it; `opens` leads to the thing itself, None where no link is known. `unsubscribe`:
    where mails are stopped, `one_click` (RFC 8058): by a mere POST.
    """

    kind: str
    language: str
    subject: str
    preheader: str
    heading: str
    title: str
    company: str = ""
    subtitle: str = ""
    score: str = ""
    grade: str = ""
    rating: str = ""
    owner: str = ""
    notices: tuple[Notice, ...] = ()
    facts: tuple[Fact, ...] = ()
    sections: tuple[Section, ...] = ()
    actions: tuple[Button, ...] = ()
    opens: Button | None = None
    unsubscribe: str = ""
    one_click: bool = False

    @property
    def handled(self) -> bool:
        """Whether somebody handled it."""
        return any(notice.kind == "handled" for notice in self.notices)


def message_content(kind: MessageKind, told: Mapping[str, Any], language: str) -> Message:
    """What a message says in a language of templates/; in English where there is no such file.

    `told` of hot_lead, reminder, escalation and handled:
    - "link", "name", "job_title", "company", "company_domain", "industry", "company_size" ("51-200"),
      "email", "phone", "phone_said" (what stands in the place of a number and is none), "country" (ISO 3166-1
      alpha-2), "source", "utm": {…}, "custom": {…}, "sandbox": bool, "summary": their words, "arrived_at":
      datetime;
    - "score": as `sidecar.scoring` answers it; of it total, grade, rating, weights and reasons are read;
    - "refused": [purposes], "asked": whether they asked themselves since;
    - "owner": {"name", "you": whether it is the reader, "reason": a sentence} or None; absent: not told;
    - "company_leads", others of the same company: {"count", "owners": [names], "link"};
    - "untouched", of a reminder and an escalation: {"minutes" of working time, "since": datetime};
    - "actions": [{"kind", "value", "link"}] as `Button` says;
    - "handled", None until somebody did something: {"kind": that of an action, or "status", "call", "mail",
      "reply" …, "by": a name, "at": datetime, "until": datetime, of a snooze}.
    Of a digest: "link", "day": datetime, and "untouched", "new_hot", "replied", "won", "lost", "cooled",
    "reassigned", each {"count": of all, "leads": the first of them, [{"name", "company", "score": points,
    "link", "at": datetime (untouched: since when), "from", "to": names, of reassigned}]}.
    Of operations: "title", "detail" (keeps its lines), "link".
    Of all: "time_zone": the reader's, an IANA name, else UTC; "unsubscribe": {"link", "one_click": bool} or
    None.

    What is absent, null or of another kind is left out, and so are answers too long to be read at a glance.
    Times have a time zone; ISO 8601 will do.
    """
    message = _KINDS[kind](kind, told, phrases(language), _zone(told.get("time_zone")))
    stop = _mapping(told.get("unsubscribe"))
    link = web_link(stop.get("link"))
    return replace(message, unsubscribe=link, one_click=bool(link and stop.get("one_click")))


# Leads

_MOST_FOR: Final = 5
_MOST_AGAINST: Final = 2


def _lead(kind: str, told: Mapping[str, Any], say: Phrases, zone: ZoneInfo) -> Message:
    company, job_title = clean(told.get("company")), clean(told.get("job_title"))
    name = clean(told.get("name")) or clean(told.get("email")) or say("somebody")
    who = say("who", name=name, company=company) if company else name
    scored = _mapping(told.get("score"))
    points, grade = _points(scored.get("total")), clean(scored.get("grade"), 20)
    graded = say.get(f"grade.{grade}") or say("grade.new")
    handled = _handled(told.get("handled"), say, zone)
    # Who gave it back says nothing of who has it now.
    settled = handled and _mapping(told.get("handled")).get("kind") != "wrong_person"
    waiting = _waiting(told, say, zone) if kind in ("reminder", "escalation") and not handled else ""
    subject = tidy(say(f"{kind}.subject", grade=graded, score=points, who=who, did=handled or graded))
    sandbox = bool(told.get("sandbox"))
    summary = clean(told.get("summary"), 500)
    reasons = _reasons(scored, say)
    notices = (
        Notice("refusal", _refusal(told, say)),
        Notice("handled", _handled_at(handled, told.get("handled"), say, zone)),
        Notice("waiting", waiting),
        Notice("sandbox", say("sandbox") if sandbox else ""),
    )
    sections = (
        Section("points", say.get(f"why.{grade}") or say("why.new"), reasons),
        Section("quote", say("words"), (Line(summary),) if summary else ()),
        Section("leads", say("company_leads"), _company_leads(told.get("company_leads"), say)),
    )
    return Message(
        kind=kind,
        language=say.language,
        subject=clean(say("sandbox.subject", subject=subject) if sandbox else subject),
        preheader=clean(waiting or (say("said", text=summary) if summary else " · ".join(
            line.text for line in reasons))),
        heading=clean(say(f"{kind}.heading", grade=graded)),
        title=name,
        company=company,
        subtitle=clean(say("role", job_title=job_title, company=company) if job_title and company
                       else job_title or company),
        score=points,
        grade=grade or "new",
        rating=clean(scored.get("rating"), 2),
        owner="" if settled or "owner" not in told else clean(_owner(told["owner"], say), 300),
        notices=tuple(notice for notice in notices if notice.text),
        facts=_facts(told, say, zone),
        sections=tuple(section for section in sections if section.lines),
        actions=() if handled else tuple(_actions(told.get("actions"), say)),
        opens=_opens(told, say("open")),
    )


def _reasons(scored: Mapping[str, Any], say: Phrases) -> tuple[Line, ...]:
    """What counts most for the lead and against it, in points of the total."""
    weights: Mapping[Any, Any] = {**_mapping(scored.get("weights")), "total": 1}
    found = [(_number(one.get("points")) * _number(weights.get(one.get("component"))), text)
             for one in map(_mapping, _list(scored.get("reasons"))) if (text := clean(one.get("text")))]
    found.sort(key=lambda one: -abs(one[0]))
    return tuple(
        Line(text, say.points(points))
        for part in ([one for one in found if one[0] >= 0.05][:_MOST_FOR],
                     [one for one in found if one[0] <= -0.05][:_MOST_AGAINST])
        for points, text in part)


def _facts(told: Mapping[str, Any], say: Phrases, zone: ZoneInfo) -> tuple[Fact, ...]:
    """Ten at most: Slack shows no more at once."""
    email, phone = clean(told.get("email")), clean(told.get("phone"))
    said, size = clean(told.get("phone_said")), clean(told.get("company_size"), 40)
    arrived = told.get("arrived_at")
    about = (clean(told.get("industry"), 80), say("size", size=size.replace("-", "–")) if size else "",
             clean(told.get("company_domain"), 100))
    facts = (
        Fact(say("fact.email"), email, mail_link(email)),
        Fact(say("fact.phone"), phone or (said and say("said", text=said)), phone_link(phone)),
        Fact(say("fact.company"), " · ".join(part for part in about if part)),
        Fact(say("fact.country"), say.country(clean(told.get("country")))),
        Fact(say("fact.source"), clean(told.get("source")).replace("_", " ")),
        Fact(say("fact.campaign"), _campaign(told.get("utm"))),
        Fact(say("fact.arrived"), _time(arrived, say, zone)),
    )
    answers = _answers(told.get("custom"), {fact.label for fact in facts}, say)
    return tuple(fact for fact in facts if fact.value) + tuple(answers)


def _owner(owner: object, say: Phrases) -> str:
    """Who has it, and why."""
    one = _mapping(owner)
    name, reason = clean(one.get("name"), 100), clean(one.get("reason"))
    if not name and not one.get("you"):
        return say("owner.none")
    key = "owner.you" if one.get("you") else "owner.other"
    return say(f"{key}.because", owner=name, reason=reason) if reason else say(key, owner=name)


def _refusal(told: Mapping[str, Any], say: Phrases) -> str:
    """What the person refuses, "Asked themselves · No marketing mail"; empty without one."""
    refused, asked = _list(told.get("refused")), bool(told.get("asked"))
    if "any_contact" in refused:
        parts = [say("refusal.any_contact.asked" if asked else "refusal.any_contact")]
    else:
        parts = [say(f"refusal.{purpose}") for purpose in ("marketing_email", "phone") if purpose in refused]
    return " · ".join([*([say("refusal.asked")] if asked else []), *parts]) if parts else ""


def _handled(handled: object, say: Phrases, zone: ZoneInfo) -> str:
    """What somebody did, "Vera Holt took it"; empty when nobody did anything."""
    if not isinstance(handled, Mapping):
        return ""
    by, kind = clean(handled.get("by"), 100) or say("did_by"), clean(handled.get("kind"), 20)
    until = _time(handled.get("until"), say, zone)
    if until and say.get(f"did_until.{kind}"):
        return say(f"did_until.{kind}", by=by, until=until)
    return say(f"did.{kind}" if say.get(f"did.{kind}") else "did.other", by=by)


def _handled_at(said: str, handled: object, say: Phrases, zone: ZoneInfo) -> str:
    at = _time(_mapping(handled).get("at"), say, zone)
    return say("did_at", did=said, at=at) if said and at else said


def _waiting(told: Mapping[str, Any], say: Phrases, zone: ZoneInfo) -> str:
    """Since when nobody did anything."""
    untouched = _mapping(told.get("untouched"))
    since, minutes = _time(untouched.get("since"), say, zone), _number(untouched.get("minutes"))
    return say("waiting", span=say.span(minutes), since=since) if since else say("waiting.unknown")


def _company_leads(others: object, say: Phrases) -> tuple[Line, ...]:
    """How many others of the company there are, and who has them."""
    one = _mapping(others)
    count = int(_number(one.get("count")))
    if count < 1:
        return ()
    owners = [name for name in (clean(owner, 60) for owner in _list(one.get("owners"))[:5]) if name]
    leads = say("company_leads.count", count=count)
    text = say("company_leads.owners", leads=leads, owners=say.together(owners)) if owners else leads
    return (Line(text, link=web_link(one.get("link"))),)


def _actions(actions: object, say: Phrases) -> Iterator[Button]:
    """Of each kind one; five at most."""
    taken: set[str] = set()
    for one in map(_mapping, _list(actions)[:5]):
        kind, value, link = clean(one.get("kind"), 60), one.get("value"), web_link(one.get("link"))
        label = say.get(f"action.{kind}") or clean(one.get("label"), 60)
        value = value if isinstance(value, str) and len(value) <= 500 and clean(value, 500) == value else ""
        if kind and kind not in taken and label and (value or link):
            taken.add(kind)
            yield Button(kind, label, value, link, say.get(f"confirm.{kind}"))


def _opens(told: Mapping[str, Any], label: str) -> Button | None:
    link = web_link(told.get("link"))
    return Button("open", label, link=link) if link else None


# Digests

_CHANGES: Final = ("new_hot", "replied", "won", "lost", "cooled", "reassigned")
_MOST_LEADS: Final = 20


def _digest(kind: str, told: Mapping[str, Any], say: Phrases, zone: ZoneInfo) -> Message:
    counts = {name: _count(told.get(name)) for name in ("untouched", *_CHANGES)}
    waits, changes = counts["untouched"], sum(counts[name] for name in _CHANGES)
    waiting = say("digest.waiting", count=waits) if waits else say("digest.nothing")
    changed = say("digest.changes", count=changes) if changes else say("digest.quiet")
    sections = (_leads(name, told.get(name), say, zone) for name in counts)
    return Message(
        kind=kind,
        language=say.language,
        subject=clean(say("digest.subject", waiting=waiting, changes=changed)),
        preheader=clean(" · ".join(
            f"{say(f'digest.{name}')}: {say.number(counts[name])}" for name in counts if counts[name])),
        heading=say("digest.heading"),
        title=waiting,
        subtitle=_time(told.get("day"), say, zone, "day"),
        sections=tuple(section for section in sections if section.lines),
        opens=_opens(told, say("open.digest")),
    )


def _count(part: object) -> int:
    leads = _list(_mapping(part).get("leads"))
    return max(int(_number(_mapping(part).get("count"))), len(leads))


def _leads(name: str, part: object, say: Phrases, zone: ZoneInfo) -> Section:
    leads = _list(_mapping(part).get("leads"))[:_MOST_LEADS]
    lines = tuple(_listed(name, _mapping(lead), say, zone) for lead in leads)
    return Section("leads", say(f"digest.{name}"), lines, _count(part) - len(lines))


def _listed(section: str, lead: Mapping[str, Any], say: Phrases, zone: ZoneInfo) -> Line:
    name, company = clean(lead.get("name"), 80) or say("somebody"), clean(lead.get("company"), 80)
    at = _time(lead.get("at"), say, zone, "time.short")
    notes = [say(f"digest.{way}", name=who) for way in ("from", "to") if (who := clean(lead.get(way), 60))]
    if at:
        notes.append(say("digest.since", at=at) if section == "untouched" else at)
    return Line(
        say("who", name=name, company=company) if company else name, _points(lead.get("score")),
        web_link(lead.get("link")), ", ".join(notes))


# Operations

_MOST_LINES: Final = 40


def _operations(kind: str, told: Mapping[str, Any], say: Phrases, zone: ZoneInfo) -> Message:
    title = clean(told.get("title")) or say("operations.title")
    detail = str(told.get("detail") or "")[:4000]
    lines = [clean(line, 500) for line in detail.splitlines()]
    found = tuple(Line(line) for line in "\n".join(lines).strip().splitlines())
    shown = found[:_MOST_LINES]
    return Message(
        kind=kind,
        language=say.language,
        subject=clean(say("operations.subject", title=title)),
        preheader=clean(" · ".join(line.text for line in shown if line.text)),
        heading=say("operations.heading"),
        title=title,
        sections=(Section("detail", "", shown, len(found) - len(shown)),) if shown else (),
        opens=_opens(told, say("open.operations")),
    )


_Kind = Callable[[str, Mapping[str, Any], Phrases, ZoneInfo], Message]
_KINDS: Final[Mapping[MessageKind, _Kind]] = MappingProxyType({
    "hot_lead": _lead, "reminder": _lead, "escalation": _lead, "handled": _lead, "digest": _digest,
    "operations": _operations,
})


def shorter(message: Message) -> Message | None:
    """The message without the last line of its longest section, its last section or its last fact, in this
    order; None when there is nothing to leave out."""
    if not message.sections:
        return replace(message, facts=message.facts[:-1]) if message.facts else None
    longest = max(reversed(message.sections), key=lambda section: len(section.lines))
    if len(longest.lines) < 2:
        return replace(message, sections=message.sections[:-1])
    less = replace(longest, lines=longest.lines[:-1], left_out=longest.left_out + 1)
    return replace(message, sections=tuple(
        less if section is longest else section for section in message.sections))


_CAMPAIGN: Final = ("campaign", "source", "medium")
# What tools send along tells a reader nothing.
_OF_TOOLS: Final = frozenset({
    "gclid", "gbraid", "wbraid", "fbclid", "fbp", "fbc", "msclkid", "li_fat_id", "ttclid", "page_url", "page",
    "referrer", "ip", "user_agent"})
_MOST_ANSWERS: Final = 3  # Slack shows ten fields at once, seven of which are taken
_LONGEST_ANSWER: Final = 80


def _campaign(utm: object) -> str:
    """The names of a campaign that tell most, e.g. "spring · ads · cpc"."""
    told = _mapping(utm)
    return " · ".join(text for name in _CAMPAIGN if (text := clean(told.get(name), 60)))


def _answers(custom: object, taken: Collection[str], say: Phrases) -> Iterator[Fact]:
    """The first short answers to questions of a form's own, called otherwise than those."""
    short = ((_question(str(name)), _short(value, say)) for name, value in _mapping(custom).items()
             if str(name).casefold() not in _OF_TOOLS)
    found = (Fact(name, text) for name, text in short if name and text and name not in taken)
    return islice(found, _MOST_ANSWERS)


def _question(name: str) -> str:
    text = clean(name.replace("_", " "), 60)
    return text[:1].upper() + text[1:]


def _short(value: object, say: Phrases) -> str:
    """An answer in one line; nothing when it is long or nested."""
    if isinstance(value, bool):
        return say("yes" if value else "no")
    if isinstance(value, list | tuple) and not any(isinstance(part, list | dict) for part in value):
        value = ", ".join(str(part) for part in value)
    text = clean(value, _LONGEST_ANSWER + 1) if isinstance(value, str | int | float) else ""
    return text if len(text) <= _LONGEST_ANSWER else ""


def clean(text: object, limit: int = 200) -> str:
    """One line of readable text, at most `limit` characters: no line break, no control or
    direction character, no half surrogate, no run of blanks."""
    if text is None:
        return ""
    readable = "".join(_readable(character) for character in str(text)[: 4 * limit])
    line = " ".join(readable.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def tidy(text: str) -> str:
    """A phrase without the traces of a place that stayed empty."""
    return " ".join(text.replace(" ()", "").replace(" :", ":").split())


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
    if not isinstance(link, str) or len(link) > _LONGEST_LINK:
        return ""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    # Keeps what RFC 3986 allows in a URL; everything else becomes %XX.
    safe = quote(link.encode("utf-8", "replace"), safe="%/:?#[]@!$&()*+,;=~-._")
    return safe if len(safe) <= _LONGEST_LINK else ""


def mail_link(email: str) -> str:
    """mailto: of an address; nothing of one that is longer than any."""
    link = f"mailto:{quote(email.encode('utf-8', 'replace'), safe='@+-._')}"
    return link if email and len(link) <= _LONGEST_LINK else ""


def phone_link(phone: str) -> str:
    """tel: of a phone number; nothing when it holds no digit."""
    digits = "".join(character for character in phone if character in "+0123456789")
    return f"tel:{digits}" if digits.strip("+") else ""


def _points(score: object) -> str:
    """Whole points, rounded down: a message never shows more than there is."""
    if isinstance(score, int | float) and not isinstance(score, bool) and 0 <= score <= 100:
        return str(int(score))
    return ""


def _number(value: object) -> float:
    """A number of a sensible size; 0 for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9:
        return value
    return 0


def _time(value: object, say: Phrases, zone: ZoneInfo, form: str = "time") -> str:
    """In the reader's zone; empty for what is no time, or has no zone."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return ""
    return say.time(at, zone, form) if isinstance(at, datetime) and at.tzinfo else ""


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(name if isinstance(name, str) else "UTC")
    except (KeyError, ValueError, OSError):  # no such file, or none that may be named
        return ZoneInfo("UTC")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
