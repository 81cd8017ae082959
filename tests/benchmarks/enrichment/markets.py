"""Markets of our own making, in the format that `sidecar enrich simulate` reads. Nobody in them exists.

Every seed is another world: two to eight providers with their own prices, hit rates, habits of being wrong
and of billing misses; people and companies that are the more obscure to all of them the less they are known;
leads that tell more or less of themselves and come by ways that are worth more or fewer points.
"""

from __future__ import annotations

import math
import random
from typing import Any

_TITLES = (
    "CEO", "Founder", "VP Sales", "VP of Engineering", "Head of Marketing", "Director of Operations",
    "Marketing Manager", "Sales Manager", "IT Manager", "Product Manager", "Senior Software Engineer",
    "Accountant", "Sales Representative", "HR Manager", "Intern", "Office Assistant",
    "Chief Financial Officer",
    "Nurse", "Teacher", "Purchasing Manager", "Student",
)
_INDUSTRIES = (
    "Computer Software", "Financial Services", "Machinery", "Retail", "Logistics and Supply Chain",
    "Hospital & Health Care", "Construction", "Marketing and Advertising", "Restaurants", "Non-profit",
    "Government Administration", "Telecommunications", "Primary Education", "Religious Institutions",
    "Automotive", "Farming",
)
_COUNTRIES = ("DE", "US", "FR", "GB", "IN", "BR", "SE", "NG", "CN", "AT")
_SIZES = ((1, 10), (11, 50), (51, 200), (201, 500), (501, 1000), (1001, 5000), (5001, 20000))
_FREE = ("gmail.com", "yahoo.com", "gmx.de", "outlook.com")
_GIVEN = ("Anna", "Ben", "Carla", "David", "Elena", "Felix", "Grace", "Henri", "Ines", "Jonas", "Karin",
          "Leo", "Mona", "Nils", "Olga", "Paul", "Rosa", "Simon", "Tina", "Viktor")
_FAMILY = ("Adler", "Brandt", "Castell", "Dorn", "Ebner", "Falk", "Gruber", "Hansen", "Iversen",
           "Janssen", "Krause", "Lund", "Moreau", "Nowak", "Olsen", "Petrov", "Quast", "Rossi", "Sommer",
           "Tanner")
_WAYS: tuple[dict[str, Any], ...] = (
    {"source": "csv import"}, {"source": "web form"}, {"source": "web form", "tags": ["contact"]},
    {"source": "website", "tags": ["demo"]}, {"source": "web form", "tags": ["whitepaper"]},
    {"source": "website", "tags": ["webinar"]}, {"source": "partner"},
)


def market(seed: int, leads: int | None = None, again: random.Random | None = None) -> dict[str, Any]:
    """The market of a seed; of so many leads, else 300 to 900. `again` draws other answers about the same
    leads."""
    world = random.Random(seed)
    providers = _providers(world)
    count = leads or world.randrange(300, 901)
    # How strongly they are obscure: to all alike, by country, by size, by kind of address.
    strength = world.choice((0.3, 1.0, 1.0, 1.8))
    effects = {
        "country": {name: world.gauss(0, 0.5) for name in _COUNTRIES},
        "size": {size: world.gauss(0, 0.2) + 0.15 * (place - 3) for place, size in enumerate(_SIZES)},
        "free": -abs(world.gauss(0.6, 0.4)),
    }
    pools = {
        "title": _uneven(world, _TITLES), "industry": _uneven(world, _INDUSTRIES),
        "country": _uneven(world, _COUNTRIES), "size": _uneven(world, _SIZES), "way": _uneven(world, _WAYS),
    }
    told = {name: world.uniform(low, high) for name, (low, high) in {
        "job_title": (0.1, 0.7), "industry": (0, 0.3), "employee_count": (0, 0.3), "phone": (0.1, 0.5),
        "country": (0.2, 0.9), "company_name": (0.4, 0.95), "linkedin_url": (0, 0.3), "no_email": (0, 0.12),
        "free": (0.05, 0.35)}.items()}
    companies = [_company(world, number, pools, effects, strength)
                 for number in range(max(5, int(count * world.uniform(0.35, 0.95))))]
    return {
        "version": 1, "seed": seed, "currency": "USD",
        "providers": [{"name": provider["name"], "operations": [_shown(o) for o in provider["operations"]]}
                      for provider in providers],
        "leads": [_lead(world, number, world.choice(companies), providers, pools, told, effects, strength,
                        again)
                  for number in range(count)],
    }


def _shown(document: dict[str, Any]) -> dict[str, Any]:
    """Without what the market does not tell."""
    return {name: value for name, value in document.items() if not name.startswith("_")}


def _uneven(world: random.Random, values: tuple[Any, ...]) -> tuple[tuple[Any, ...], list[float]]:
    return values, [world.expovariate(1) + 0.05 for _ in values]


def _draw(world: random.Random, pool: tuple[tuple[Any, ...], list[float]]) -> Any:
    return world.choices(*pool)[0]


def _providers(world: random.Random) -> list[dict[str, Any]]:
    providers = []
    for number in range(world.randrange(2, 9)):
        bills_misses = world.random() < 0.25
        kinds = world.choice((("person",), ("company",), ("person", "company"), ("person", "company"),
                              ("person", "company", "finder"), ("finder", "phone"), ("company", "phone")))
        if number == 0:
            kinds = ("person", "company")
        operations = []
        for kind in kinds:
            price = round(math.exp(world.uniform(math.log(0.008), math.log(0.25))), 4)
            confidence = round(world.uniform(0.5, 0.95), 2)
            operations.append({
                "name": kind, "subject": "organization" if kind == "company" else "contact",
                "needs": _needs(world, kind), "provides": _provides(world, kind), "price_found": price,
                "price_missing": price if bills_misses else 0.0, "latency_ms": world.randrange(100, 4000),
                "confidence": confidence,
                "_ease": math.log(1 / (1 / world.uniform(0.2, 0.9) - 1)),
                "_fill": world.uniform(0.6, 1.0),
                "_wrong": max(0.0, (1 - confidence) * world.uniform(0, 0.35)),
                "_error": world.choice((0.0, 0.0, 0.02, 0.05)),
            })
        providers.append({"name": f"p{number}", "operations": operations})
    return providers


def _needs(world: random.Random, kind: str) -> list[list[str]]:
    return {
        "person": world.choice(([["email"]], [["email"], ["linkedin_url"]])),
        "company": world.choice(([["company_domain"]], [["company_domain"], ["company_name"]])),
        "finder": [["full_name", "company_domain"], ["linkedin_url"]],
        "phone": world.choice(([["linkedin_url"]], [["email"], ["linkedin_url"]])),
    }[kind]


def _provides(world: random.Random, kind: str) -> list[str]:
    always, maybe = {
        "person": (["job_title"], ["phone", "linkedin_url", "country", "city"]),
        "company": (["employee_count"], ["industry", "industry", "annual_revenue"]),
        "finder": (["email"], []), "phone": (["phone"], []),
    }[kind]
    return list(dict.fromkeys([*always, *(name for name in maybe if world.random() < 0.6)]))


def _company(world: random.Random, number: int, pools: Any, effects: Any, strength: float) -> dict[str, Any]:
    size = _draw(world, pools["size"])
    employees = world.randrange(size[0], size[1] + 1)
    country = _draw(world, pools["country"])
    return {
        "company_name": f"Sample {number} Works", "company_domain": f"sample{number}.example",
        "industry": _draw(world, pools["industry"]), "employee_count": employees,
        "annual_revenue": round(employees * math.exp(world.gauss(11.8, 0.7))), "country": country,
        "_known": effects["country"][country] + effects["size"][size] + world.gauss(0, strength),
    }


def _lead(
    world: random.Random, number: int, company: dict[str, Any], providers: list[dict[str, Any]], pools: Any,
    told: dict[str, float], effects: Any, strength: float, again: random.Random | None,
) -> dict[str, Any]:
    first, last = world.choice(_GIVEN), world.choice(_FAMILY)
    free = world.random() < told["free"]
    domain = world.choice(_FREE) if free else company["company_domain"]
    person = {
        "full_name": f"{first} {last}", "email": f"{first}.{last}{number}@{domain}".lower(),
        "job_title": _draw(world, pools["title"]), "phone": f"+49 1512 {3_000_000 + number:07}",
        "linkedin_url": f"https://www.linkedin.com/in/{first}-{last}-{number}".lower(),
        "country": company["country"] if world.random() < 0.9 else _draw(world, pools["country"]),
        "city": world.choice(("Berlin", "Paris", "Wien", "Boston")),
    }
    truth = {**{k: v for k, v in _shown(company).items() if k != "country"}, **person}
    known = effects["country"][person["country"]] + free * effects["free"] + world.gauss(0, strength)
    lead = {"full_name": person["full_name"], **_draw(world, pools["way"])}
    if world.random() < told["no_email"]:
        lead |= {"linkedin_url": person["linkedin_url"], "company_domain": company["company_domain"]}
    else:
        lead["email"] = person["email"]
    lead |= {name: truth[name] for name in ("job_title", "industry", "employee_count", "phone", "country",
                                            "company_name", "linkedin_url") if world.random() < told[name]}
    answers = {}
    for provider in providers:
        for operation in provider["operations"]:
            answers[f"{provider['name']}.{operation['name']}"] = (
                company.setdefault("_answers", {}) if operation["subject"] == "organization" else {}
            ).setdefault((provider["name"], operation["name"]), [_answer(
                lot, operation, truth, pools,
                company["_known"] if operation["subject"] == "organization" else known)
                for lot in (world, again) if lot][-1])
    return {"lead": lead, "answers": answers}


def _answer(world: random.Random, operation: dict[str, Any], truth: dict[str, Any], pools: Any, known: float
            ) -> dict[str, Any]:
    if world.random() < operation["_error"]:
        return {"outcome": "error"}
    if world.random() >= 1 / (1 + math.exp(-operation["_ease"] - known)):
        return {"outcome": "not_found"}
    fields = {name: truth[name] for name in operation["provides"] if world.random() < operation["_fill"]}
    if not fields:
        return {"outcome": "not_found"}
    for name in fields:
        if world.random() < operation["_wrong"]:
            wrong = _wrong(world, name, pools)
            if wrong is not None:
                fields[name] = wrong
    return {"outcome": "found", "fields": fields, "confidence": operation["confidence"]}


def _wrong(world: random.Random, name: str, pools: Any) -> Any:
    if name == "job_title":
        return _draw(world, pools["title"])
    if name == "industry":
        return _draw(world, pools["industry"])
    if name == "employee_count":
        size = _draw(world, pools["size"])
        return world.randrange(size[0], size[1] + 1)
    if name == "country":
        return _draw(world, pools["country"])
    return None
