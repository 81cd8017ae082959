"""Speed and size of the record functions.

    python -m tests.benchmarks.records.bench_records

Prints microseconds per lead beside the plain sum of the library calls the functions rest on,
measured in the same run over the same leads, memory, start-up time and how the cost of a hostile
field grows with its size.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from sidecar.records import RecordSettings, read_lead
from sidecar.records.schema import TEXTS
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
    """Validate and normalise: what intake does with each lead."""
    read_lead(lead, SETTINGS)


def speed() -> float:
    """Print and return the ratio of our time to the libraries'.

    They take turns, a thousand leads each, so that what else the machine does strikes all alike.
    """
    leads = make_leads(LEADS)
    names = [lead.get("full_name") or f"{lead['first_name']} {lead['last_name']}" for lead in leads]
    warm = make_leads(200, seed=1)
    calls = library_calls() | {"validate+normalize": ours}
    print(f"{LEADS} leads, {len(set(names)) / LEADS:.1%} unique names")
    for call in calls.values():
        per_lead(call, warm)
    costs = dict.fromkeys(calls, 0.0)
    for start in range(0, LEADS, 1000):
        for title, call in calls.items():
            costs[title] += per_lead(call, leads[start:start + 1000]) * 1000 / LEADS
    for title, cost in costs.items():
        print(f"  {title:18} {cost:7.1f} µs/lead")
    cost = costs.pop("validate+normalize")
    total = sum(costs.values())
    print(f"  plain sum          {total:7.1f} µs/lead")
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


def growth() -> float:
    """Print and return the worst ratio of the cost of a hostile field of 1 MB to one of half a MB."""
    ratios = []
    for field in (*TEXTS, "message"):
        for unit in ("x", "a ", "é,", "<("):
            leads = ({field: unit * (size // len(unit))} for size in (500_000, 1_000_000))
            half, whole = (min(per_lead(ours, [lead]) for _ in range(2)) for lead in leads)
            if whole > 20_000:  # shorter times say nothing
                ratios.append((whole / half, field, whole))
    worst, field, cost = max(ratios)
    print(f"cost of 1 MB to half a MB: at most {worst:.1f} ({field}, {cost / 1000:.0f} ms)")
    return worst


def main() -> None:
    """Print every figure."""
    speed()
    memory_and_start()
    growth()


if __name__ == "__main__":
    main()
