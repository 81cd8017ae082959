"""What pages of companies say of them, and that nothing in them can raise."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.enrichment.home_page import read

URL = "https://www.fjord-boats.example/"


def page(markup=None, title="Home", head="", body=""):
    script = f'<script type="application/ld+json">{json.dumps(markup)}</script>' if markup else ""
    return f"<!doctype html><html><head><title>{title}</title>{head}{script}</head><body>{body}</body></html>"


@pytest.mark.parametrize(("markup", "facts"), [
    ({"@type": "Organization", "name": "Fjord", "foundingDate": "1998"},
     {"name": "Fjord", "founded_year": 1998}),
    ([{"@type": "WebSite", "name": "x"}, {"@type": ["Thing", "Corporation"], "name": "Fjord"}],
     {"name": "Fjord"}),
    ({"@graph": [{"@type": "WebPage", "publisher": {"@type": "LocalBusiness", "name": "Fjord"}}]},
     {"name": "Fjord"}),
    ({"@type": "Organization", "name": "Fjord", "address": {"addressCountry": "Norway",
                                                            "addressLocality": "Bergen"}},
     {"name": "Fjord", "country": "NO", "city": "Bergen"}),
    ({"@type": "Organization", "name": "Fjord", "address": [{"addressCountry": {"name": "NO"}}]},
     {"name": "Fjord", "country": "NO"}),
    ({"@type": "Organization", "name": "Fjord", "numberOfEmployees": {"minValue": 1, "maxValue": 9}},
     {"name": "Fjord"}),
    ({"@type": "Organization", "name": "Fjord", "numberOfEmployees": "120"},
     {"name": "Fjord", "employee_count": 120, "company_size": "51-200"}),
    ({"@type": "Organization", "name": "Fjord",
      "sameAs": "https://no.linkedin.com/company/fjord-boats/about"},
     {"name": "Fjord", "linkedin_url": "https://www.linkedin.com/company/fjord-boats"}),
    ({"@type": "Person", "name": "Oda Lindqvist"}, {}),
    ({"@type": "Organization", "name": "n/a"}, {}),
])
def test_json_ld_tells_of_the_organization(markup, facts):
    assert read(page(markup), URL).facts == facts


@pytest.mark.parametrize(("text", "name"), [
    (page(title="Boats for all | Fjord Boats"), "Fjord Boats"),
    (page(title="Fjord Boats GmbH – Home"), "Fjord Boats GmbH"),
    (page(title="Boats for all"), None),
    (page(head='<meta property="og:site_name" content="Fjord">'), "Fjord"),
    (page(body="<footer><p>© 2019–2026 Fjord Boats GmbH. All rights reserved.</p></footer>"),
     "Fjord Boats GmbH"),
    (page(body="<p>Copyright by Fjord AS</p>"), "Fjord AS"),
    (page(body="<p>We work with Siemens AG and many others, as you can read in our references.</p>"), None),
])
def test_a_name_is_found_where_pages_have_it(text, name):
    assert read(text, URL).facts.get("name") == name


def test_an_imprint_tells_name_town_and_country():
    told = read(page(title="Impressum", body=(
        "<h1>Impressum</h1><p>Angaben gemäß § 5 DDG</p><p>Nordlicht Leuchten GmbH &amp; Co. KG<br>"
        "Musterweg 1<br>D-20095 Hamburg</p><p>USt-IdNr: DE123456789</p>")),
        "https://nordlicht.example/impressum")
    assert told.facts == {"name": "Nordlicht Leuchten GmbH & Co. KG", "city": "Hamburg",
                          "country": "DE"}
    assert told.about == {"company_name": "Nordlicht Leuchten GmbH & Co. KG",
                          "company_domain": "nordlicht.example", "company_country": "DE"}
    swiss = read(page(
        title="Impressum", body="<p>Kranich AG</p><p>8001 Zürich</p><p>CHE-123.456.789 MWST</p>"))
    assert swiss.facts == {"name": "Kranich AG", "city": "Zürich", "country": "CH"}


@pytest.mark.parametrize("title", [
    "Just a moment...", "fjord.example is for sale", "Domain parked", "Welcome to nginx!", "403 Forbidden",
    "Attention Required! | Cloudflare", "Index of /", "Coming soon",
    "Apache2 Ubuntu Default Page: It works!"])
def test_a_page_that_is_nobodys_tells_nothing(title):
    assert read(page({"@type": "Organization", "name": "Parker"}, title=title), URL) == ({}, {})


def test_technologies_are_those_whose_files_are_loaded():
    told = read(page(head=(
        '<meta name="generator" content="WordPress 6.5"><script src="https://js.hs-scripts.com/1.js"></script>'
        '<link rel="stylesheet" href="/wp-content/x.css"><script src="https://www.googletagmanager.com/gtm.js">'
        "</script>")), URL).facts
    assert told["technologies"] == ["WordPress", "HubSpot", "Google Tag Manager"]
    assert "technologies" not in read(page(body="<p>We love WordPress and HubSpot</p>"), URL).facts


def test_a_company_page_at_linkedin_is_the_companys_and_a_persons_is_not():
    for link, found in (("company/fjord", "https://www.linkedin.com/company/fjord"), ("in/oda", None),
                        ("shareArticle?url=x", None)):
        told = read(page(body=f'<a href="https://www.linkedin.com/{link}">in</a>'), URL).facts
        assert told.get("linkedin_url") == found


@settings(deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([
        "@type", "@graph", "name", "address", "addressCountry", "numberOfEmployees", "value", "sameAs",
        "foundingDate", "publisher", "description"]), inner | st.just("Organization")), max_leaves=20),
    st.text(max_size=80))
def test_no_page_can_raise(markup, text):
    for body in (page(markup, title=text, body=text), text, text.encode().decode("latin-1"), "\ud800" + text):
        told = read(body, URL)
        assert all(value is not None for value in told.facts.values())


def test_markup_without_end_is_read_in_bounds():
    deep = "[" * 100_000 + "]" * 100_000
    assert read(f'<title>x</title><script type="application/ld+json">{deep}</script>', URL).facts == {}
    many = json.dumps([{"@type": "Thing"}] * 100_000)
    assert read(f'<script type="application/ld+json">{many}</script>' * 50, URL).facts == {}


@pytest.mark.parametrize("body", [
    f"<body>a{' ' * 300_000}x", "<div>" * 60_000, f"<title>{' |' * 150_000}x",
    "<a href=linkedin.com/x>" * 13_000, f'<script type="application/ld+json">{"[" * 150_000}',
], ids=["spaces", "nested", "title", "links", "markup"])
def test_no_page_keeps_the_reader_for_long(body):
    begun = time.process_time()
    read(body, "https://acme.example/")
    assert time.process_time() - begun < 5
