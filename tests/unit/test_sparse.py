"""Picking fields of an answer."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError

from sidecar.api.schemas.leads import Lead
from sidecar.api.sparse import FieldPaths, project

ROW = {"id": "1", "score": {"total": 5.0, "grade": "cold"}, "organization": None, "utm": {"source": "x"},
       "contact": {"email": "a@b.example"}, "masked": True}


@pytest.mark.parametrize(("text", "picked"), [
    ("id", {"id": "1"}), (" id , score.total", {"id": "1", "score": {"total": 5.0}}),
    ("score,score.total", {"score": ROW["score"]}), ("organization.name", {"organization": None}),
    ("contact.phone", {"contact": {}}), ("utm.source", {"utm": {"source": "x"}}), ("utm.medium", {"utm": {}}),
])
def test_what_is_wanted_is_answered_and_always_whether_it_is_masked(text, picked):
    assert project(ROW, FieldPaths(Lead).deserialize(text)) == picked | {"masked": True}


@pytest.mark.parametrize("text", [
    "", ",", "nothing", "contact.nothing", "id.x", "score.reasons.text", "utm.a.b", "__class__", "contact.",
    ".id", "id;status", ",".join(["id"] * 101) + ",x",
])
def test_what_is_not_there_cannot_be_wanted(text):
    with pytest.raises(ValidationError):
        FieldPaths(Lead).deserialize(text)
