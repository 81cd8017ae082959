"""Markets of an ordinary seller (format: sidecar/enrichment/market.py), made from a seed.

Few providers, most leads far from a threshold: newsletters and imports outnumber requests for a demo, small
firms large ones, specialists chiefs. Each person and each company has a hidden obscurity, by which every
provider finds it more seldom. Written apart from markets.py, whose markets are deliberately wide; what holds
in both kinds does not hang on how one of them was made.
"""

from __future__ import annotations

import math
from random import Random
from typing import Any

_SOURCES = {"newsletter": 24, "csv import": 22, "content download": 14, "contact form": 12,
            "demo_request": 11, "webinar": 9, "trade fair": 8}
_TITLES = {
    "Chief Executive Officer": 4, "Owner": 5, "Chief Technology Officer": 3, "Partner": 2, "VP Sales": 4,
    "VP Marketing": 3, "Sales Director": 6, "Director of Operations": 5, "Marketing Manager": 12,
    "Operations Manager": 9, "Product Manager": 7, "Senior Software Engineer": 9, "Senior Accountant": 5,
    "Software Engineer": 9, "Accountant": 5, "Office Assistant": 5, "HR Specialist": 4, "Intern": 3}
_INDUSTRIES = {
    "Software": 14, "Financial Services": 8, "Marketing and Advertising": 7, "Logistics": 5, "Retail": 9,
    "Machinery": 6, "Hospital & Health Care": 7, "Construction": 8, "Higher Education": 7,
    "Government Administration": 4, "Nonprofit Organization": 5, "Restaurants": 6, "Food Production": 4,
    "Religious Institutions": 1, "Telecommunications": 3, "Insurance": 3, "Fine Art": 2, "Law Practice": 3}
_SIZES = {(1, 10): 26, (11, 50): 26, (51, 200): 19, (201, 500): 10, (501, 1000): 6, (1001, 5000): 7,
          (5001, 10000): 3, (10001, 90000): 3}
_COUNTRIES = {"US": 34, "DE": 14, "GB": 12, "FR": 8, "NL": 4, "ES": 4, "IN": 9, "BR": 6, "JP": 3, "AE": 2,
              "ZA": 2, "AT": 2}
_CODES = {"US": "+1212555", "DE": "+4930555", "GB": "+4420794", "FR": "+3314268"}
_FIRST = [
    "Anna", "Ben", "Carla", "David", "Elena", "Felix", "Greta", "Hugo",
    "Ines", "Jonas", "Karim", "Lea", "Marco", "Nadia", "Oscar", "Priya"]
_LAST = [
    "Adler", "Brandt", "Costa", "Dubois", "Evans", "Fischer", "Garcia", "Hansen",
    "Ito", "Jansen", "Kumar", "Lopez", "Moreau", "Novak"]
_COMPANY = ("industry", "employee_count", "annual_revenue", "company_name")
_PERSON = ("job_title", "linkedin_url", "phone", "country", "full_name")


def plain_market(seed: int, count: int | None = None, again: Random | None = None) -> dict[str, Any]:
    """The document of one market, of `count` leads if that is given. `again` draws other answers about the
    same leads."""
    random = Random(f"plain {seed}")
    providers = [_provider(random, number) for number in range(random.randint(3, 6))]
    for subject in ("organization", "contact"):  # somebody knows people, somebody companies
        if not any(one["subject"] == subject for provider in providers for one in provider["operations"]):
            random.choice(providers)["operations"].append(_operation(random, subject))
    hidden = {  # what nobody is told: how often, how hard obscurity bites, how often right and filled
        (provider["name"], one["name"]): (
            random.uniform(0.3, 0.8), random.uniform(0.6, 1.6), random.uniform(0.9, 0.99),
            {name: random.uniform(0.6, 1.0) for name in one["provides"]})
        for provider in providers for one in provider["operations"]}
    drawn = random.randint(300, 900)
    count = count or drawn
    companies = [_company(random, number) for number in range(round(count * random.uniform(0.4, 0.9)))]
    leads = []
    for number in range(count):
        company = companies[min(int(random.expovariate(3 / len(companies))), len(companies) - 1)]
        person = _person(random, number, company)
        leads.append({"lead": _lead(random, person, company), "answers": {
            f"{provider['name']}.{one['name']}": [
                _answer(lot, company if one["subject"] == "organization" else person, one,
                        hidden[provider["name"], one["name"]])
                for lot in (random, again) if lot][-1]
            for provider in providers for one in provider["operations"]}})
    # Whoever is asked about a company says the same of all who work there: a mail host is nobody's company.
    said: dict[tuple[str, str], Any] = {}
    for one in leads:
        domain = one["lead"].get("company_domain") or one["lead"]["email"].partition("@")[2]
        for provider in providers:
            for operation in provider["operations"]:
                if operation["subject"] == "organization":
                    name = f"{provider['name']}.{operation['name']}"
                    one["answers"][name] = said.setdefault((domain, name), one["answers"][name])
    return {"version": 1, "seed": seed, "currency": "USD", "providers": providers, "leads": leads}


def _provider(random: Random, number: int) -> dict[str, Any]:
    subjects = random.choice((["contact"], ["organization"], ["organization", "contact"]))
    return {"name": f"p{number}", "operations": [_operation(random, subject) for subject in subjects]}


def _operation(random: Random, subject: str) -> dict[str, Any]:
    fields = _COMPANY if subject == "organization" else _PERSON
    price = round(0.01 * 30 ** random.random(), 3)
    return {
        "name": "company" if subject == "organization" else "person", "subject": subject,
        "needs": [["company_domain"]] if subject == "organization" else [["email"]],
        "provides": [fields[0], *random.sample(fields[1:], random.randint(1, len(fields) - 1))],
        "price_found": price, "price_missing": random.choice((0.0, 0.0, price)),
        "latency_ms": random.randint(100, 2000), "confidence": round(random.uniform(0.6, 0.95), 2)}


def _company(random: Random, number: int) -> dict[str, Any]:
    least, most = _draw(random, _SIZES)
    people = random.randint(least, most)
    return {
        "domain": f"firm{number}.example", "company_name": f"Firm {number}", "employee_count": people,
        "industry": _draw(random, _INDUSTRIES),
        "annual_revenue": round(people * 1e5 * math.exp(random.gauss(0, 0.6))),
        "country": _draw(random, _COUNTRIES), "obscurity": random.gauss(0, 1) - math.log10(people) / 2 + 1}


def _person(random: Random, number: int, company: dict[str, Any]) -> dict[str, Any]:
    first, last = random.choice(_FIRST), random.choice(_LAST)
    country = company["country"] if random.random() < 0.85 else _draw(random, _COUNTRIES)
    return {
        "full_name": f"{first} {last}", "job_title": _draw(random, _TITLES), "country": country,
        "linkedin_url": f"https://www.linkedin.com/in/{first}-{last}-{number}".lower(),
        "phone": f"{_CODES.get(country, '+1415555')}{number % 10000:04}",
        "login": f"{first}.{last}.{number}".lower(),
        "obscurity": 0.5 * company["obscurity"] + random.gauss(0, 0.9)}


def _lead(random: Random, person: dict[str, Any], company: dict[str, Any]) -> dict[str, Any]:
    private = random.random() < 0.25
    lead = {"source": _draw(random, _SOURCES),
            "email": f"{person['login']}@{'gmail.com' if private else company['domain']}"}
    for name, known in (("full_name", 0.8), ("job_title", 0.3), ("country", 0.4), ("phone", 0.2),
                        ("company_name", 0.5), ("employee_count", 0.08), ("industry", 0.08)):
        if random.random() < known:
            lead[name] = (person.get(name) or company[name])
    if private and random.random() < 0.4:
        lead["company_domain"] = company["domain"]
    return lead


def _answer(random: Random, of: dict[str, Any], operation: dict[str, Any],
            hidden: tuple[float, float, float, dict[str, float]]) -> dict[str, Any]:
    rate, bite, right, filled = hidden
    if random.random() < 0.02:
        return {"outcome": "error"}
    chance = 1 / (1 + math.exp(-(math.log(rate / (1 - rate)) - bite * of["obscurity"])))
    if random.random() > chance:
        return {"outcome": "not_found"}
    wrong = {"industry": _INDUSTRIES, "job_title": _TITLES, "country": _COUNTRIES}
    fields: dict[str, Any] = {}
    for name, share in filled.items():
        if random.random() < share:
            fields[name] = of[name]
            if random.random() > right:
                if name in wrong:
                    fields[name] = _draw(random, wrong[name])
                elif name in ("employee_count", "annual_revenue"):
                    fields[name] = max(1, round(of[name] * math.exp(random.gauss(0, 1))))
    return {"outcome": "found", "fields": fields, "confidence": operation["confidence"]} if fields else {
        "outcome": "not_found"}


def _draw(random: Random, weights: dict[Any, int]) -> Any:
    return random.choices(list(weights), list(weights.values()))[0]
