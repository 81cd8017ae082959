"""Scoring models for some industries, to begin a draft from: the default model with whom such sellers seek.

Sizes and departments are the vocabularies of `sidecar/terms/fields.py`; industries are matched by words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sidecar.scoring.default import default_model


class Template(NamedTuple):
    """`industries`, `sizes` and `departments` that fit best, in place of those of the default model."""

    name: str
    title: str
    industries: Sequence[str]
    sizes: Sequence[str]
    departments: Sequence[str]


TEMPLATES: Final = (
    Template(
        "software", "Seller to software and internet companies",
        ("software", "saas", "internet", "information technology", "it services", "computer", "e commerce",
         "telecommunication", "fintech"),
        ("11-50", "51-200", "201-500"), ("engineering", "product", "operations", "marketing")),
    Template(
        "manufacturing", "Seller to industry and manufacturing",
        ("manufactur", "machinery", "industrial", "automotive", "electronic", "electrical", "chemical",
         "plastics", "packaging", "aviation", "semiconductor"),
        ("201-500", "501-1000", "1001-5000", "5001-10000"), ("operations", "engineering", "finance")),
    Template(
        "finance", "Seller to banks, insurers and investors",
        ("financial", "banking", "bank", "insurance", "investment", "capital markets", "asset management",
         "accounting"),
        ("201-500", "501-1000", "1001-5000", "5001-10000", "10001+"),
        ("finance", "operations", "engineering")),
    Template(
        "health", "Seller to health care and life sciences",
        ("hospital", "health", "medical", "pharma", "biotechnology", "medical device", "life sciences"),
        ("51-200", "201-500", "501-1000", "1001-5000"), ("research", "operations", "engineering")),
    Template(
        "services", "Seller to agencies and consultancies",
        ("marketing", "advertising", "consulting", "professional services", "staffing", "recruiting", "legal",
         "law practice", "design", "market research"),
        ("11-50", "51-200", "201-500"), ("marketing", "sales", "operations", "advisory")),
)


def model_of(template: Template) -> dict[str, Any]:
    """The model of a template: a new JSON document, the caller's to change."""
    model = default_model() | {"title": template.title}
    rules = {rule["name"]: rule for name in ("demographic", "firmographic")
             for rule in model["components"][name]["rules"]}
    rules["department"]["cases"] = [{
        "values": [*template.departments], "points": 15, "text": "Works where the product is used ({value})"}]
    rules["company_size"]["cases"] = [
        {"values": [*template.sizes], "points": 40, "text": "{value} employees: fits best"}]
    rules["company_size"]["otherwise"] = {"points": 12, "text": "{value} employees: possible"}
    rules["industry"]["cases"] = [
        {"words": [*template.industries], "points": 30, "text": "Industry fits best: {value}"}]
    return model
