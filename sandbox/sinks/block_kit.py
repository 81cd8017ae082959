"""What Slack refuses of blocks (https://docs.slack.dev/reference/block-kit/blocks)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

_TEXTS: Final = {"header": 150, "section": 3000}
_MOST_ELEMENTS: Final = {"actions": 25, "context": 10}
_OTHERS: Final = ("divider", "image", "rich_text", "input", "video", "markdown", "table")


def problems(payload: Mapping[str, Any]) -> list[str]:
    """Where its blocks are not as Slack takes them."""
    blocks = payload.get("blocks", [])
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return ["[ERROR] blocks must be a list of objects"]
    found = [f"[ERROR] {problem} [json-pointer:/blocks/{number}]"
             for number, block in enumerate(blocks) for problem in _of_block(block)]
    if len(blocks) > 50:
        found.append("[ERROR] no more than 50 items allowed [json-pointer:/blocks]")
    named = [block["block_id"] for block in blocks if "block_id" in block]
    if len(named) != len(set(named)):
        found.append("[ERROR] block_id already exists [json-pointer:/blocks]")
    return found


def _of_block(block: dict[str, Any]) -> Iterable[str]:
    kind = block.get("type")
    fields, elements = block.get("fields", []), block.get("elements", [])
    match kind:
        case "header" | "section":
            if "text" in block or kind == "header":
                yield from _of_text(block.get("text"), _TEXTS[kind], plain=kind == "header")
            elif not fields:
                yield "must have a text or fields"
            if len(fields) > 10:
                yield "no more than 10 fields allowed"
            for field in fields:
                yield from _of_text(field, 2000)
        case "actions" | "context":
            if not 1 <= len(elements) <= _MOST_ELEMENTS[kind]:
                yield f"must have 1 to {_MOST_ELEMENTS[kind]} elements"
            for element in elements:
                yield from _of_button(element) if element.get("type") == "button" else (
                    _of_text(element, 3000) if kind == "context" and element.get("type") != "image" else ())
        case _ if kind not in _OTHERS:
            yield f"unsupported type: {kind}"


def _of_button(button: dict[str, Any]) -> Iterable[str]:
    yield from _of_text(button.get("text"), 75, plain=True)
    for name, most in (("url", 3000), ("value", 2000), ("action_id", 255)):
        if not 1 <= len(str(button.get(name, "x"))) <= most:
            yield f"{name} must have 1 to {most} characters"
    if button.get("style", "primary") not in ("primary", "danger"):
        yield "style must be primary or danger"


def _of_text(text: object, most: int, *, plain: bool = False) -> Iterable[str]:
    if not isinstance(text, dict) or text.get("type") not in (("plain_text",) if plain else (
            "plain_text", "mrkdwn")):
        yield "must have a text object"
    elif not 1 <= len(str(text.get("text", ""))) <= most:
        yield f"must have 1 to {most} characters of text"
