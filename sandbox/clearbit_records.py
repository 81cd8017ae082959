"""Invented people and companies in Clearbit's shape, which two providers answer in."""

from __future__ import annotations

from typing import Any

from sandbox import people


def person(email: str, behaviour: str = "") -> dict[str, Any]:
    """A person; `nulls`: with hardly anything known, `contradict`: with another job."""
    p = people.person(email)
    bare = behaviour == "nulls"
    return {
        "id": str(people.seed(email)),
        "name": {"fullName": f"{p['first']} {p['last']}", "givenName": p["first"],
                 "familyName": p["last"]},
        "email": email, "location": None,
        "geo": {"city": None if bare else p["city"], "state": None if bare else p["region"],
                "countryCode": None if bare else p["code"]},
        "employment": {
            "domain": "elsewhere.example" if behaviour == "contradict" else p["domain"], "name": None,
            "title": None if bare else "Fire Juggler" if behaviour == "contradict" else p["title"],
            "role": p["role"], "subRole": None, "seniority": None},
        "facebook": {"handle": None}, "twitter": {"handle": None, "id": None, "followers": None},
        "linkedin": {"handle": None if bare else p["slug"]}, "phone": None, "fuzzy": False,
        "emailProvider": False,
    }


def company(domain: str, behaviour: str = "") -> dict[str, Any]:
    """A company; `nulls`: without head count, but with its range."""
    c = people.company(domain)
    return {
        "id": str(people.seed(domain)), "name": c["name"], "legalName": None, "domain": domain,
        "domainAliases": [], "category": {"sector": None, "industry": c["industry"]}, "tags": [],
        "description": f"{c['name']} is an invented company.", "foundedYear": c["founded"],
        "geo": {"city": c["city"], "state": c["region"], "countryCode": c["code"]},
        "linkedin": {"handle": f"company/{c['slug']}"}, "twitter": {"handle": None, "id": None},
        "tech": ["nginx", "postgresql"],
        "metrics": {"employees": None if behaviour == "nulls" else c["count"],
                    "employeesRange": c["band"], "annualRevenue": c["revenue"]},
        "parent": {"domain": None},
    }
