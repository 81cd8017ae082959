"""What was sent, as people see it: HTML of Slack's blocks, of Adaptive Cards, of text messages and of mails.

For the messages page of the sandbox, previews and pictures. Pieces of HTML without a script, in which every
text is escaped, whoever sent it; `page` puts them under their style. Needs the standard library alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final

_SCHEMES: Final = ("https://", "http://", "mailto:", "tel:")

STYLE: Final = """
.slack, .teams, .sms { box-sizing: border-box; text-align: left; overflow-wrap: anywhere }
.slack { background: #fff; color: #1d1c1d; display: flex; gap: 10px; padding: 14px 18px;
  font: 15px/1.46 Lato, 'Helvetica Neue', Arial, sans-serif; max-width: 640px }
.slack .icon { flex: none; width: 36px; height: 36px; border-radius: 8px; background: #2563eb; color: #fff;
  font-weight: 700; line-height: 36px; text-align: center }
.slack .body { min-width: 0; flex: 1 } .slack .who { font-weight: 900 }
.slack .app { background: #e8e8e8; color: #616061; border-radius: 2px; font-size: 10px; font-weight: 700;
  padding: 1px 3px; margin-left: 4px; vertical-align: 1px }
.slack h3 { font-size: 18px; line-height: 24px; margin: 6px 0 8px } .slack p { margin: 0 0 8px }
.slack .fields { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px 16px; margin: 0 0
8px } .slack blockquote { border-left: 4px solid #ddd; margin: 2px 0; padding: 0 0 0 12px }
.slack code { background: #f7f7f8; border: 1px solid #ddd; border-radius: 3px; color: #c01343; font-size:
12px; padding: 1px 4px; white-space: pre; font-family: Monaco, Menlo, Consolas, 'DejaVu Sans Mono', monospace
} .slack a { color: #1264a3; text-decoration: none } .slack hr { border: 0; border-top: 1px solid #ddd }
.slack .context { color: #616061; font-size: 13px; margin: 4px 0 } .slack .context span { margin-right: 12px }
.slack .actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 4px 0 8px }
.slack .button { background: #fff; font-family: inherit;
  border: 1px solid #c4c4c4; border-radius: 8px; color: #1d1c1d; font-size: 13px; font-weight:
700; line-height: 18px; padding: 5px 12px }
.slack .primary { background: #007a5a; border-color: #007a5a; color: #fff }
.slack .danger { border-color: #e01e5a; color: #e01e5a }
.teams { background: #fff; border: 1px solid #d1d1d1; border-radius: 6px; color: #242424; max-width: 600px;
  font: 14px/20px 'Segoe UI', system-ui, sans-serif; padding: 14px 16px }
.teams .small { font-size: 12px; line-height: 16px } .teams .large { font-size: 18px; line-height: 24px }
.teams .extralarge { font-size: 26px; line-height: 32px } .teams .bolder { font-weight: 600 }
.teams .subtle { color: #616161 } .teams .attention { color: #c4314b } .teams .warning { color: #8f4e00 }
.teams .good { color: #237b4b } .teams .accent { color: #5b5fc7 } .teams .italic { font-style: italic }
.teams .mono { font-family: Consolas, Menlo, 'DejaVu Sans Mono', monospace } .teams a { color: #4f52b2 }
.teams .set { display: flex; gap: 8px } .teams .set > div { min-width: 0 } .teams .stretch { flex: 1 }
.teams .item { margin-top: 8px } .teams .item:first-child, .teams .none { margin-top: 0 }
.teams .tight { margin-top: 4px } .teams .wide { margin-top: 16px } .teams .center { align-self: center }
.teams .rule { border-top: 1px solid #e0e0e0; padding-top: 8px }
.teams .box { border-radius: 4px; padding: 8px 12px } .teams .box.attention { background: #fcf4f6 }
.teams .box.warning { background: #fbf6d9 } .teams .box.good { background: #e7f2da }
.teams .box.emphasis { background: #f5f5f5; color: #242424 }
.teams .actions { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 16px }
.teams .button { border: 1px solid #d1d1d1; border-radius: 4px; color: #242424; font-weight: 600;
  padding: 5px 12px; text-decoration: none }
.teams .positive { background: #5b5fc7; border-color: #5b5fc7; color: #fff }
.sms { background: #e9e9eb; border-radius: 18px; color: #000; font: 16px/21px system-ui, sans-serif;
max-width: 300px; padding: 9px 14px; white-space: pre-wrap; width: fit-content } .sms a { color: #0645ad }
.mail { background: #fff; border: 1px solid #d1d5db; border-radius: 8px; color: #111827; overflow: hidden;
  font: 14px/20px system-ui, sans-serif; max-width: 700px }
.mail dl { display: grid; gap: 2px 10px; grid-template-columns: max-content 1fr; margin: 0; padding: 12px 16px
} .mail dt { color: #6b7280 } .mail dd { margin: 0; overflow-wrap: anywhere } .mail .subject { font-weight:
700 } .mail iframe { border: 0; border-top: 1px solid #d1d5db; display: block; height: 44rem; width: 100% }
.mail pre { border-top: 1px solid #d1d5db; margin: 0; padding: 12px 16px; white-space: pre-wrap }
"""


def page(title: str, pieces: Iterable[str], style: str = "") -> str:
    """A whole page of pieces, which loads nothing from anywhere."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{STYLE}{style}</style></head>"
        f"<body>{''.join(pieces)}</body></html>")


def html_of(rendered: Mapping[str, Any]) -> str:
    """What a channel rendered, whichever it was."""
    if "blocks" in rendered:
        return slack_html(rendered)
    if "attachments" in rendered:
        return teams_html(rendered)
    return mail_frame(rendered) if "html" in rendered else sms_html(_str(rendered.get("text")))


def slack_html(payload: Mapping[str, Any]) -> str:
    """A message of Slack's: its blocks, or its text and attachments where it has none."""
    blocks = _list(payload.get("blocks"))
    attached = map(_mapping, _list(payload.get("attachments")))
    texts = [payload.get("text"), *(one.get(part) for one in attached for part in ("title", "text"))]
    body = "".join(map(_block, blocks)) or "".join(f"<p>{_mrkdwn(text)}</p>" for text in texts if text)
    return ('<div class="slack"><div class="icon">E</div><div class="body">'
            f'<span class="who">Enrichment</span><span class="app">APP</span>{body}</div></div>')


def teams_html(payload: Mapping[str, Any]) -> str:
    """A message of Teams' webhooks: its first Adaptive Card."""
    attachments = _list(payload.get("attachments"))
    card = _mapping(_mapping(attachments[0] if attachments else payload).get("content"))
    body = "".join(_element(element) for element in _list(card.get("body")))
    actions = "".join(map(_action, map(_mapping, _list(card.get("actions")))))
    return f'<div class="teams">{body}<div class="actions">{actions}</div></div>'


def sms_html(text: str) -> str:
    """A text message, with the links that a phone makes of it."""
    parts = re.split(r"(https?://\S+)", text)
    told = "".join(_anchor(part, "", escape(part)) if number % 2 else escape(part)
                   for number, part in enumerate(parts))
    return f'<div class="sms">{told}</div>'


def mail_frame(mail: Mapping[str, Any]) -> str:
    """A mail, {"from", "to": address or addresses, "subject", "html", "text", "headers": {name: value}}: its
    head, and its page in a frame of its own, whose links open elsewhere; its text where there is no page."""
    to = mail.get("to")
    told = {"From": mail.get("from"), "To": ", ".join(map(_str, to)) if isinstance(to, list) else to,
            "Subject": mail.get("subject"), **_mapping(mail.get("headers"))}
    head = "".join(f"<dt>{escape(_str(name))}</dt><dd{' class=subject' * (name == 'Subject')}>"
                   f"{escape(_str(value))}</dd>" for name, value in told.items() if value)
    html = _str(mail.get("html")).replace("<head>", '<head><base target="_blank">', 1)
    frame = (f'<iframe title="mail" sandbox="allow-popups allow-popups-to-escape-sandbox" '
             f'srcdoc="{escape(html)}"></iframe>')
    body = frame if html else f"<pre>{escape(_str(mail.get('text')))}</pre>"
    return f'<div class="mail"><dl>{head}</dl>{body}</div>'


# Slack

def _block(block: object) -> str:
    one = _mapping(block)
    elements = _list(one.get("elements"))
    match one.get("type"):
        case "header":
            return f"<h3>{_object(one.get('text'))}</h3>"
        case "actions":
            return f'<div class="actions">{"".join(map(_slack_button, elements))}</div>'
        case "context":
            told = "".join(f"<span>{_object(element)}</span>" for element in elements)
            return f'<div class="context">{told}</div>'
        case "divider":
            return "<hr>"
    text = _object(one.get("text"))
    fields = "".join(f"<div>{_object(field)}</div>" for field in _list(one.get("fields")))
    return (f"<p>{text}</p>" if text else "") + (f'<div class="fields">{fields}</div>' if fields else "")


def _slack_button(element: object) -> str:
    one = _mapping(element)
    asked = _str(_mapping(_mapping(one.get("confirm")).get("text")).get("text"))
    attributes = f'class="button {_word(one.get("style"))}" title="{escape(asked)}"'
    if one.get("action_id") and not one.get("url"):
        return (f'<button {attributes} name="press:{escape(_str(one["action_id"]))}"'
                f' value="{escape(_str(one.get("value")))}">{_object(one.get("text"))}</button>')
    return _anchor(one.get("url"), attributes, _object(one.get("text")))


def _object(text: object) -> str:
    """A text object: mrkdwn, or plain text."""
    one = _mapping(text)
    return _mrkdwn(one.get("text")) if one.get("type") == "mrkdwn" else escape(_str(one.get("text")))


def _mrkdwn(text: object) -> str:
    """https://docs.slack.dev/messaging/formatting-message-text"""
    lines = (_quoted(line) for line in _str(text).split("\n"))
    return re.sub(r"</blockquote><br>", "</blockquote>", "<br>".join(lines))


def _quoted(line: str) -> str:
    """Only a quote begins with a ">" that is not written as an entity."""
    if line.startswith(">"):
        return f"<blockquote>{_marked(line[1:])}</blockquote>"
    return _marked(line)


def _marked(line: str) -> str:
    """Links, bold and code; what looks like a link and leads nowhere is text."""
    told = ""
    for number, part in enumerate(re.split(r"(<[^<>]*>)", line)):
        link, _, label = part[1:-1].partition("|")
        if number % 2 and link.startswith(_SCHEMES):
            told += _anchor(_raw(link), "", escape(_raw(label or link)))
        else:
            text = escape(_raw(part))
            text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
            told += re.sub(r"(?<!\w)\*([^*<]+)\*(?!\w)", r"<b>\1</b>", text)
    return told


def _raw(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


# Adaptive Cards

_SPACES: Final = {"None": "none", "Small": "tight", "Medium": "wide", "Large": "wide"}


def _element(element: object) -> str:
    one = _mapping(element)
    space = _SPACES.get(_str(one.get("spacing")), "")
    classes = f"item {space}{' rule' if one.get('separator') else ''}"
    match one.get("type"):
        case "ColumnSet":
            columns = "".join(map(_column, _list(one.get("columns"))))
            return f'<div class="{classes} set">{columns}</div>'
        case "Container":
            items = "".join(map(_element, _list(one.get("items"))))
            return f'<div class="{classes} box {_word(one.get("style"))}">{items}</div>'
        case "RichTextBlock":
            return f'<div class="{classes}">{"".join(map(_run, _list(one.get("inlines"))))}</div>'
        case "TextBlock":
            return f'<div class="{classes}">{_run(one)}</div>'
    return ""


def _action(action: Mapping[str, Any]) -> str:
    return _anchor(
        action.get("url"), f'class="button {_word(action.get("style"))}"', escape(_str(action.get("title"))))


def _column(column: object) -> str:
    one = _mapping(column)
    width = _str(one.get("width"))
    fixed = f' style="flex:none;width:{width}"' if re.fullmatch(r"\d{1,4}px", width) else ""
    classes = "stretch" if width == "stretch" else "center"
    return f'<div class="{classes}"{fixed}>{"".join(map(_element, _list(one.get("items"))))}</div>'


def _run(run: object) -> str:
    one = _mapping(run)
    classes = [_word(one.get(name)) for name in ("size", "weight", "color")]
    classes += [name for name, on in (("subtle", one.get("isSubtle")), ("italic", one.get("italic")),
                                      ("mono", one.get("fontType") == "Monospace")) if on]
    told = f'<span class="{" ".join(filter(None, classes))}">{escape(_str(one.get("text")))}</span>'
    link = _mapping(one.get("selectAction")).get("url")
    return _anchor(link, "", told) if link else told


# Anything

def _anchor(link: object, attributes: str, told: str) -> str:
    """A link where it leads somewhere that is allowed, else the same without."""
    href = _str(link)
    if not href.startswith(_SCHEMES):
        return f"<span {attributes}>{told}</span>"
    return f'<a {attributes} href="{escape(href)}" target="_blank" rel="noopener noreferrer">{told}</a>'


def _word(name: object) -> str:
    """The name of a class."""
    text = _str(name).lower()
    return text if text.isascii() and text.isalpha() else ""


def _str(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
