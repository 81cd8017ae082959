"""What callers without pii:read see."""

import json
import random
import subprocess
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.settings import ROOT
from local.n8n import NODE
from sidecar.masking import mask, mask_events, mask_lead, redact
from sidecar.terms.fields import FIELDS

PERSON = {
    "full_name": "Jane Roe", "first_name": "Jane", "last_name": "Roe", "email": "jane.roe@acme.example",
    "email_canonical": "jane.roe@acme.example", "phone": "+15550100",
    "linkedin_url": "https://linkedin.com/in/jane-roe", "country": "US"}


def test_nothing_that_names_the_person_is_left():
    lead = {"id": "1", "message": "call me", "custom": {"x": 1}, "contact": PERSON}
    masked = mask_lead(lead)
    assert masked["contact"] == {
        "full_name": "J. R.", "first_name": "J.", "last_name": "R.", "email": "j…@acme.example",
        "phone": "…00", "country": "US"}
    assert masked["message"] is None and masked["custom"] == {}


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: f"{field.entity}.{field.name}")
def test_a_field_goes_out_as_it_is_only_where_it_is_marked_harmless(field):
    value = {"list": ["Jane Roe"], "object": {"name": "Jane Roe"}}.get(field.kind, "Jane Roe")
    masked = mask_lead({"id": "1", "contact": {}} | {field.name: value} if field.entity == "lead" else {
        "contact": {}, field.entity: {field.name: value}})
    shown = masked.get(field.name) if field.entity == "lead" else masked[field.entity].get(field.name)
    assert (shown == value) is not field.personal and ("Jane" not in str(shown) or not field.personal)


def test_what_is_not_known_goes_out_nowhere():
    stray = {"pronouns": "Jane's"}
    lead = {"id": "1", **stray, "contact": PERSON | stray, "organization": {"name": "Acme"} | stray}
    assert "Jane" not in str(mask_lead(lead))


def test_a_part_that_is_unknown_stays_unknown():
    assert mask("contact", {"email": None, "phone": ""}) == {"email": None, "phone": ""}


REDACTED = [
    ("no jane.roe+x@example.com here", "no [email] here"),
    ("Key (email)=(a@b.example)", "Key (email)=([email])"),
    ("'o'brien@x.example' \"jane roe\"@x.example", "'[email]' [email]"),
    ("jörg@müller.example", "[email]"),
    ("GET /find?email=jane%40acme.example&page=2", "GET /find?email=[email]&page=2"),
    ("see https://www.linkedin.com/in/jane-roe/, or not", "see [profile], or not"),
    ("url=https%3A%2F%2Fwww.linkedin.com%2Fin%2Fjane-roe&k=1", "url=[profile]&k=1"),
    ("call +49 (0)30/1234567 now", "call [phone] now"),
    ("to=%2B12025550143", "to=[phone]"),
    ("020 7946 0958, (020) 7946-0958, 0170/1234567", "[phone], [phone], [phone]"),
    ("202-555-0143 (202) 555-0143 202.555.0143", "[phone] [phone] [phone]"),
]
UNTOUCHED = [
    "2026-11-25T10:00:00+00:00", "2026-11-25 10:00:00.123", "took 0.1234567 s", "execution 1234567890",
    "01985432-7812-7123-8999-123456789012", "127.0.0.1:5432 refused", "https://linkedin.com/company/acme",
    "HTTP 0404", ""]


@pytest.mark.parametrize(("text", "left"), REDACTED)
def test_what_identifies_a_person_in_a_text_is_redacted(text, left):
    assert redact(text) == left


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_tells_of_no_person_stays(text):
    assert redact(text) == text


_LETTERS = st.text("abcdefgijäéñ0123456789", min_size=1, max_size=12)
_ADDRESSES = st.builds(
    lambda parts, domain: f"{'.'.join(parts)}@{domain}.example", st.lists(_LETTERS, min_size=1, max_size=3),
    _LETTERS)
_NUMBERS = st.builds(
    lambda digits, mark: "+" + mark.join(digits), st.lists(
        st.text("0123456789", min_size=1, max_size=2), min_size=7, max_size=7),
    st.sampled_from(["", " ", "-", "."]))
_AROUND = st.text(max_size=30)


@given(_AROUND, st.one_of(_ADDRESSES, _NUMBERS), _AROUND)
def test_an_address_or_number_is_redacted_wherever_it_stands(before, secret, after):
    assert secret not in redact(f"{before} {secret} {after}")


@given(st.text())
def test_a_text_is_redacted_once(text):
    once = redact(text)
    assert redact(once) == once


@pytest.mark.parametrize(
    "part", ["a", "a@", "a.", "+1", "0 ", "(0", "a'", '"', "a%40", "1.1.", "http", "linkedin.com/in/"])
def test_the_time_is_bounded_by_the_length(part):
    began = time.process_time()
    redact(part * (20_000 // len(part)))
    assert time.process_time() - began < 2


N8N_LOG = """
const { redact } = require(process.argv[1]);
let told = '';
process.stdin.on('data', (part) => { told += part; }).on('end', () => {
    require('fs').writeFileSync(1, JSON.stringify(JSON.parse(told).map(redact)));
});
"""


def in_node(program, told=""):
    return subprocess.run([str(NODE), "-e", program, str(ROOT / "n8n/redact.cjs")], input=told, text=True,
                          capture_output=True, check=True, timeout=60)


def test_the_log_of_n8n_is_redacted_alike():
    chance = random.Random(7)
    parts = [text for text, _ in REDACTED] + UNTOUCHED + list(" .@+0(-'é")
    texts = [text for text, _ in REDACTED] + UNTOUCHED + [
        "".join(chance.choices(parts, k=4)) for _ in range(500)]
    assert json.loads(in_node(N8N_LOG, json.dumps(texts)).stdout) == [redact(text) for text in texts]


def test_what_n8n_writes_goes_through_it():
    written = in_node("require(process.argv[1]); console.log('a@b.example'); console.error('+12025550143')")
    assert (written.stdout, written.stderr) == ("[email]\n", "[phone]\n")


def test_what_lost_is_masked_as_what_counts_is():
    said = {"source": "lead", "others": [{"source": "hunter", "value": "jane.roe@example.com"}]}
    shown = mask("contact", {"email": "jane@example.com", "fields": {"email": said, "linkedin_url": said,
                                                                     "job_title": said}})
    values = [shown["fields"][name]["others"][0]["value"] for name in shown["fields"]]
    assert values == [
        "j…@example.com", None, "jane.roe@example.com"]


def test_events_tell_what_was_done_and_not_where():
    event = {"type": "page_view", "source": "track", "properties": {
        "url": "https://us.example/jane-roe", "list": "spring", "agent": "Jane's browser"}}
    assert mask_events([event]) == [event | {"properties": {"list": "spring"}}]
