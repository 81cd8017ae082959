"""The HTML of e-mails: tables and inline styles, which mail programs understand; light and dark.

Colours are inline for the programs that drop style sheets; those that keep them follow the reader's
dark mode through the classes. Every text from outside goes through `escape`.
"""

from __future__ import annotations

from html import escape

from sidecar.channels.content import Alert, LeadContent, mail_link, phone_link

_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_SMALL = (
    f"{_FONT};font-size:12px;line-height:18px;letter-spacing:.04em;text-transform:uppercase;"
    "color:#6b7280"
)
_BIG = f"{_FONT};font-size:22px;line-height:28px;font-weight:700;color:#111827"
_BODY = f"{_FONT};font-size:15px;line-height:22px;color:#111827"
_CELL = (
    f"{_FONT};font-size:15px;line-height:20px;padding:7px 8px 7px 0;"
    "border-bottom:1px solid #e5e7eb"
)
_TABLE = '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"'
_CARD = "max-width:560px;background:#ffffff;border:1px solid #e5e7eb;border-radius:12px"
_BADGES = {"hot": "#c2410c", "warm": "#a16207", "cold": "#475569"}
_DARK = """
@media (prefers-color-scheme: dark) {
  .page { background: #111827 !important }
  .card { background: #1f2937 !important; border-color: #374151 !important }
  .ink { color: #f3f4f6 !important }
  .soft { color: #9ca3af !important }
  .line { border-color: #374151 !important }
  .note { background: #422006 !important; border-color: #92400e !important }
  .note { color: #fde68a !important }
  .link { color: #93c5fd !important }
}"""


def lead(content: LeadContent, sandbox: str) -> str:
    """The page about a lead; `sandbox` is the label of made-up data."""
    parts = [
        _note(content.refusal) if content.refusal else "",
        _note(sandbox) if content.sandbox else "",
        _person(content),
        _fields(content),
        _reasons(content),
        _summary(content.summary),
        _button("Open lead", content.link),
    ]
    return _page(f"{content.heading}: {content.who}", "".join(parts))


def alert(content: Alert) -> str:
    """The page of an operations alert."""
    parts = [
        _row(f'<div class="soft" style="{_SMALL}">Needs attention</div>'
             f'<div class="ink" style="{_BIG}">{escape(content.title)}</div>'),
        _detail(content.detail),
        _button("Open the engine", content.link),
    ]
    return _page(content.title, "".join(parts))


def _detail(text: str) -> str:
    style = f"{_BODY};white-space:pre-wrap"
    return _row(f'<div class="ink" style="{style}">{escape(text)}</div>') if text else ""


def _person(content: LeadContent) -> str:
    colour = _BADGES.get(content.grade, "#475569")
    role = f'<div class="soft" style="{_BODY};color:#6b7280">{escape(content.role)}</div>'
    badge = (
        f'<td width="72" valign="top"><div style="{_FONT};background:{colour};color:#ffffff;'
        'width:56px;line-height:56px;border-radius:28px;text-align:center;font-size:22px;'
        f'font-weight:700">{escape(content.score)}</div></td>'
    )
    return _row(
        f"{_TABLE}><tr>{badge if content.score else ''}"
        f'<td valign="middle"><div class="soft" style="{_SMALL}">{escape(content.heading)}</div>'
        f'<div class="ink" style="{_BIG}">{escape(content.name)}</div>'
        f"{role if content.role else ''}</td></tr></table>"
    )


def _fields(content: LeadContent) -> str:
    links = {"E-mail": mail_link(content.email), "Phone": phone_link(content.phone)}
    rows = "".join(
        f'<tr><td class="soft line" width="96" valign="top" style="{_CELL};color:#6b7280">'
        f'{escape(label)}</td><td class="ink line" valign="top" style="{_CELL};color:#111827">'
        f"{_linked(links.get(label, ''), value)}</td></tr>"
        for label, value in content.fields
        if label not in ("Job title", "Company")  # they stand under the name
    )
    return _row(f"{_TABLE}>{rows}</table>") if rows else ""


def _reasons(content: LeadContent) -> str:
    if not content.reasons:
        return ""
    items = "".join(
        f'<li style="margin:0 0 4px">{escape(reason)}</li>' for reason in content.reasons
    )
    return _row(
        f'<div class="soft" style="{_SMALL};margin-bottom:6px">Why {escape(content.grade)}</div>'
        f'<ul class="ink" style="{_BODY};margin:0;padding:0 0 0 20px">{items}</ul>'
    )


def _summary(summary: str) -> str:
    if not summary:
        return ""
    return _row(
        f'<div class="soft" style="{_SMALL};margin-bottom:6px">Their words</div>'
        f'<div class="ink line" style="{_BODY};border-left:3px solid #d1d5db;padding-left:12px">'
        f"{escape(summary)}</div>"
    )


def _note(text: str) -> str:
    return _row(
        f'<div class="note" style="{_FONT};font-size:14px;line-height:20px;background:#fef3c7;'
        'color:#78350f;border:1px solid #fcd34d;border-radius:8px;padding:10px 14px">'
        f"{escape(text)}</div>"
    )


def _button(label: str, link: str) -> str:
    if not link:
        return ""
    return _row(
        f'<a href="{escape(link)}" style="{_FONT};display:inline-block;background:#1d4ed8;'
        "color:#ffffff;font-size:15px;font-weight:600;line-height:20px;padding:11px 22px;"
        f'border-radius:8px;text-decoration:none">{escape(label)}</a>'
    )


def _linked(link: str, text: str) -> str:
    if not link:
        return escape(text)
    return f'<a class="link" href="{escape(link)}" style="color:#1d4ed8">{escape(text)}</a>'


def _row(content: str) -> str:
    return f'<tr><td style="padding:0 28px 20px">{content}</td></tr>'


def _page(title: str, rows: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{escape(title)}</title><style>{_DARK}
</style></head>
<body class="page" style="margin:0;padding:0;background:#f3f4f6">
{_TABLE} class="page" style="background:#f3f4f6">
<tr><td align="center" style="padding:24px 12px">
{_TABLE} class="card" style="{_CARD}">
<tr><td style="height:28px;line-height:28px">&nbsp;</td></tr>
{rows}
</table></td></tr></table></body></html>
"""
