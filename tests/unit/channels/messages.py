"""Messages for the tests: an ordinary one, and what strangers may put into one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from sidecar.channels.content import Message, message_content
from sidecar.channels.samples import SAMPLES
from sidecar.terms.states import MESSAGE_KINDS, MessageKind

ARRIVED = datetime(2026, 11, 26, 13, 5, tzinfo=UTC)
WEIGHTS = {"demographic": 0.25, "firmographic": 0.25, "behavioral": 0.15, "engagement": 0.35, "ml": 0.1}
MESSAGE: dict[str, Any] = {
    "link": "https://house.example/#/leads/0199", "name": "Ada Lindqvist",
    "job_title": "VP Revenue Operations", "company": "Fjordlight & Söhne AB",
    "company_domain": "fjordlight.example", "industry": "Software", "company_size": "51-200",
    "email": "ada@fjordlight.example", "phone": "+46701740605", "country": "SE",
    "score": {"total": 92.75, "grade": "hot", "rating": "A1", "weights": WEIGHTS, "reasons": [
        {"component": "engagement", "points": 60, "text": "Asked for a demo today"},
        {"component": "demographic", "points": 50, "text": "Vice president"},
        {"component": "demographic", "points": -6, "text": "No phone number"}]},
    "source": "web_form", "utm": {"campaign": "spring", "source": "ads"}, "custom": {"budget": "50000 EUR"},
    "phone_said": None, "sandbox": False, "summary": "Could somebody show us the product?",
    "arrived_at": ARRIVED, "refused": [], "asked": False,
    "owner": {"name": "Vera Holt", "you": True, "reason": "The account is yours."},
    "company_leads": {"count": 3, "owners": ["Vera Holt", "Karim Saleh"], "link": "https://house.example/#/x"},
    "actions": [
        {"kind": kind, "value": "0199:1", "link": f"https://house.example/take/t-{kind}"}
        for kind in ("claim", "snooze", "not_a_fit", "wrong_person")],
    "handled": None, "untouched": {"minutes": 45, "since": ARRIVED}, "time_zone": "Europe/Berlin",
    "unsubscribe": {"link": "https://house.example/unsubscribe/x", "one_click": True},
}
HANDLED = {"kind": "claim", "by": "Vera Holt", "at": ARRIVED}
ALERT = {"title": "Lead enrichment failed", "detail": "Node: Enrich\n500 leads <wait>",
         "link": "https://house.example/"}
HOSTILE = [
    "<script>alert(1)</script>", "<!channel>", "<https://evil.example|click>", "&lt;b&gt;",
    "a\r\nBcc: victim@example.com", '"><img src=x onerror=alert(1)>', "javascript:alert(1)",
    "x\u2028y\u2029z\x85\x0b\x0c", "\u202egnp.exe", "\ud800", "\x00", "a" * 5000, "' onload='",
    "data:text/html,x", "https://house.example/\"onclick=\"x", "//evil.example", "`*_~", "",
    "[here](https://evil.example)", "{{7*7}}{% raw %}", "{0.__class__}", "&" * 600, "🔥" * 600,
    "https://house.example/" + "é" * 900,
]
PARTS = ("untouched", "new_hot", "replied", "won", "lost", "cooled", "reassigned")


def told_of(kind: MessageKind) -> dict[str, Any]:
    """What is told in an ordinary message of that kind."""
    if kind == "operations":
        return ALERT
    if kind == "digest":
        return dict(SAMPLES[kind])
    return MESSAGE | {"handled": HANDLED} if kind == "handled" else MESSAGE


def said(told: Mapping[str, Any], kind: MessageKind = "hot_lead", language: str = "en") -> Message:
    return message_content(kind, told, language)


def hostile(text: str) -> dict[str, Any]:
    """A message of any kind in which everything is this text, and there is much of it."""
    leads = {"count": 900, "leads": [
        dict.fromkeys(("name", "company", "link", "from", "to"), text) | {"score": 90, "at": ARRIVED}] * 30}
    return {
        **dict.fromkeys([*MESSAGE, *ALERT], text), **dict.fromkeys(PARTS, leads), "sandbox": True,
        "score": {"total": 90, "grade": text, "rating": text, "weights": WEIGHTS, "reasons": [
            {"component": "ml", "points": points, "text": text} for points in (9, 8, 7, -9, 5, 6, -7, -8)]},
        "utm": dict.fromkeys(["campaign", "source", "medium"], text),
        "custom": {f"{text}{letter}": text for letter in "abcd"},
        "refused": ["marketing_email", "phone", text], "asked": True,
        "owner": {"name": text, "you": False, "reason": text},
        "company_leads": {"count": 7, "owners": [text] * 9, "link": text},
        "actions": [{"kind": kind, "value": text, "link": text, "label": text} for kind in ("claim", text)]
        + MESSAGE["actions"][1:],
        "untouched": leads | {"since": ARRIVED, "minutes": 7},
        "unsubscribe": {"link": text, "one_click": True},
        "detail": f"{text}\n" * 300,
    }


# Text of every kind, half surrogates and control characters included.
any_text = st.one_of(
    st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=[]), max_size=60)
)
any_value = st.one_of(
    any_text, st.none(), st.integers(), st.floats(), st.booleans(), st.just(ARRIVED),
    st.datetimes(timezones=st.none() | st.just(UTC)))
any_thing = st.recursive(any_value, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
    st.sampled_from([
        "count", "leads", "name", "company", "score", "link", "at", "from", "to", "total", "grade", "rating",
        "weights", "reasons", "component", "points", "text", "engagement", "kind", "value", "label", "by",
        "until", "you", "reason", "owners", "minutes", "since", "owner", "one_click", "campaign"]),
    inner, max_size=5), max_leaves=8)
any_message = st.dictionaries(st.sampled_from([*MESSAGE, *ALERT, *PARTS, "day"]), any_thing, max_size=8)
any_kind = st.sampled_from(MESSAGE_KINDS)
any_language = st.sampled_from(["en", "de"])
