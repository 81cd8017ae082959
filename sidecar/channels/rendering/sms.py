"""Text messages: two parts of the GSM alphabet at most (3GPP TS 23.038): who, how hot, and a link."""

from __future__ import annotations

import re
from typing import Any, Final

from anyascii import anyascii

from sidecar.channels.content import Message

# The characters that cost one of the 153 places of a part; those behind an escape cost two.
_ONE: Final = frozenset(
    "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà")
_TWO: Final = frozenset("^{}\\[~]|€")
_PLACES: Final = 2 * 153
_WORDS: Final = 100  # at least so many of them are for words


def render(message: Message) -> dict[str, Any]:
    """{"text"}. Where a link takes the lead it is that one; a link that leaves no room for words is left
    out."""
    take = next((button.link for button in message.actions if button.kind == "claim"), "")
    link = take or (message.opens.link if message.opens else "")
    if _places(link) > _PLACES - _WORDS:
        link = ""
    told = (message.subject, *(notice.text for notice in message.notices if notice.kind == "refusal"))
    words = "\n".join(map(_plain, told))
    return {"text": f"{_cut(words, _PLACES - _places(link) - 1)}\n{link}" if link else _cut(words, _PLACES)}


def _plain(text: str) -> str:
    """In the GSM alphabet, and with nothing that a phone makes a link of: "evil.example" is two words."""
    apart = re.sub(r"(?<=\w)(\.|://)(?=\w)", lambda found: f"{found[0]} ", text)
    return "".join(one if one in _ONE or one in _TWO else _written(one) for one in apart)


def _written(character: str) -> str:
    return "".join(one for one in anyascii(character) if one in _ONE or one in _TWO)


def _places(text: str) -> int:
    return sum(2 if one in _TWO else 1 for one in text)


def _cut(text: str, room: int) -> str:
    """As much of it as there are places for."""
    if _places(text) <= room:
        return text
    while _places(text) > room - 3:
        text = text[:-1]
    return f"{text.rstrip()}..."
