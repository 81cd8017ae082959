"""Messages for the tests: an ordinary one, and what strangers may put into one."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

MESSAGE: dict[str, Any] = {
    "link": "https://house.example/#/leads/0199", "name": "Ada Lindqvist",
    "job_title": "VP Revenue Operations", "company": "Fjordlight & Söhne AB",
    "email": "ada@fjordlight.example", "phone": "+46701740605", "country": "SE", "score": 92.75,
    "grade": "hot", "reasons": ["Asked for a demo today", "Vice president"], "source": "web form",
    "utm": {"campaign": "spring", "source": "ads"}, "custom": {"budget": "50000 EUR"}, "phone_said": None,
    "sandbox": False, "summary": "Could somebody show us the product?",
}
ALERT = {"title": "Lead enrichment failed", "detail": "Node: Enrich\n500 leads <wait>",
         "link": "https://house.example/"}
HOSTILE = [
    "<script>alert(1)</script>", "<!channel>", "<https://evil.example|click>", "&lt;b&gt;",
    "a\r\nBcc: victim@example.com", '"><img src=x onerror=alert(1)>', "javascript:alert(1)",
    "x\u2028y\u2029z\x85\x0b\x0c", "\u202egnp.exe", "\ud800", "\x00", "a" * 5000, "' onload='",
    "data:text/html,x", "https://house.example/\"onclick=\"x", "//evil.example", "`*_~", "",
]
# Text of every kind, half surrogates and control characters included.
any_text = st.one_of(
    st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=[]), max_size=60)
)
any_value = st.one_of(any_text, st.none(), st.integers(), st.floats(), st.booleans())
any_message = st.fixed_dictionaries({}, optional={
    **{field: any_value for field in MESSAGE if field not in ("reasons", "utm", "custom")},
    "utm": any_value | st.dictionaries(st.sampled_from(["campaign", "source", "x"]), any_value),
    "custom": any_value | st.dictionaries(any_text, any_value | st.lists(any_value, max_size=3), max_size=12),
    "reasons": st.none() | st.lists(any_text, max_size=12),
})
any_alert = st.fixed_dictionaries({}, optional=dict.fromkeys(ALERT, any_value))
