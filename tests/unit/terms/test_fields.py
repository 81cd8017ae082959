"""The table of fields: what must hold of every line, and what is written by hand beside it."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from sidecar.api.schemas import LeadEdit, LeadFilters
from sidecar.records.schema import IDENTITIES
from sidecar.terms import fields, states
from sidecar.terms.fields import FIELDS, GIVEN, fields_of

ROOT = Path(__file__).parents[3]


def test_a_name_and_a_column_stand_once_in_an_entity() -> None:
    for key in ("name", "column", "lead"):
        found = Counter((field.entity, getattr(field, key)) for field in FIELDS if getattr(field, key))
        assert [place for place, n in found.items() if n > 1] == []


def test_a_lead_calls_a_persons_field_by_its_own_name() -> None:
    assert [field.name for field in fields_of("contact") if field.lead not in (field.name, None)] == []


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: f"{field.entity}.{field.name}")
def test_a_field_is_of_one_piece(field: fields.Field) -> None:
    assert field.derived_from is None or (field.derived_from in {
        other.name for other in fields_of(field.entity)} and not field.editable)
    assert field.derived_from or not field.unstated
    # What one may send or edit is bounded; what is read by a lead's rules is one of its fields.
    assert field.kind != "text" or field.choices or field.longest or not (
        field.editable or field.lead in GIVEN)
    assert field.entity == "lead" or not field.editable or field.reads_as in GIVEN


def test_what_the_request_for_leads_lists_by_hand_is_what_the_table_says() -> None:
    assert LeadEdit().fields.keys() == {field.name for field in fields_of("lead") if field.editable}
    assert {field.filter for field in FIELDS if field.filter} <= LeadFilters().fields.keys()


def test_the_page_of_leads_lists_the_fields_of_a_lead() -> None:
    text = " ".join((ROOT / "docs/LEADS.md").read_text(encoding="utf-8").split())
    needed, others = re.search(r"A lead needs one of (.*?); the other fields are `(.*?)`", text).groups()
    assert needed == ", ".join(f"`{name}`" for name in IDENTITIES)
    assert others.split(", ") == [name for name in GIVEN if name not in IDENTITIES]


def test_groups_of_states_are_states() -> None:
    for part, whole in ((states.OPEN, states.STATUSES), (states.DUE, states.STAGES),
                        (states.HELD, states.STAGES), (states.UNDER_WAY, states.CALL_STATES),
                        (states.OWED, states.MESSAGE_STATES), (states.JOB_DUE, states.JOB_STATES),
                        (states.JOB_UNFINISHED, states.JOB_STATES)):
        assert set(part) < set(whole)


def test_the_ground_floor_stands_on_nothing() -> None:
    for file in (ROOT / "sidecar/terms").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [
                alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert all(not name.startswith("sidecar") or name.startswith("sidecar.terms") for name in names)
