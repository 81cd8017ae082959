"""The tools as a model reads them."""

from __future__ import annotations

import jsonschema
import pytest

from sidecar.assistants.tools import TOOLS
from sidecar.store.leads import SORTS
from sidecar.terms.states import GRADES


def test_there_are_at_most_eight():
    assert len(TOOLS) <= 8


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_a_tool_tells_what_it_takes_in_json_schema(tool):
    jsonschema.Draft202012Validator.check_schema(tool.arguments)
    assert tool.arguments["type"] == "object" and tool.arguments["additionalProperties"] is False
    assert 40 < len(tool.description) < 600


def test_choices_and_bounds_are_told():
    takes = TOOLS["find_leads"].arguments["properties"]
    assert takes["grade"]["enum"] == list(GRADES) and takes["sort"]["enum"] == list(SORTS)
    assert (takes["limit"]["minimum"], takes["limit"]["maximum"]) == (1, 25)


def test_names_of_arguments_are_ours_alone():
    assert TOOLS["lead"].names_of(["reveal", "jane@acme.example", "lead_id"]) == ["reveal", "lead_id"]
