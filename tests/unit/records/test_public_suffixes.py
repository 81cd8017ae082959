"""The Public Suffix List's own test vectors, which the publicsuffixlist package carries."""

from __future__ import annotations

import re
from pathlib import Path

import publicsuffixlist

from sidecar.records.web import registrable_domain
from tests.cases import check_each

VECTORS = re.findall(
    r"^checkPublicSuffix\('([^']+)', (?:'([^']+)'|null)\);",
    (Path(publicsuffixlist.__file__).parent / "test_psl.txt").read_text("utf-8"), re.MULTILINE)


def test_there_are_many():
    assert len(VECTORS) > 70


def test_the_registrable_domain():
    def check(host, registrable):
        wanted = registrable.encode("idna").decode() if registrable else None
        assert registrable_domain(host) == wanted

    check_each(check, VECTORS)
