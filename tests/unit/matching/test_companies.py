"""Whether two companies are one, of one group, or strangers."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.matching import Firm, keys_of_spellings, related_as
from sidecar.matching.companies import name_relation
from sidecar.records import company_key
from tests.cases import check_each


def test_names_of_companies():
    def says(left: str, right: str, relation: str) -> None:
        assert name_relation(left, right) == name_relation(right, left) == relation

    check_each(says, [
        ("Deutsche Bank AG", "DEUTSCHE BANK", "same"), ("The Acme Company", "Acme Co.", "same"),
        ("Meyer & Söhne", "Meyer und Soehne GmbH", "same"), ("Data Bricks Inc", "Databricks", "same"),
        ("Baltic Machine Works", "BMW", "same"), ("H&M", "Hennes & Mauritz", "same"),
        ("Procter & Gamble", "P&G", "same"), ("Ernst & Young", "EY", "same"),
        ("Kestrel Tech", "Kestrel Technologies", "same"), ("Kestrel Intl", "Kestrel International", "same"),
        ("Kestrel Deutschland GmbH", "Kestrel Group", "same"), ("Yandex", "Яндекс", "same"),
        ("University of Leeds", "Leeds University", "same"),
        ("U.S. Bank", "US Bank National Association", "same"), ("US Bank", "Bank of America", "different"),
        ("Air France", "Air Canada", "different"), ("Bank of Ireland", "Bank of Ireland Group", "same"),
        ("Brightwater Pumps", "Brightwatr Pumps", "same"),
        ("Kestrel", "Kestrel Energy", "related"), ("Robert Bosch GmbH", "Bosch", "related"),
        ("Kestrel Foods", "Kestrel Energy", "different"), ("General Motors", "General Electric", "different"),
        ("Nordal", "Norden", "different"), ("Tarn", "Taru", "different"),
    ])


def test_a_company_is_found_by_the_key_of_another_spelling():
    def finds(name: str, stored: str) -> None:
        assert company_key(stored) in keys_of_spellings(name)

    check_each(finds, [
        ("U.S. Bank", "US Bank National Association"), ("US Bank N.A.", "U.S. Bank"),
        ("Kestrel Intl Ltd", "Kestrel International"), ("Kestrel International", "Kestrel Intl Ltd"),
        ("Kestrel GmbH", "Kestrel Group"), ("Kestrel Deutschland GmbH", "Kestrel"),
        ("Data Bricks", "Databricks Inc"), ("Royal Bank of Canada", "RBC"), ("Kestrel", "KESTREL SE"),
    ])
    assert company_key("Bank of America") not in keys_of_spellings("US Bank")
    assert "kd" not in keys_of_spellings("Kestrel Deutschland")
    assert keys_of_spellings("") == frozenset()


def firm(name: str = "", domain: str = "", **more: str) -> Firm:
    return Firm(frozenset({name} - {""}), frozenset({domain} - {""}),
                **{field: frozenset({value}) for field, value in more.items()})


def test_companies_by_domain_name_and_what_leads_where():
    def says(left: Firm, right: Firm, relation: str) -> None:
        assert related_as(left, right) == relation

    kestrel = firm("Kestrel Optics", "kestrel-optics.de")
    check_each(says, [
        (kestrel, firm("Tarnfield Seeds", "kestrel-optics.de"), "same"),
        (kestrel, firm("Tarnfield Seeds", "tarnfield.com", aliases="kestrel-optics.de"), "same"),
        (kestrel, firm("Tarnfield Seeds", "tarnfield.com", parents="kestrel-optics.de"), "related"),
        (kestrel, firm("Tarnfield Seeds", "tarnfield.com", parent_names="Kestrel Optics GmbH"), "related"),
        (kestrel, firm("Tarnfield Seeds", "tarnfield.com", other_names="Kestrel Optics"), "likely"),
        (kestrel, firm("Kestrel Optics", "kestreloptics.com"), "likely"),
        (kestrel, firm("Kestrel Optics", "brightdal.com"), "namesake"),
        (kestrel, firm("Kestrel Optics GmbH"), "same"),
        (firm(domain="kestrel-optics.de"), firm("Kestrel Optics"), "likely"),
        (firm(domain="bmw.de"), firm("Baltic Machine Works"), "likely"),
        (firm(domain="kestrel.de"), firm("Kestrel Optics"), "likely"),
        (firm("Meyer Bau", "kestrel.de"), firm("Kestrel Optics"), "different"),
        (firm(domain="kestrel.de"), firm("Tarnfield Seeds"), "different"),
        (kestrel, firm("Tarnfield Seeds", "tarnfield.com"), "different"),
        (kestrel, firm(), "unknown"),
    ])


names = st.text(max_size=30)
firms = st.builds(
    firm, name=names, domain=st.sampled_from(["", "kestrel.de", "kestrel.com", "tarn.com"]), aliases=names)


@settings(deadline=None)  # the first example reads lists of names
@given(firms, firms)
def test_the_comparison_is_the_same_both_ways_and_nothing_raises(left, right):
    assert related_as(left, right) == related_as(right, left)
    assert related_as(left, left) in ("same", "unknown")
