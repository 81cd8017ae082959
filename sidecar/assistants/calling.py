"""One call of a tool: admitted, counted, read, written down, answered."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sidecar.api.endpoint import load
from sidecar.assistants.model import Tool
from sidecar.assistants.tools import TOOLS
from sidecar.assistants.wording import NOTICE, bounded, marked
from sidecar.channels.content import clean
from sidecar.engine import Engine
from sidecar.errors import EngineError, Invalid
from sidecar.services import assistants
from sidecar.services.access import Caller
from sidecar.services.assistants import Call

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Told:
    """What a client gets: texts, and the same as JSON. A refusal is one sentence, without JSON."""

    texts: tuple[str, ...]
    structured: dict[str, Any] | None = None


def call(engine: Engine, client_id: str, name: str, given: Mapping[str, Any]) -> Told:
    """Call a tool for a client. It never raises: what is wrong is told as a sentence."""
    tool = TOOLS.get(name)
    made = Call(client_id, tool.name if tool else "unknown", tuple(tool.names_of(given) if tool else ()))
    try:
        try:
            caller = assistants.admit(engine, client_id)
        except EngineError as error:
            assistants.note_refusal(engine, made, error.code)
            return _refused(error)
        told, rows, revealed, outcome = _answered(engine, caller, tool, given)
        assistants.note(engine, made, rows=rows, revealed=revealed, outcome=outcome)
        return told
    except EngineError as error:  # what cannot be written down is not answered
        return _refused(error)


def _answered(engine: Engine, caller: Caller, tool: Tool | None, given: Mapping[str, Any]
              ) -> tuple[Told, int, bool, str]:
    """(the answer, its rows, whether people are in it, how it ended)."""
    try:
        if tool is None:
            raise Invalid(f"There is no such tool; there are {', '.join(TOOLS)}.")
        asked = load(tool.takes, dict(given))
        reveal = assistants.reveals(caller, asked.pop("reveal", False))
        answer = tool.run(engine, asked, reveal)
        data = bounded(answer.data)
    except EngineError as error:
        return _refused(error), 0, False, error.code
    except Exception:
        log.exception("a tool failed")
        return Told(("Something went wrong; it is in the log of the engine.",)), 0, False, "internal_error"
    return Told(
        (answer.summary, marked(data, secrets.token_hex(4))),
        {"summary": answer.summary, "notice": NOTICE, "untrusted": data}), answer.rows, reveal, "ok"


def _refused(error: EngineError) -> Told:
    """An error as sentences: what is wrong, and of which argument."""
    wrong = (f"{problem['pointer'].strip('/').replace('/', '.')}: {problem['detail']}".removeprefix(": ")
             for problem in error.errors[:10])
    return Told((clean(" ".join([error.detail.replace("; see errors.", "."), *wrong]), 1000),))
