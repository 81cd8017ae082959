"""Countries and their states as people write them."""

from __future__ import annotations

import pytest

from local.country_names import SUBDIVISIONS, TABLE, country_names, subdivisions
from sidecar.records import country_code, region_code


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("KR", "Korea South|Korea, South|Rep. of Korea|S. Korea|República de Corea"), ("NL",
        "Netherlands The|Nethelands"),
        ("CZ", "Tschechische Republik|République tchèque"), ("SE",
        "Königreich Schweden|Kingdom of Sweden|Swedn"),
        ("HK", "Hong Kong, China|香港"), ("US", "USA - California|US of A|Uinted States|Mỹ"), ("RU",
        "Nga|Russia"),
        ("NG", "NGA|Nigeria"), ("NE", "Niger"), ("CD", "Congo, Dem. Rep."), ("NA", "NA|Namibia"), ("AE",
        "Dubai"),
        (None, "Berlin|Texas|Europe|Other|Phillippinas|Remote|Roman"),
    ],
)  # fmt: skip
def test_countries(code: str | None, texts: str) -> None:
    for text in texts.split("|"):
        assert country_code(text) == code, text


@pytest.mark.parametrize(
    ("country", "text", "code"),
    [
        ("DE", "Bavaria", "DE-BY"), ("DE", "BY", "DE-BY"), ("CH", "Kanton Zürich", "CH-ZH"), ("ES", "Madrid",
        "ES-MD"),
        ("ES", "Barcelona", "ES-B"), ("IT", "Lombardy", "IT-25"), ("US", "N. Carolina", "US-NC"), ("US", "tx",
        "US-TX"),
        ("BR", "São Paulo, Brazil", "BR-SP"), ("IE", "Co. Dublin", "IE-D"), ("ZA", "Gauteng", "ZA-GP"),
        ("DE", "in", None), ("DE", "Texas", None), (None, "Bavaria", None), (None, "DE-BY", "DE-BY"), ("AT",
        "6", None),
    ],
)  # fmt: skip
def test_states(country: str | None, text: str, code: str | None) -> None:
    assert region_code(text, country) == code


def test_the_tables_are_what_the_packages_make() -> None:
    assert TABLE.read_text("utf-8") == country_names()
    assert SUBDIVISIONS.read_text("utf-8") == subdivisions()
