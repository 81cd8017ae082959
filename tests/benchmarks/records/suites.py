"""Accuracy on suites that nobody here wrote: the test data of the PyPI packages themselves.

What the wheels do not carry is taken from the packages' source archives, in the very versions that
are installed; they are fetched when this runs and never committed. Each line stands beside the
library alone, where it has an opinion.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import phonenumbers
import publicsuffixlist
from cleanco import basename
from nameparser import HumanName

from sidecar.records import normalize, validate
from sidecar.records.company import split_company
from sidecar.records.person import split_name
from sidecar.records.web import registrable_domain


def sources(package: str, folder: Path) -> Path:
    """The unpacked source archive of an installed package."""
    wanted = f"{package}=={version(package)}"
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-build-isolation",
         "--no-binary", ":all:", "--dest", str(folder), wanted], check=True, capture_output=True)
    archive = next(folder.glob(f"{package.replace('-', '_')}-*.tar.gz"))
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def line(title: str, ours: Iterable[bool], library: Iterable[bool] | None = None) -> None:
    """Print how often we are right, and the library alone."""
    right = list(ours)
    text = f"  {title:44} {sum(right):4} of {len(right):4} ({sum(right) / len(right):6.1%})"
    if library is not None:
        text += f"; the library alone {sum(library) / len(right):6.1%}"
    print(text)


def emails(tests: Path) -> None:
    """email-validator's valid and invalid addresses, and the isemail suite among them."""
    valid, invalid, isemail = [], [], []
    for function in ast.parse((tests / "test_syntax.py").read_text("utf-8")).body:
        if not isinstance(function, ast.FunctionDef) or not function.decorator_list:
            continue
        rows = function.decorator_list[0].args[1].elts  # type: ignore[attr-defined]
        if function.name == "test_pyisemail_tests":
            isemail = [ast.literal_eval(row) for row in rows]
        elif function.name in ("test_email_valid", "test_email_valid_intl_local_part"):
            # A display name before the address is a matter of mail programs, not of leads.
            valid += [row.elts[0].value for row in rows if "<" not in row.elts[0].value]
        elif function.name in ("test_email_invalid_syntax", "test_email_invalid_syntax_strict",
                               "test_email_invalid_reserved_domain"):
            invalid += [(row.elts[0] if isinstance(row, ast.Tuple) else row).value for row in rows]
    accepted = {text: validate({"email": text})["valid"] for text in (
        *valid, *invalid, *(row[0] for row in isemail))}
    line("e-mail: valid addresses accepted", (accepted[text] for text in valid))
    # An address that is only wrong without quoted local parts or literals is right here.
    line("e-mail: invalid addresses rejected", (
        not accepted[text] for text in invalid if '"' not in text and "[" not in text))
    line("e-mail: isemail's invalid ones rejected", (
        not accepted[text] for text, status in isemail if status.startswith("ISEMAIL_ERR")))
    line("e-mail: isemail's plain valid ones accepted", (
        accepted[text] for text, status in isemail if status == "ISEMAIL_VALID"))


def phones() -> None:
    """phonenumbers' example number of every region and kind, as written at home."""
    right = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in range(11):
            if (number := phonenumbers.example_number_for_type(region, kind)) is None:
                continue
            text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
            got = normalize({"phone": text, "country": region})["lead"].get("phone")
            right.append(got == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    line("phone: example numbers of every region", right)


def suffixes() -> None:
    """The Public Suffix List's own vectors."""
    text = (Path(publicsuffixlist.__file__).parent / "test_psl.txt").read_text("utf-8")
    vectors = re.findall(r"^checkPublicSuffix\('([^']+)', (?:'([^']+)'|null)\);", text, re.MULTILINE)
    line("domain: public suffix vectors", (
        registrable_domain(host) == (name.encode("idna").decode() if name else None)
        for host, name in vectors))


def names(tests: Path) -> None:
    """nameparser's own tests: a lower bound for us, since they say what nameparser answers."""
    labelled = [found for path in sorted(tests.glob("test_*.py")) for found in _labelled(path)]

    def right(given: str, family: str, wanted: dict[str, str]) -> bool:
        return wanted.get("first", given) == given and wanted.get("last", family) == family

    parsed = [(split_name(text), HumanName(text), wanted) for text, wanted in labelled]
    line("name: given and family right (nameparser's)", [
        right(ours.given, ours.family, wanted) for ours, _, wanted in parsed], [
        right(theirs.first, theirs.last, wanted) for _, theirs, wanted in parsed])


def _labelled(path: Path) -> Iterable[tuple[str, dict[str, str]]]:
    """(text, {first, last…}) of each test that parses one text with the default settings."""
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        source = ast.unparse(function)
        if "CONSTANTS" in source or source.count("HumanName(") != 1:
            continue
        call: Any = next(node for node in ast.walk(function) if isinstance(node, ast.Call)
                         and ast.unparse(node.func) == "HumanName")
        wanted = dict(re.findall(r"self\.m\(hn\.(first|last), ['\"]([^'\"]*)['\"], hn\)", source))
        if len(call.args) == 1 and not call.keywords and isinstance(call.args[0], ast.Constant) and wanted:
            yield call.args[0].value, wanted


def companies(tests: Path) -> None:
    """cleanco's names: with a form, which is to be taken off, and without one."""
    found: list[tuple[str, str]] = []
    for node in ast.parse((tests / "test_cleanname.py").read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            values = ast.literal_eval(node.value)
            found += [(text, "Hello World") for text in values.values()
                      if isinstance(text, str) and re.match(r"\s*hello\s+world\b", text, re.I)]
    line("company: base name (cleanco's, form behind)", [
        split_company(text).base.casefold() == base.casefold() for text, base in found], [
        basename(text).casefold() == base.casefold() for text, base in found])


def main() -> None:
    """Print every line."""
    print("accuracy on the packages' own test data:")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        emails(sources("email-validator", folder) / "tests")
        phones()
        suffixes()
        names(sources("nameparser", folder) / "tests")
        companies(sources("cleanco", folder) / "tests")


if __name__ == "__main__":
    main()
