"""What has been asked about a lead."""

from __future__ import annotations

from sidecar.enrichment import PROVIDERS
from sidecar.pipeline.surveying import Lookup, Survey


def survey(**outcomes: str) -> Survey:
    """One lead, about whom all can be asked; `provider_operation`: what was answered."""
    possible = {(provider.name, operation.name): Lookup(
        "lead", f"{provider.name}_{operation.name}", provider.name, operation, "subject", {}, ())
        for provider in PROVIDERS.values() for operation in provider.operations}
    return Survey(
        {"lead": possible}, {(key, False): {"outcome": outcome} for key, outcome in outcomes.items()}, {},
        {name: {"live": True} for name in PROVIDERS}, {}, PROVIDERS, {})


def test_who_asked_a_provider_not_to_be_processed_is_asked_about_there_no_more():
    asked = survey(hunter_person="refused", apollo_person="not_found").asked("lead")
    refused = {name for name, outcome in asked.items() if outcome == "refused"}
    assert refused == {("hunter", operation.name) for operation in PROVIDERS["hunter"].operations
                       if operation.subject == "contact"}
    assert asked.keys() - refused == {("apollo", "person")}
