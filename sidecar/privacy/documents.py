"""What people read of their data: the notice of Article 14 and the report of Article 15 GDPR, in the
languages of texts/. Both are documents of one shape, of which `render` makes a page of HTML or a plain text.

The page (texts/page.html) is one file to be printed: no scripts, no pictures, nothing that is loaded. All
that strangers wrote is escaped there, and in a text it stands in one line, so that it makes no heading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined, Template

from sidecar.channels.content import clean
from sidecar.channels.phrases import Phrases
from sidecar.privacy.assessing import Assessment
from sidecar.privacy.notices import day
from sidecar.terms import label
from sidecar.terms.fields import FIELDS
from sidecar.terms.german import said
from sidecar.terms.states import GROUNDS

_TEXTS: Final = files(__package__).joinpath("texts")
_LONGEST: Final = 20_000  # characters of a value
_RIGHTS: Final = ("access", "rectification", "erasure", "restriction", "portability", "withdrawal")
_LABELS: Final = {(field.entity, field.name): field.label for field in FIELDS}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, what is said below it, then facts (label, value) and a table with its head."""

    title: str
    text: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    important: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A title, what stands below it, sections."""

    language: str
    title: str
    text: tuple[str, ...]
    sections: tuple[Section, ...]


def render(document: Document, form: str) -> str:
    """As `html` or `text`."""
    return _page().render(document=document) if form == "html" else _text(document)


@cache
def _page() -> Template:
    return Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    ).from_string(_TEXTS.joinpath("page.html").read_text("utf-8"))


def _text(document: Document) -> str:
    parts = [document.title, "=" * len(document.title), *document.text]
    for section in document.sections:
        parts += ["", section.title, "-" * len(section.title), *section.text,
                  *(f"{name}: {value}" for name, value in section.facts),
                  *(f"- {_line(section.head, row)}" for row in section.rows)]
    return "\n".join(parts) + "\n"


def _line(head: Sequence[str], row: Sequence[str]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in zip(head, row, strict=True)) if head else row[0]


class _Words:
    """The words of a language, and how it writes values."""

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self.language, self.zone, self.say = language, zone, phrases(language)

    def term(self, name: str) -> str:
        return said(label(name), self.language)

    def field(self, entity: str, name: str) -> str:
        return said(_LABELS.get((entity, name), label(name)), self.language)

    def ground(self, name: str) -> str:
        return self.say("ground", name=self.term(name), letter=GROUNDS[name])

    def value(self, value: object) -> str:
        """One line of text; moments and days as people write them."""
        if value is None or value == "":
            return "–"
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        if isinstance(value, datetime):
            return self.say.time(value, self.zone)
        if isinstance(value, date):
            return self.say.date(value)
        if isinstance(value, Mapping):
            return "; ".join(f"{clean(name)}: {self.value(each)}" for name, each in value.items()) or "–"
        if isinstance(value, list | tuple):
            return ", ".join(map(self.value, value)) or "–"
        return clean(value, _LONGEST) or "–"

    def row(self, *values: object) -> tuple[str, ...]:
        return tuple(map(self.value, values))


@cache
def phrases(language: str) -> Phrases:
    """Those of texts/<language>.json."""
    return Phrases(language, _TEXTS)


def why_kept(kept: Mapping[str, Any], language: str) -> str:
    """Until when somebody is kept and why, in a sentence: {ground, standing, retention_months,
    retention_from, retention_due_on}."""
    say = phrases(language)
    ground, standing = (said(label(kept[name]), language) for name in ("ground", "standing"))
    if kept["retention_due_on"] is None:
        return say("kept.always", ground=ground, standing=standing)
    begins = "kept.from_objection" if kept["standing"] == "objected" else "kept.from_last"
    return say("kept.until", ground=ground, standing=standing, count=kept["retention_months"],
               begins=say(begins, on=say.date(kept["retention_from"])),
               until=say.date(kept["retention_due_on"]))


def _kept(found: Assessment, language: str) -> str:
    return why_kept({"ground": found.ground, "standing": found.standing, "retention_months":
                     found.kept.months, "retention_from": found.kept.from_on,
                     "retention_due_on": found.kept.due_on}, language)


def notice(
    found: Assessment, known: Mapping[str, Any], settings: Mapping[str, Any], asked: Sequence[str],
    now: datetime, zone: ZoneInfo, language: str,
) -> Document:
    """What is to be told to somebody whose data came from others (Art. 14(1), (2)). known: the fields of the
    contact, of which the categories are told, not the values; asked: titles of providers."""
    words = _Words(language, zone)
    say = words.say
    told = [source for source in found.sources if not source.given]
    return Document(language, say("notice.title"), (
        say("notice.to", name=words.value(known.get("full_name") or known.get("email"))),
        say("notice.date", on=say.date(day(now, zone))), say("notice.intro"),
    ), (
        _objection(words),
        _controller(words, settings),
        Section(say("notice.data"), (say("notice.data.text"),), (), (), tuple(
            (words.field("contact", name),) for name, value in known.items()
            if value and name in _TOLD)),
        Section(say("sources"), (say("sources.text"),), (), *_sources(words, told)),
        _purposes(words, found),
        _recipients(words, settings, asked),
        _scoring(words),
        Section(say("kept"), (_kept(found, language),)),
        _rights(words, settings)))


# What is worked out of another field is no category of its own.
_TOLD: Final = {field.name for field in FIELDS if field.entity == "contact" and not field.unstated}


def report(
    person: Mapping[str, Any], found: Assessment, settings: Mapping[str, Any], asked: Sequence[str],
    now: datetime, zone: ZoneInfo, language: str,
) -> Document:
    """All that is known of somebody (Art. 15). person: what `services.customers.export` answers."""
    words = _Words(language, zone)
    say, contact = words.say, person["contact"]
    fields = contact["fields"]
    return Document(language, say("report.title"), (
        say("notice.to", name=words.value(fields.get("full_name") or fields.get("email"))),
        say("notice.date", on=say.date(day(now, zone))), say("report.intro"),
    ), (
        _objection(words),
        _controller(words, settings),
        Section(say("report.data"), (), (), (say("field"), say("value"), say("source"), say("since")), tuple(
            _stated(words, fields, person["sources"]))),
        Section(say("sources"), (), (), *_sources(words, found.sources)),
        _purposes(words, found),
        _recipients(words, settings, asked),
        Section(say("report.told"), (say("report.told.text"),), (), (say("when"), say("how"), say("state")),
                tuple(words.row(row["created_at"], words.term(row["channel"]), words.term(row["state"]))
                      for lead in person["leads"] for row in lead["notifications"])),
        *(_lead(words, lead) for lead in person["leads"]),
        _scoring(words),
        Section(say("report.will"), (), (), (say("what"), say("said"), say("source"), say("when")), tuple(
            words.row(words.term(row["purpose"]), say("refused" if row["refused"] else "agreed"),
                      row["source"], row["stated_at"]) for row in person["refusals"])),
        Section(say("report.events"), (), (), (say("what"), say("when"), say("source"), say("more")), tuple(
            words.row(words.term(row["type"]), row["occurred_at"], row["source"], row["properties"])
            for row in person["events"])),
        Section(say("report.assigned"), (), (), (say("when"), say("value"), say("why")), tuple(
            words.row(row.get("at"), row.get("owner"), row.get("reason")) for row in person["assignments"])),
        Section(say("report.received"), (), (), (say("when"), say("source"), say("value")), tuple(
            words.row(row["received_at"], row["source"], row["payload"]) for row in person["received"])),
        Section(say("report.answers"), (), (), (say("when"), say("source"), say("value")), (
            *(words.row(row["fetched_at"], row["provider"], row["answer"])
              for row in person["provider_answers"]),
            *(words.row(None, row["provider"], row["statements"]) for row in person["held_answers"]))),
        Section(say("report.employers"), (), (), (say("value"), say("until"), say("source")), tuple(
            words.row(row["name"] or row["domain"], row["until"], row["source"])
            for row in person["employments"])),
        Section(say("report.privacy"), (), (),
                (say("when"), say("what"), say("why"), say("source"), say("until")), tuple(
                    words.row(row["stated_at"], words.term(row["ground"] or row["kind"]), row["reason"],
                              row["sources"], row["undone_at"]) for row in person["privacy"])),
        Section(say("kept"), (_kept(found, language),)),
        _rights(words, settings)))


def _objection(words: _Words) -> Section:
    """To be brought to attention clearly, apart from all else: Art. 21(4)."""
    return Section(words.say("objection"), (words.say("objection.text"),), important=True)


def _controller(words: _Words, settings: Mapping[str, Any]) -> Section:
    return Section(words.say("controller"), (), (
        (words.say("controller.who"), words.value(settings["controller"])),
        (words.say("controller.contact"), words.value(settings["contact"]))))


def _sources(words: _Words, sources: Iterable[Any]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    return ((words.say("source"), words.say("how"), words.say("since"), words.say("ground.head")), tuple(
        words.row(source.name, words.term(source.origin), source.first_at.astimezone(words.zone).date(),
                  words.ground(source.ground)) for source in sources))


def _purposes(words: _Words, found: Assessment) -> Section:
    say = words.say
    more = (say("purposes.interest"),) if found.ground == "legitimate_interest" else ()
    return Section(say("purposes"), (say("purposes.text"), *more),
                   ((say("ground.head"), words.ground(found.ground)),))


def _recipients(words: _Words, settings: Mapping[str, Any], asked: Sequence[str]) -> Section:
    say = words.say
    return Section(say("recipients"), (say("recipients.text"),), tuple(
        (name, words.value(value)) for name, value in (
            (say("recipients.asked"), list(asked)), (say("recipients.more"), settings["recipients"]),
            (say("recipients.transfers"), settings["transfers"])) if value))


def _scoring(words: _Words) -> Section:
    return Section(words.say("scoring"), (words.say("scoring.text"),))


def _rights(words: _Words, settings: Mapping[str, Any]) -> Section:
    say, complaint = words.say, words.say("rights.complaint")
    told = tuple(say(f"rights.{name}") for name in _RIGHTS)
    if settings["authority"]:
        return Section(say("rights"), told, ((complaint, words.value(settings["authority"])),))
    return Section(say("rights"), (*told, f"{complaint}."))


def _stated(
    words: _Words, fields: Mapping[str, Any], sources: Mapping[str, Any]
) -> Iterator[tuple[str, ...]]:
    """Each value with whose word it is, then what others said of it."""
    for name, value in fields.items():
        if value in (None, "", {}, []):
            continue
        stated = sources.get(name)
        yield words.row(words.field("contact", name), value, _who(words, stated),
                        stated and stated["observed_at"])
        for other in stated["others"] if stated else ():
            yield words.row(words.field("contact", name), other["value"], _who(words, other),
                            other["observed_at"])


def _who(words: _Words, stated: Mapping[str, Any] | None) -> str | None:
    if stated is None:
        return None
    return words.say("source.lead") if stated["source"] == "lead" else str(stated["source"])


def _lead(words: _Words, lead: Mapping[str, Any]) -> Section:
    """One request or entry, with its score and the reasons of that: the logic involved, Art. 15(1)(h)."""
    say, score = words.say, lead["score"]
    facts = [(words.field("lead", name), words.value(lead[name]))
             for name in ("source", "status", "tags", "message", "utm", "custom", "external_ids", "outcome")
             if lead.get(name)]
    if score:
        facts.append((say("report.score"), say(
            "report.score.is", total=say.number(round(score["total"], 1)), grade=words.term(score["grade"]))))
    reasons = score.get("reasons", ()) if score else ()
    return Section(say("report.lead", on=say.date(day(_moment(lead["created_at"]), words.zone))), (),
                   tuple(facts), (say("report.reason"), say("report.points")) if reasons else (),
                   tuple((words.value(one["text"]), say.points(float(one["points"]))) for one in reasons))


def _moment(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at
