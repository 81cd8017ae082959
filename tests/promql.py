"""What a PromQL expression names: its metrics and its selectors, without asking anybody."""

from __future__ import annotations

import re

_TEXT = re.compile(r'"(?:\\.|[^"\\])*"' r"|'(?:\\.|[^'\\])*'")
_LABELS = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
_BRACED = re.compile(r"\{[^}]*\}|\[[^\]]*\]")
_WORDS = {"and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left",
          "group_right", "inf", "nan"}
_NAME = re.compile(r"(?<![\w:.])[a-zA-Z_:][\w:]*(?![\w:]*\s*\()")


def metrics(expression: str) -> set[str]:
    """The names of the metrics that it reads."""
    bare = _BRACED.sub("", _LABELS.sub("", _TEXT.sub("", expression)))
    return {name for name in _NAME.findall(bare) if name.casefold() not in _WORDS}


def selectors(expression: str) -> list[str]:
    """Its metrics with what their labels must be: `up{job="sidecar"}`."""
    texts: list[str] = []

    def kept(found: re.Match[str]) -> str:
        texts.append(found[0])
        return f"\0{len(texts) - 1}\0"

    bare = _TEXT.sub(kept, expression)
    return [re.sub("\0(\\d+)\0", lambda found: texts[int(found[1])], selector)
            for selector in re.findall(r"[a-zA-Z_:][\w:]*\s*\{[^}]*\}", bare)]
