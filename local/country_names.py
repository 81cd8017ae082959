"""Make country_names.tsv and subdivisions.tsv of sidecar/records anew from CLDR and ISO 3166:
`python -m local.country_names`.

`make refresh-lists` does it after it has brought the packages that carry those lists up to date.
"""

from __future__ import annotations

import re
from pathlib import Path

import pycountry
from babel import Locale

from sidecar.records.place import name_key

# Languages whose country names a lead may use, in the order in which they win a shared name.
LANGUAGES = """
    en de fr es it pt nl pl sv da nb fi cs sk hu ro bg el hr sr sl et lv lt uk ru tr ar he fa hi
    bn ur ta te th vi id ms fil zh zh_Hant ja ko ca eu gl is ga mt sq mk hy ka az kk uz af sw
    am be lb cy
"""
RECORDS = Path(__file__).parents[1] / "sidecar" / "records"
TABLE, SUBDIVISIONS = RECORDS / "country_names.tsv", RECORDS / "subdivisions.tsv"


def country_names() -> str:
    """The table: alpha-2, alpha-3 and the folded names of each country, tab-separated.

    A name so short that it could be a code stands as it is written, with "=" in front ("=çin").
    """
    alpha3 = {country.alpha_2: country.alpha_3 for country in pycountry.countries} | {"XK": "XKX"}
    owner: dict[str, str] = {}
    names: dict[str, list[str]] = {alpha2: [] for alpha2 in sorted(alpha3)}

    def add(alpha2: str, name: str) -> None:
        key = name_key(name)
        if key.isascii() and len(key) <= 3:
            key = f"={name.casefold()}"
        if len(key) > 1 and key not in owner:
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
        "\t".join((alpha2, alpha3[alpha2], *spellings)) + "\n" for alpha2, spellings in names.items())


def subdivisions() -> str:
    """The table: code and folded names of each state, province or county, the greater ones first."""
    lines = []
    for place in sorted(pycountry.subdivisions, key=lambda one: (one.parent_code is not None, one.code)):
        # "Madrid, Comunidad de", "A Coruña [La Coruña]", "Bolzano, Bozen"
        names = [part.strip(" ]*") for part in re.split(r"[\[(/]", place.name)]
        for name in tuple(names):
            head, comma, tail = name.partition(",")
            if comma:
                names += [head, f"{tail} {head}"]
        lines.append("\t".join((place.code, *dict.fromkeys(filter(None, map(name_key, names))))) + "\n")
    return "# ISO 3166-2 (pycountry), folded: code, names\n" + "".join(lines)


if __name__ == "__main__":
    TABLE.write_text(country_names(), encoding="utf-8")
    SUBDIVISIONS.write_text(subdivisions(), encoding="utf-8")
