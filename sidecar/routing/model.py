"""The routing model: rules, in order, by which hot leads find their owner. A JSON document.

    {"version": "routing@3", "account_owner_first": true,
     "rules": [{"name": "dach", "text": "German-speaking", "countries": ["DE", "AT", "CH"],
                "to": {"team": "Team DACH"}},
               {"name": "large", "when": {"fact": "organization.company_size", "in": ["10001+"]},
                "to": {"people": [{"email": "ann@example.com", "weight": 2}, {"email": "bo@example.com"}]}}],
     "otherwise": {"everybody": true}}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from sidecar.records import country_code
from sidecar.scoring import conditions
from sidecar.scoring.changes import named_changes, object_changes
from sidecar.scoring.checking import check_condition
from sidecar.scoring.shapes import CONDITION, NAME, TEXT, Schema, obj, texts
from sidecar.scoring.subject import Subject, reader
from sidecar.scoring.validation import Problem, pointer, problems

OTHERWISE: Final = "otherwise"  # as a rule's name: for leads that no rule is for
ACCOUNT: Final = "account"  # as a rule's name: the account's owner has it
RESERVED: Final = (OTHERWISE, ACCOUNT)
# Of these the first that is known tells where a lead is.
_COUNTRY: Final = ("contact.country", "contact.phone_country", "organization.country")
_REGION: Final = ("contact.region", "organization.region")

_POOL: Final[Schema] = {"$ref": "#/$defs/pool"}
_ONE_POOL: Final[Schema] = {
    "description": 'whom leads go to: {"team": its name}, {"people": [{"email", "weight"?}]} or'
                   ' {"everybody": true}',
    "anyOf": [
        obj({"team": TEXT}),
        obj({"people": {"type": "array", "minItems": 1, "maxItems": 200, "items": obj(
            {"email": {"type": "string", "minLength": 3, "maxLength": 320},
             "weight": {"type": "integer", "minimum": 1, "maximum": 100}}, required=("email",))}}),
        obj({"everybody": {"const": True}}),
    ]}
_COUNTRIES: Final[Schema] = {
    "type": "array", "minItems": 1, "maxItems": 300,
    "items": {"type": "string", "pattern": "^[A-Z]{2}$",
              "description": "a country's code of two letters (ISO 3166-1), e.g. DE"}}


@cache
def model_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a routing model; to be read, not changed."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Routing model",
        **obj(
            {
                "version": {"type": "string", "pattern": r"\S", "maxLength": 100,
                            "description": "a text of 1 to 100 characters"},
                "title": TEXT,
                "account_owner_first": {"type": "boolean"},
                "rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}, "maxItems": 200},
                "otherwise": _POOL,
            },
            required=("version", "rules", "otherwise")),
        "$defs": {
            "condition": conditions.schema(),
            "pool": _ONE_POOL,
            "rule": obj({"name": NAME, "text": TEXT, "countries": _COUNTRIES, "regions": texts(300),
                         "when": CONDITION, "to": _POOL}, required=("name", "to")),
        },
    }


def check_model(model: object) -> list[Problem]:
    """What is wrong with a model, each with a JSON pointer; empty when it can be used. Never raises. Whether
    its teams and people exist is not asked here."""
    return problems(model, model_schema()) or list(_semantics(model))


def _semantics(model: Any) -> Iterator[Problem]:
    taken, for_all = set(RESERVED), ""
    yield from _pool(model["otherwise"], "otherwise")
    for place, rule in enumerate(model["rules"]):
        at = ("rules", place)
        if rule["name"] in taken:
            yield Problem(pointer(*at, "name"), f"the name {rule['name']} is taken")
        taken.add(rule["name"])
        if for_all:
            yield Problem(pointer(*at), f"is never reached: {for_all} before it takes every lead")
        elif not rule.keys() & {"countries", "regions", "when"}:
            for_all = rule["name"]
        for number, country in enumerate(rule.get("countries", ())):
            if country_code(country) != country:
                yield Problem(pointer(*at, "countries", number), f"there is no country {country}")
        if "when" in rule:
            yield from check_condition(rule["when"], *at, "when")
        yield from _pool(rule["to"], *at, "to")


def _pool(pool: Mapping[str, Any], *at: str | int) -> Iterator[Problem]:
    seen = set()
    for number, person in enumerate(pool.get("people", ())):
        if (email := person["email"].casefold()) in seen:
            yield Problem(pointer(*at, "people", number), f"{email} is named twice")
        seen.add(email)


def named_in(model: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The teams and people that a model without problems names: (pointer, "team" or "email", name)."""
    pools: list[tuple[tuple[str, ...], Any]] = [(("otherwise",), model["otherwise"])]
    pools += [(("rules", str(place), "to"), rule["to"]) for place, rule in enumerate(model["rules"])]
    for at, pool in pools:
        if "team" in pool:
            yield pointer(*at, "team"), "team", pool["team"]
        for number, person in enumerate(pool.get("people", ())):
            yield pointer(*at, "people", number, "email"), "email", person["email"]


class Rule(NamedTuple):
    """A rule made ready: its `holds` of a lead's facts, and its pool as the model has it."""

    name: str
    text: str
    holds: Callable[[Subject], bool]
    pool: Mapping[str, Any]


class Model(NamedTuple):
    """A routing model made ready. The last rule is for every lead."""

    version: str
    account_owner_first: bool
    rules: tuple[Rule, ...]

    def rule_for(self, subject: Subject) -> Rule:
        """The first rule that holds."""
        return next(rule for rule in self.rules if rule.holds(subject))

    @property
    def otherwise(self) -> Rule:
        """That of leads that no other rule is for."""
        return self.rules[-1]


def compiled(model: Mapping[str, Any]) -> Model:
    """A model without problems, made ready. What it does never raises, whatever the facts."""
    rules = [Rule(rule["name"], rule.get("text", ""), _holds(rule), rule["to"]) for rule in model["rules"]]
    return Model(model["version"], model.get("account_owner_first", True), (
        *rules, Rule(OTHERWISE, "", lambda subject: True, model["otherwise"])))


def _holds(rule: Mapping[str, Any]) -> Callable[[Subject], bool]:
    parts = [_one_of(places, rule[name]) for name, places in (("countries", _COUNTRY), ("regions", _REGION))
             if name in rule]
    if "when" in rule:
        parts.append(conditions.compiled(rule["when"]))
    return lambda subject: all(part(subject) for part in parts)


def _one_of(places: tuple[str, ...], wanted: list[str]) -> Callable[[Subject], bool]:
    read, values = reader(places), frozenset(map(conditions.plain, wanted))
    return lambda subject: (value := read(subject.facts)) is not None and conditions.plain(value) in values


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What changed from one model to another (both without problems), a sentence for each change. Nothing but
    the version: an empty list."""
    return list(_changes(old, new))


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    first = {"account_owner_first": True}
    yield from object_changes("model", *({
        name: value for name, value in ({**first, **model}).items() if name not in ("version", "rules")}
        for model in (old, new)))
    before, after = ({rule["name"]: rule for rule in model["rules"]} for model in (old, new))
    yield from named_changes("rule", before, after)
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield f"the order of rules: {', '.join(before)} -> {', '.join(after)}"


def default_model() -> dict[str, Any]:
    """The model of a new installation: a new JSON document, the caller's to change."""
    return {"version": "routing-default-1", "account_owner_first": True, "rules": [],
            "otherwise": {"everybody": True}}
