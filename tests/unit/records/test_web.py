"""Websites and profiles as people write them, and pages that are somebody else's."""

from __future__ import annotations

import pytest

from sidecar.records import linkedin_url
from sidecar.records.web import company_domain, country_of_domain


@pytest.mark.parametrize(
    "text",
    [
        "acme.de", "ACME.DE", "www.acme.de/en?utm=x", "http//acme.de", "htpp://acme.de", "https:acme.de",
        "https://https://acme.de", "http:// acme.de", "<https://acme.de>", "acme.de (main)", "acme.de,",
        "www.acme.de / www.acme.com", "acme.de; acme.com", "[Acme](https://acme.de)", "info@acme.de",
        '<a href="https://acme.de/">Acme</a>', "facebook.com/acme, acme.de", "Website: acme.de",
    ],
)  # fmt: skip
def test_the_first_website_of_a_cell_counts(text: str) -> None:
    assert company_domain(text) == "acme.de"


@pytest.mark.parametrize(
    "text",
    [
        "https://www.instagram.com/alba", "facebook.com/alba", "https://sites.google.com/view/alba",
        "x.com/alba",
        "https://www.linkedin.com/company/alba", "https://linktr.ee/alba", "youtube.com/@alba",
        "google.com/maps/x",
        "https://www.booking.com/hotel/alba", "alba.substack.com", "amazon.de/shops/alba",
        "pinterest.de/alba",
        "http://", "https://www.", "www.", "alba", "co.uk", "1.2.3.4", "", "alba..de", "https://g.page/alba",
    ],
)  # fmt: skip
def test_a_page_at_somebody_elses_is_no_companys_domain(text: str) -> None:
    assert company_domain(text) is None


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("booking.com", "booking.com"), ("https://www.google.com/", "google.com"),
        ("https://alba.wixsite.com/home", "alba.wixsite.com"), ("alba.myshopify.com", "alba.myshopify.com"),
        ("alba.github.io", "alba.github.io"),
    ],
)  # fmt: skip
def test_the_sites_own_domain_and_hosts_that_give_everybody_one(text: str, domain: str) -> None:
    assert company_domain(text) == domain


@pytest.mark.parametrize(
    "text",
    [
        "https://www.linkedin.com/in/jana-roth", "https://www.linkedin.com/mwlite/in/jana-roth",
        "in/jana-roth",
        "/in/jana-roth?miniProfileUrn=abc", "https//www.linkedin.com/in/jana-roth",
        "linkedin.com/in/jana-roth,",
        "<https://www.linkedin.com/in/jana-roth/>", "LinkedIn: https://de.linkedin.com/in/Jana-Roth",
        "linkedin.com/in/jana-roth; linkedin.com/in/otto",
        "[Jana](https://www.linkedin.com/comm/in/jana-roth)",
    ],
)  # fmt: skip
def test_one_spelling_of_a_profile(text: str) -> None:
    assert linkedin_url(text) == "https://www.linkedin.com/in/jana-roth"


@pytest.mark.parametrize(
    "text",
    [
        "https://www.linkedin.com/in/me", "linkedin.com/pub/dir/Jane/Doe", "linkedin.com/in/username",
        "jana in/roth",
        "https://evil.example/linkedin.com/in/jana", "https://linkedin.com.evil.example/in/jana", "@jana",
        "https://www.linkedin.com/feed/", "https://evil.example/?u=linkedin.com/in/jana",
    ],
)  # fmt: skip
def test_what_is_nobodys_profile(text: str) -> None:
    assert linkedin_url(text) is None


def test_old_profiles_keep_their_numbers() -> None:
    urls = {linkedin_url(f"uk.linkedin.com/pub/jane-doe/1/2B/{n}?trk=x") for n in (345, 346)}
    assert urls == {f"https://www.linkedin.com/pub/jane-doe/1/2b/{n}" for n in (345, 346)}


@pytest.mark.parametrize(("domain", "country"), [
    ("acme.de", "DE"), ("acme.co.uk", "GB"), ("acme.com.br", "BR"), ("acme.com", None), ("acme.io", None),
    ("acme.eu", None), ("acme", None), ("", None),
])
def test_the_country_whose_ending_a_domain_has(domain: str, country: str | None) -> None:
    assert country_of_domain(domain) == country
