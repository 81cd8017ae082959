"""The page for people: what was sent, as they would have seen it, newest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any, Final
from urllib.parse import urlencode

from sandbox.sinks.kept import CHANNELS, Message
from sandbox.sinks.pressing import ADMIN
from sandbox.sinks.twilio import segments
from sidecar import looks

PAGE_SIZE: Final = 20
# A mail can be looked at in four ways.
VIEWS: Final = {"light": "Light", "dark": "Dark", "no-images": "Images off", "text": "Plain text"}
_NAMES: Final = {"slack": "Slack", "slack-bot": "Slack bot", "teams": "Teams", "sms": "SMS", "mail": "Mail"}
_LONGEST_QUERY: Final = 200

POLICY: Final = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; frame-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'")
# A mail's own page stands alone in a frame: no script, no form, nothing of the messages page is its.
_MAIL_POLICY: Final = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline';"
    " img-src {images}; base-uri 'self'; frame-ancestors 'self'")

STYLE: Final = looks.STYLE + """
* { box-sizing: border-box }
body { background: #f1f3f6; color: #1b2430; font: 15px/22px system-ui, sans-serif; margin: 0 }
header { background: #fff; border-bottom: 1px solid #dde1e7; padding: 14px 24px }
header > div { margin: 0 auto; max-width: 760px }
h1 { font-size: 18px; line-height: 24px; margin: 0 0 10px }
h1 small { color: #5b6675; font-size: 13px; font-weight: 400; margin-left: 8px }
.search { display: flex; gap: 8px } .search input { border: 1px solid #b9c1cc; border-radius: 6px; flex: 1;
  font: inherit; min-width: 0; padding: 6px 10px }
.search button { background: #1d4ed8; border: 0; border-radius: 6px; color: #fff; cursor: pointer;
  font: inherit; font-weight: 600; padding: 6px 16px }
nav { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 10px }
nav a { border: 1px solid #d3d9e1; border-radius: 14px; color: #1b2430; font-size: 13px; line-height: 18px;
  padding: 3px 11px; text-decoration: none }
nav a.on { background: #1b2430; border-color: #1b2430; color: #fff } nav span { flex: 1 }
nav b { font-weight: 400; opacity: .65 }
main { margin: 0 auto; max-width: 808px; padding: 20px 24px 60px }
article { margin: 0 0 26px; scroll-margin-top: 12px }
.meta { color: #5b6675; display: flex; flex-wrap: wrap; font-size: 13px; gap: 4px 12px; line-height: 18px;
  margin: 0 0 6px } .meta strong { color: #1b2430 } .meta .mark { color: #a13a00 }
article .slack { border: 1px solid #dde1e7; border-radius: 8px; max-width: none }
article .teams, article .mail { max-width: none }
.mail iframe { background: #fff } .mail iframe.dark { background: #121212 }
.note { background: #fff; border: 1px solid #dde1e7; border-radius: 8px; font-size: 13px; line-height: 19px;
  margin: 6px 0 0; padding: 8px 14px } .note i { color: #5b6675; font-style: normal }
.as { align-items: center; color: #5b6675; display: flex; flex-wrap: wrap; font-size: 13px; gap: 8px;
  margin: 8px 2px 0 } .as input { border: 1px solid #b9c1cc; border-radius: 5px; font: inherit;
  padding: 2px 8px; width: 220px }
.slack button { cursor: pointer }
.empty { color: #5b6675; padding: 40px 0; text-align: center }
.older { display: block; margin: 10px auto; text-align: center }
:focus-visible { outline: 2px solid #1d4ed8; outline-offset: 2px }
"""


class Asked:
    """What of the messages is asked for."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self.words = query.get("q", "")[:_LONGEST_QUERY]
        self.channel = query["channel"] if query.get("channel") in CHANNELS else ""
        self.view = query["view"] if query.get("view") in VIEWS else "light"
        before = query.get("before", "")
        self.before = int(before) if re.fullmatch(r"[0-9]{1,15}", before) else None

    def link(self, **other: object) -> str:
        """The page with something else asked for, from its start."""
        asked = {"q": self.words, "channel": self.channel, "view": self.view} | other
        kept = {name: value for name, value in asked.items() if value and (name, value) != ("view", "light")}
        return f"/?{urlencode(kept)}"


def page(asked: Asked, messages: list[Message], counts: Mapping[str, int], people: Mapping[str, str]) -> str:
    """The page; of the messages, one more than it shows says that there are older ones."""
    shown = messages[:PAGE_SIZE]
    told = "".join(_article(message, asked, people) for message in shown) or (
        '<p class="empty">No message.</p>')
    older = f'<a class="older" href="{escape(asked.link(before=shown[-1]["id"]))}">Older messages</a>' if (
        len(messages) > PAGE_SIZE) else ""
    options = "".join(f'<option value="{escape(email)}">' for email in people.values())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<title>Messages (sandbox)</title><link rel="stylesheet" href="/style.css"></head><body>'
        f"<header><div><h1>Messages <small>what would have been sent; nothing left this machine</small></h1>"
        f"{_search(asked)}{_filters(asked, counts)}</div></header>"
        f'<main>{told}{older}</main><datalist id="people">{options}</datalist></body></html>')


def mail_page(mail: Message, view: str) -> tuple[str, str]:
    """A mail's own page in one of the views, and its policy."""
    html = mail.get("html") or ""
    if view == "text" or not html:
        html = ("<!doctype html><meta charset=utf-8><meta name=\"color-scheme\" content=\"light dark\">"
                f"<pre style='white-space:pre-wrap'>{escape(mail['text'] or '')}")
    # What the reader's colours ask for: where no program can set them, the query itself is answered.
    dark, scheme = view == "dark", "dark" if view == "dark" else "light"
    html = re.sub(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)", "all" if dark else "not all", html)
    html = re.sub(r'(<meta name="(?:supported-)?color-schemes?" content=")[^"]*', rf"\g<1>{scheme}", html)
    html = html.replace("color-scheme: light dark", f"color-scheme: {scheme}")
    html = html.replace("<head>", '<head><base target="_blank">', 1)
    return html, _MAIL_POLICY.format(images="'none'" if view == "no-images" else "data: https:")


def _search(asked: Asked) -> str:
    hidden = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in (
        ("channel", asked.channel), ("view", asked.view)) if value not in ("", "light"))
    return (f'<form class="search" action="/" role="search"><input type="search" name="q" '
            f'value="{escape(asked.words)}" placeholder="Search names, companies, words" '
            f'aria-label="Search">{hidden}<button>Search</button></form>')


def _filters(asked: Asked, counts: Mapping[str, int]) -> str:
    channels = [_chip("All", sum(counts.values()), asked.link(channel=""), not asked.channel)]
    channels += [_chip(_NAMES[name], counts[name], asked.link(channel=name), asked.channel == name)
                 for name in CHANNELS]
    views = [_chip(label, None, asked.link(view=view), asked.view == view) for view, label in VIEWS.items()]
    return (f'<nav aria-label="Channels">{"".join(channels)}</nav>'
            f'<nav aria-label="How mails are shown">{"".join(views)}</nav>' if asked.channel in ("", "mail")
            else f'<nav aria-label="Channels">{"".join(channels)}</nav>')


def _chip(label: str, count: int | None, link: str, on: bool) -> str:
    number = "" if count is None else f" <b>{count:,}</b>"
    return f'<a href="{escape(link)}"{" class=on aria-current=true" if on else ""}>{label}{number}</a>'


def _article(message: Message, asked: Asked, people: Mapping[str, str]) -> str:
    channel = message["channel_name"]
    show = {"slack": _webhook, "slack-bot": _bot, "teams": _teams, "sms": _sms, "mail": _mail}[channel]
    to, body = show(message, asked, people)
    at = datetime.fromisoformat(message["received_at"])
    told = [f"<strong>{_NAMES[channel]}</strong>", escape(to),
            f'<time datetime="{at.isoformat()}">{at:%d %b %Y, %H:%M:%S} UTC</time>']
    if message.get("possible_duplicate"):
        told.append('<span class="mark">possibly a second copy</span>')
    if message.get("updates"):
        told.append(f"changed {message['updates']} times" if message["updates"] > 1 else "changed once")
    meta = "".join(f"<span>{one}</span>" for one in told)
    return f'<article id="m{message["id"]}"><p class="meta">{meta}</p>{body}</article>'


def _webhook(message: Message, asked: Asked, people: Mapping[str, str]) -> tuple[str, str]:
    return f"#{message['path'].rsplit('/', 1)[-1]}", looks.slack_html(message["payload"])


def _bot(message: Message, asked: Asked, people: Mapping[str, str]) -> tuple[str, str]:
    place = message["channel"]
    person = people.get(f"U{place[1:]}") if place.startswith("D") else None
    to = f"direct message to {person or place}" if place.startswith("D") else place
    body = looks.slack_html(message["payload"])
    if "<button " in body:
        back = escape(asked.link(before=asked.before or ""))
        # The first button, which the Enter key would press, does nothing.
        body = (f'<form method="post" action="/press"><button disabled hidden></button>'
                f'<input type="hidden" name="message" value="{message["id"]}">'
                f'<input type="hidden" name="back" value="{back}">{body}'
                f'<label class="as">Buttons are pressed as <input name="as" type="email" list="people" '
                f'value="{escape(person or ADMIN)}"></label></form>')
    return to, body + "".join(_notes(message))


def _notes(message: Message) -> Iterable[str]:
    for press in message["presses"]:
        answer = f"answered {press['status']}" if press["status"] else "nobody answered"
        yield (f'<p class="note"><i>{escape(press["by"])} pressed</i> {escape(press["label"])} '
               f'<i>· {answer}</i></p>')
    for reply in message["replies"]:
        yield f'<div class="note"><i>Only visible to who pressed:</i>{looks.slack_html(reply)}</div>'


def _teams(message: Message, asked: Asked, people: Mapping[str, str]) -> tuple[str, str]:
    return message["label"], looks.teams_html(message["payload"])


def _sms(message: Message, asked: Asked, people: Mapping[str, str]) -> tuple[str, str]:
    parts = segments(message["body"])
    return f"to {message['to']}{f' in {parts} parts' if parts > 1 else ''}", looks.sms_html(message["body"])


def _mail(message: Message, asked: Asked, people: Mapping[str, str]) -> tuple[str, str]:
    told: dict[str, Any] = {"From": message["from"], "To": ", ".join(message["to"]),
                            "Subject": message["subject"], **message.get("headers", {})}
    head = "".join(f"<dt>{escape(name)}</dt><dd{' class=subject' if name == 'Subject' else ''}>"
                   f"{escape(str(value))}</dd>" for name, value in told.items() if value)
    dark = " class=dark" if asked.view == "dark" else ""
    return f"to {', '.join(message['to'])}", (
        f'<div class="mail"><dl>{head}</dl><iframe{dark} title="Mail" loading="lazy" '
        f'src="/mail/{message["id"]}?view={asked.view}"></iframe></div>')
