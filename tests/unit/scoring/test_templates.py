"""Models of industries, to begin a draft from."""

from __future__ import annotations

import pytest

from sidecar.scoring import changes, check_model, default_model
from sidecar.scoring.templates import TEMPLATES, model_of


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_every_template_is_a_model_that_can_be_used_and_differs_from_the_default(template):
    model = model_of(template)
    assert check_model(model) == []
    assert any("industry" in change for change in changes(default_model(), model))
    model["components"]["demographic"]["rules"].clear()
    assert model_of(template)["components"]["demographic"]["rules"]


def test_names_of_templates_are_different():
    assert len({template.name for template in TEMPLATES}) == len(TEMPLATES)
