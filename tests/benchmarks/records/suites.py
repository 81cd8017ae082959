"""Labelled data that nobody here wrote: the test data of packages, some fetched as source archives."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

PROBABLEPEOPLE = "probablepeople==0.5.6"
# Words that its labels call a part of the name and registers call a legal form.
_FORM = re.compile(r"(?:co|corp|corporation|company|inc|incorporated)\.?,?", re.IGNORECASE)


@cache
def source(requirement: str) -> tarfile.TarFile | None:
    """Fetch a package's source archive; None without the registry."""
    folder = tempfile.mkdtemp()
    package = requirement.partition("==")[0]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", package,
               "--dest", folder, requirement]  # fmt: skip
    try:
        subprocess.run(command, capture_output=True, check=True, timeout=120)
    except subprocess.SubprocessError:
        return None
    return tarfile.open(next(Path(folder).glob("*.tar.gz")))


def _read(requirement: str, ending: str) -> str | None:
    archive = source(requirement)
    if archive is None:
        return None
    member = next(name for name in archive.getnames() if name.endswith(ending))
    content = archive.extractfile(member)
    return content.read().decode("utf-8") if content else None


def addresses() -> Iterator[tuple[str, bool]]:
    """Yield (address, whether it is valid) from email-validator's tests of syntax.

    Among them is the corpus of the project isemail (RFC 5321, 5322). Left out is what the package
    takes or refuses by an option only: display names and domain literals.
    """
    text = _read(f"email-validator=={version('email-validator')}", "tests/test_syntax.py")
    for node in ast.parse(text or "").body:
        if not isinstance(node, ast.FunctionDef) or not node.decorator_list:
            continue
        if node.name == "test_pyisemail_tests":
            for address, status in ast.literal_eval(_cases(node)):
                yield address, status == "ISEMAIL_VALID" or status.startswith("ISEMAIL_RFC5321")
            continue
        valid = node.name in ("test_email_valid", "test_email_valid_intl_local_part")
        if valid or node.name in ("test_email_invalid_syntax", "test_email_invalid_reserved_domain"):
            for case in _cases(node).elts:
                first = case.elts[0] if isinstance(case, ast.Tuple) else case
                if isinstance(first, ast.Constant) and not str(first.value).endswith((">", "]")):
                    yield str(first.value), valid


def _cases(test: ast.FunctionDef) -> ast.List:
    """Return the list that a test is parametrised with."""
    cases = test.decorator_list[0].args[1]  # type: ignore[attr-defined]
    assert isinstance(cases, ast.List)
    return cases


def _labelled(ending: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    text = _read(PROBABLEPEOPLE, ending)
    for element in ElementTree.fromstring(text) if text else ():
        yield " ".join("".join(element.itertext()).split()), [(e.tag, e.text or "") for e in element]


def people() -> Iterator[tuple[str, str, str]]:
    """Yield (text, given name, family name) where probablepeople's labels name one of each."""
    for text, parts in _labelled("person_labeled.xml"):
        given = [word for label, word in parts if label == "GivenName"]
        family = [word for label, word in parts if label == "Surname"]
        if len(given) == len(family) == 1:
            yield text, given[0], family[0]


def companies() -> Iterator[tuple[str, bool]]:
    """Yield (name, whether it has a legal form) by probablepeople's labels.

    "& Co" and all else labelled as joined by "and" counts as a form. Left out are committees and
    texts with a second name.
    """
    for text, parts in _labelled("company_labeled.xml"):
        labels = {label for label, _ in parts}
        if labels.isdisjoint(("AKA", "CorporationCommitteeType")):
            yield text, not labels.isdisjoint(("CorporationLegalType", "CorporationNameAndCompany")) or any(
                label == "CorporationNameOrganization" and _FORM.fullmatch(word)
                for label, word in parts
            )
