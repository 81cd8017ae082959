"""Speed and accuracy of the record functions.

    python -m tests.benchmarks.records.bench_records

Prints microseconds per lead beside the plain sum of the library calls the functions rest on,
measured in the same run over the same leads, memory, start-up time and accuracy on the labelled
sets beside this file.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from sidecar.records import RecordSettings, normalize, validate
from tests.benchmarks.records.leads import make_leads

LEADS = 10_000
SETTINGS = RecordSettings(default_region="US")


def library_calls() -> dict[str, Callable[[dict[str, Any]], object]]:
    """Return what a lead costs in the libraries when each is simply called once."""
    import phonenumbers
    from cleanco import basename
    from email_validator import EmailNotValidError, validate_email
    from nameparser import HumanName
    from publicsuffixlist import PublicSuffixList

    suffixes = PublicSuffixList()

    def email(lead: dict[str, Any]) -> object:
        try:
            return validate_email(lead["email"], check_deliverability=False)
        except EmailNotValidError:
            return None

    def phone(lead: dict[str, Any]) -> object:
        try:
            number = phonenumbers.parse(lead["phone"], "US")
        except phonenumbers.NumberParseException:
            return None
        if not phonenumbers.is_valid_number(number):
            return None
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def name(lead: dict[str, Any]) -> object:
        parsed = HumanName(lead.get("full_name") or f"{lead['first_name']} {lead['last_name']}")
        return parsed.first, parsed.last

    def company(lead: dict[str, Any]) -> object:
        return basename(lead["company_name"])

    def domain(lead: dict[str, Any]) -> object:
        return suffixes.privatesuffix(lead["email"].rpartition("@")[2])

    return {
        "email-validator": email,
        "phonenumbers": phone,
        "nameparser": name,
        "cleanco": company,
        "publicsuffixlist": domain,
    }


def per_lead(call: Callable[[dict[str, Any]], object], leads: list[dict[str, Any]]) -> float:
    """Return microseconds of processor time for each lead."""
    start = time.process_time()
    for lead in leads:
        call(lead)
    return (time.process_time() - start) / len(leads) * 1e6


def ours(lead: dict[str, Any]) -> None:
    """Validate, then normalise: what intake does with each lead."""
    validate(lead, SETTINGS)
    normalize(lead, SETTINGS)


def speed() -> float:
    """Print and return the ratio of our time to the libraries'."""
    leads = make_leads(LEADS)
    names = [lead.get("full_name") or f"{lead['first_name']} {lead['last_name']}" for lead in leads]
    warm = make_leads(200, seed=1)
    total = 0.0
    print(f"{LEADS} leads, {len(set(names)) / LEADS:.1%} unique names")
    for title, call in library_calls().items():
        per_lead(call, warm)
        cost = per_lead(call, leads)
        total += cost
        print(f"  {title:18} {cost:7.1f} µs/lead")
    per_lead(ours, warm)
    cost = per_lead(ours, leads)
    print(f"  plain sum          {total:7.1f} µs/lead")
    print(f"  validate+normalize {cost:7.1f} µs/lead")
    print(f"ratio to the plain sum of library calls: {cost / total:.2f} (bar 0.50)")
    return cost / total


def memory_and_start() -> tuple[float, float]:
    """Print and return megabytes at the peak of this process and seconds to import."""
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import sidecar.records"], check=True)
    seconds = time.perf_counter() - start
    print(f"memory at the peak: {megabytes:.0f} MB (bar 250)")
    print(f"import sidecar.records in a new process: {seconds:.2f} s (bar 1)")
    return megabytes, seconds


def growth() -> None:
    """Print how the cost of hostile fields grows when they are twice as long (2 is linear)."""
    shapes = {
        "letters": "a", "dots": "a.", "at signs": "@", "digits": "1", "spaces": " x", "commas": "a,",
        "brackets": "(", "combining marks": "e\u0301", "Chinese": "\u674e", "surrogates": "\ud800",
    }
    fields = ("email", "phone", "full_name", "company_name", "job_title", "company_domain", "country",
              "linkedin_url", "annual_revenue", "message", "tags")
    worst = ("", 0.0)
    for name, unit in shapes.items():
        for field in fields:
            costs = []
            for size in (500_000, 1_000_000):
                lead = {field: unit * (size // len(unit))}
                costs.append(min(per_lead(ours, [lead]) for _ in range(3)))
            if costs[1] > 1000:  # what is refused by its length alone costs nothing worth a ratio
                worst = max(worst, (f"{field} of {name}", costs[1] / costs[0]), key=lambda item: item[1])
    print(f"1 MB beside 0.5 MB in one field, worst growth: {worst[1]:.1f} ({worst[0]})")


def main() -> None:
    """Print every figure."""
    speed()
    memory_and_start()
    growth()


if __name__ == "__main__":
    main()
