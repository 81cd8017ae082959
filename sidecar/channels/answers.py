"""What whoever pressed a button or a link is told, in their language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sidecar.channels.handling import Decision
from sidecar.channels.phrases import phrases
from sidecar.terms.states import Handling


def answer(decision: Decision, language: str, time_zone: str, now: datetime) -> str:
    """What became of it, and where it did nothing, who was quicker and when."""
    say = phrases(language)
    kind, verdict = decision.kind, decision.verdict
    special = {"done": f"press.{kind}", "same": f"press.same.{kind}", "taken": f"press.taken.{kind}",
               "closed": f"press.closed.{kind}"}.get(verdict, "")
    return say(
        special if say.get(special) else f"press.{verdict}", by=decision.by or "",
        ago=say.ago(decision.at, now) if decision.at else "",
        until=say.time(decision.until, ZoneInfo(time_zone)) if decision.until else "")


def unknown(language: str) -> str:
    """To whom nobody here knows."""
    return phrases(language)("press.unknown")


def unanswered(language: str) -> str:
    """To whom it cannot be said now whether somebody here knows them."""
    return phrases(language)("press.unanswered")


@dataclass(frozen=True, slots=True)
class Page:
    """A page behind a link of a message: lines under a title, a button that does it (empty: there is none),
    and what leads to the lead (empty: nothing does)."""

    language: str
    title: str
    lines: tuple[str, ...]
    button: str = ""
    opens: str = ""


def asked(kind: Handling, name: str, score: float | None, grade: str | None, language: str) -> Page:
    """Whether somebody wants to do what the link does. It names nobody but them: who looks may be a program
    that checks mail."""
    say, page = phrases(language), f"page.{kind}"
    lines = [say(f"{page}.about"), say("page.as", name=name)]
    if grade and score is not None:
        lines.insert(0, say("page.score", grade=say.get(f"grade.{grade}"), score=int(score)))
    return Page(language, say(page), tuple(lines), say(f"action.{kind}"), say("page.open"))


def acted(decision: Decision, language: str, time_zone: str, now: datetime, *, used: bool = False) -> Page:
    """What became of it; `used`: the link acted before."""
    say, verdict = phrases(language), decision.verdict
    words = answer(decision, language, time_zone, now)
    return Page(language, say("page.used" if used else f"page.{verdict}"),
                (words, say("page.used.about")) if used else (words,), opens=say("page.open"))


def refused(why: Literal["forged", "expired"], language: str) -> Page:
    """A link that is none, or none any more."""
    say, page = phrases(language), f"page.{why}"
    return Page(language, say(page), (say(f"{page}.about"),))


def stops(kind: str, language: str, *, done: bool) -> Page:
    """Whether somebody wants no more mails of a kind, or that they get none."""
    say = phrases(language)
    if done:
        return Page(language, say("page.stopped"), (say(f"page.stop.{kind}"), say("page.stopped.about")))
    return Page(language, say("page.stop"), (say(f"page.stop.{kind}"),), say("page.stop.button"))
