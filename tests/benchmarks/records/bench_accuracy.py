"""Accuracy of the record functions beside the libraries alone, on data nobody here wrote.

    python -m tests.benchmarks.records.bench_accuracy

Bars: names 97.5 %, companies 96 %. Suites that cannot be fetched are named and left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import phonenumbers
import publicsuffixlist
from cleanco import basename
from email_validator import EmailNotValidError, validate_email
from nameparser import HumanName

from sidecar.records import Phone, legal_form, parse_email, parse_phone, registrable_domain, split_name
from sidecar.records.text import words
from tests.benchmarks.records import labelled, suites


def share(title: str, results: Iterable[tuple[bool, ...]], peer: str = "") -> None:
    """Print how much of a suite is right, ours and the peer's."""
    rows = list(results)
    if not rows:
        print(f"{title}: could not be fetched")
        return
    ours, *theirs = (sum(column) / len(rows) for column in zip(*rows, strict=True))
    beside = f", {peer} alone {theirs[0]:.1%}" if theirs else ""
    print(f"{title}: {ours:.1%} of {len(rows)}{beside}")


def _bare(text: str) -> str:
    return "".join(words(text))


def _library_takes(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def _names(cases: Iterable[tuple[str, str, str]]) -> Iterable[tuple[bool, ...]]:
    for text, given, family in cases:
        wanted = _bare(given), _bare(family)
        name, peer = split_name(text), HumanName(text)
        yield (
            (_bare(name.given), _bare(name.family)) == wanted,
            (_bare(peer.first), _bare(peer.last)) == wanted,
        )


def _companies(cases: Iterable[tuple[str, bool]]) -> Iterable[tuple[bool, ...]]:
    for name, has_form in cases:
        cut = _bare(basename(name)) != _bare(name)
        yield (legal_form(name) is not None) == has_form, cut == has_form


def _phones() -> Iterable[tuple[bool]]:
    example: Callable[[str, int], phonenumbers.PhoneNumber | None] = phonenumbers.example_number_for_type
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for number in filter(None, (example(region, kind) for kind in range(11))):
            for form in range(3):
                phone = parse_phone(phonenumbers.format_number(number, form), region)
                e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
                yield (isinstance(phone, Phone) and phone.valid and phone.e164 == e164,)


def _suffixes() -> Iterable[tuple[bool]]:
    text = Path(publicsuffixlist.__file__).with_name("test_psl.txt").read_text("utf-8")
    for host, domain in re.findall(r"^checkPublicSuffix\('(.+?)', (?:'(.+?)'|null)\)", text, re.MULTILINE):
        yield (registrable_domain(host) == (domain.encode("idna").decode() or None),)


def main() -> None:
    """Print every share."""
    share(
        "addresses of email-validator's tests",
        ((isinstance(parse_email(text), tuple) == valid, _library_takes(text) == valid)
         for text, valid in suites.addresses()),
        "email-validator by default",
    )  # fmt: skip
    share("example numbers of every region and kind", _phones())
    share("public suffix vectors", _suffixes())
    share("given and family name, probablepeople's labels", _names(suites.people()), "nameparser")
    share("given and family name, our own variety", _names(labelled.NAMES), "nameparser")
    share("legal form, probablepeople's labels", _companies(suites.companies()), "cleanco")
    share("legal form, our own variety", _companies(labelled.COMPANIES), "cleanco")


if __name__ == "__main__":
    main()
