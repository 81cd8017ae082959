"""Messages of every kind with sample data, as people would see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sidecar import looks
from sidecar.channels.model import Channel
from sidecar.channels.phrases import LANGUAGES
from sidecar.channels.samples import SAMPLES
from sidecar.terms.states import MESSAGE_KINDS, MessageKind


def preview(channel: Channel, kind: MessageKind, language: str) -> dict[str, Any]:
    """{"kind", "channel", "language", "rendered": what the channel would send, "html": a page that shows it}.
    """
    rendered = channel.render(kind, SAMPLES[kind], language)
    title = f"{kind} · {channel.name} · {language}"
    return {"kind": kind, "channel": channel.name, "language": language, "rendered": rendered,
            "html": looks.page(title, [looks.html_of(rendered)])}


def pages(channels: Mapping[str, Channel]) -> Iterator[tuple[str, str]]:
    """(name of a file, its HTML) of each kind, channel and language, and an index.html of them all."""
    links = []
    for kind in MESSAGE_KINDS:
        for channel in channels.values():
            for language in LANGUAGES:
                shown = preview(channel, kind, language)
                name = f"{kind}-{channel.name}-{language}.html"
                links.append(f'<li><a href="{name}">{kind} · {channel.name} · {language}</a></li>')
                yield name, shown["html"]
    yield "index.html", looks.page("Messages", ["<h1>Messages</h1><ul>", *links, "</ul>"])
