"""Examples of what is sent and answered, made from JSON Schemas: one invented demo request all along.

What a schema says wins: its `example`, a constant, its first choice. Else the name of a member tells what
stands there, else its type. A test holds each example against its schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sidecar.terms.fields import FIELDS, GIVEN

Schema = Mapping[str, Any]

# Somebody who asks for a demo.
LEAD: Final[Mapping[str, Any]] = {
    "email": "pat.quill@acme.example", "first_name": "Pat", "last_name": "Quill",
    "job_title": "VP of Sales", "company_name": "Acme Inc.", "country": "US", "source": "demo_request",
    "message": "We would like to see a demo for a team of forty.", "consent": {"marketing": True}}

_ID: Final = "0198c3f2-6d1e-7c4b-9a55-3f0e2b7d8c11"
_SOMEBODY: Final = "ada@example.com"
# By the name of a member; None: where it may be nothing, it is.
_BY_NAME: Final[Mapping[str, Any]] = {
    **{field.name: field.choices[0] for field in FIELDS if field.choices},
    **{name: value for name, value in LEAD.items() if name in GIVEN},
    "access_token": "eyJhbGciOiJIUzI1NiJ9.e30.K7gN", "action": "lead.edited", "actor": _SOMEBODY,
    "address": _SOMEBODY, "answered": "Acme Inc.", "asking": [_ID], "authorized_by": _SOMEBODY,
    "away": ["hunter"], "body": "eyJlbWFpbCI6ICJwYXQucXVpbGxAYWNtZS5leGFtcGxlIn0=",
    "by": _SOMEBODY, "changed": ["job_title"], "changes": ["weights.firmographic: 25 -> 30"],
    "channel": "email", "city": "Boston", "client": "website", "client_id": "website",
    "client_secret": "a long secret", "code": "invalid", "column": "Work Email", "company": "Acme Inc.",
    "company_domain": "acme.example", "company_key": "acme", "component": "firmographic",
    "content_type": "application/json", "current_password": "correct horse battery staple", "cursor": None,
    "delimiter": ",", "delivery": "0b9f6a7e", "description": "Makes anvils.",
    "detail": "This is not an e-mail address.", "did_you_mean": LEAD["email"], "dmarc": "reject",
    "domain": "acme.example", "email_canonical": LEAD["email"], "email_pattern": "{first}.{last}",
    "employee_count": 420, "encoding": "utf-8", "entity_kind": "lead", "error": "timeout",
    "events": ["lead.became_hot"], "execution_id": "4711", "expires_in": 900, "field": "job_title",
    "fields": ["email"], "format": "text", "from": "VP Sales", "from_status": "new",
    "full_name": "Pat Quill", "grade": "hot", "stage": "leased",
    "holidays": "US-MA", "industry": "Software", "key": "leads", "kind": "import",
    "kinds": ["hot_lead"], "known": "Acme Corp.", "label": "Job title", "lane": "interactive",
    "language": "en", "last_error": None, "last_refusal": None, "lead": _SOMEBODY, "legal_form": "Inc.",
    "limit": 50, "link": f"https://leads.example.com/#/leads/{_ID}", "live": ["hunter"],
    "lead_url": f"https://leads.example.com/#/leads/{_ID}", "mail_host": "Google Workspace",
    "linkedin_url": "https://www.linkedin.com/in/patquill", "mapping_name": None, "method": "GET",
    "model_version": "1", "month": "2026-11", "more": ["hunter"], "name": "Pat Quill",
    "new_password": "a longer one than before", "next": None, "node": "Ask the providers",
    "openapi": "3.1.0", "operation": "person", "outcome": None, "owner": _SOMEBODY, "owner_name": None,
    "password": "correct horse battery staple", "phone": "+12025550143", "phone_country": "US",
    "phone_extension": None, "pointer": "/email", "previous_grade": "warm", "provider": "hunter",
    "pull_of": None, "q": "acme", "queued": [_ID], "reason": "The person asked for it.",
    "reasons": ["Both have the same telephone number."], "refresh_token": "r_3k9Jq0",
    "region": "Massachusetts", "request_id": "5f0c1d2e3b4a5968", "role": "operator",
    "rule": "title_is_senior", "said": "Ada took the lead.",
    "scope": "leads", "scopes": ["leads"], "score": 86.5, "secret": "whsec_bm90IGEgc2VjcmV0",
    "settled": [_ID],
    "sheet": None, "since": "2026-11-26", "spf": "pass", "stage_code": None, "stage_reason": None,
    "state": "open", "steps": ["Paste the URL where the vendor asks for a webhook."], "stopped_text": None,
    "tag": "trade fair", "tags": ["trade fair"], "technologies": ["Salesforce"],
    "time_zone": "America/New_York",
    "text": "Their title is senior: 30 points of 100.", "title": "VP of Sales", "token_type": "Bearer",
    "total": 86.5, "type": "page_view", "unknown_columns": "custom",
    "url": "https://hooks.acme.example/leads", "user": _SOMEBODY, "username": _SOMEBODY, "version": "1",
    "workflow_name": "Lead enrichment", "written": "A. Lovelace",
}
_YES: Final = {"enabled", "valid", "may_email", "may_call", "woken", "delivered", "first"}
_BY_FORMAT: Final[Mapping[str, Any]] = {
    "uuid": _ID, "date-time": "2026-11-26T09:30:00Z", "date": "2026-11-26", "time": "09:30:00",
    "email": LEAD["email"], "url": "https://acme.example/", "uri": "https://acme.example/"}
_DEEPEST: Final = 8


def example(schema: Schema, components: Mapping[str, Schema], name: str = "", depth: int = 0) -> Any:
    """An instance of a schema, which may refer to those of the components. `name`: of the member."""
    if "$ref" in schema:
        return example(resolved(schema, components), components, name, depth)
    for key in ("example", "const"):
        if key in schema:
            return schema[key]
    if schema.get("enum"):
        usual = _BY_NAME.get(name)
        return usual if usual in schema["enum"] and usual is not None else schema["enum"][0]
    for key in ("allOf", "anyOf", "oneOf"):
        if schema.get(key):
            return example(schema[key][0], components, name, depth)
    types = schema.get("type", ())
    kind = next((one for one in ([types] if isinstance(types, str) else types) if one != "null"), None)
    if kind == "object" or (kind is None and "properties" in schema):
        return _object(schema, components, depth)
    if kind == "array":
        if isinstance(_BY_NAME.get(name), list) and schema.get("items", {}).get("type") == "string":
            return _BY_NAME[name]
        return [example(schema.get("items", {}), components, name, depth + 1)] * max(
            1, schema.get("minItems", 1)) if depth < _DEEPEST else []
    return _value(schema, kind, name)


def resolved(schema: Schema, components: Mapping[str, Schema]) -> Schema:
    """What a reference leads to, with what is said beside it."""
    if "$ref" not in schema:
        return schema
    meant = resolved(components[schema["$ref"].rpartition("/")[2]], components)
    return {**meant, **{key: value for key, value in schema.items() if key != "$ref"}}


def _object(schema: Schema, components: Mapping[str, Schema], depth: int) -> dict[str, Any]:
    members: Mapping[str, Schema] = schema.get("properties", {})
    told = {
        name: example(member, components, name, depth + 1) for name, member in members.items()
        if depth < _DEEPEST or name in schema.get("required", ())}
    more = schema.get("additionalProperties")
    if not told and isinstance(more, Mapping) and depth < _DEEPEST:
        told["name"] = example(more, components, "", depth + 1)
    return told


def _value(schema: Schema, kind: str | None, name: str) -> Any:
    types = schema.get("type", ())
    usual = _BY_NAME.get(name, ...)
    if usual is None and "null" in types:
        return None
    if "format" in schema and schema["format"] in _BY_FORMAT:
        return _BY_FORMAT[schema["format"]]
    if kind == "string":
        text = usual if isinstance(usual, str) else _text(name)
        return text[:schema.get("maxLength")]
    if kind in ("integer", "number"):
        told = isinstance(usual, (int, float)) and not isinstance(usual, bool) and (
            kind == "number" or isinstance(usual, int))
        number = usual if told else schema.get("default") or 1
        return max(schema.get("minimum", number), min(number, schema.get("maximum", number)))
    if kind == "boolean":
        return bool(schema.get("default", name in _YES))
    return usual if usual is not ... else None


def _text(name: str) -> str:
    if name == "id" or name.endswith(("_id", "_ids")):
        return _ID
    if name.endswith("_at"):
        return str(_BY_FORMAT["date-time"])
    return _SOMEBODY if name.endswith("_by") or name == "previous_owner" else "text"
