"""How a domain makes its addresses is learnt from those that are known; what is made is a guess."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.enrichment.patterns import USUAL, Known, candidates, is_pattern, learn

PEOPLE = [("Mira", "Quandt"), ("Jo", "Berger"), ("Ilse", "Marwitz"), ("Rui", "Faria")]


def made(pattern, first, last):
    return (pattern.replace("{first}", first.lower()).replace("{last}", last.lower())
            .replace("{f}", first[0].lower()).replace("{l}", last[0].lower()))


@pytest.mark.parametrize("pattern", USUAL)
def test_two_addresses_teach_any_pattern(pattern):
    known = [Known(first, last, made(pattern, first, last)) for first, last in PEOPLE[:2]]
    best = candidates("Neda", "Ostrova", "lumio.example", known)[0]
    assert best.email == f"{made(pattern, 'Neda', 'Ostrova')}@lumio.example"
    assert best.confidence >= 0.5


def test_without_any_address_what_is_usual_counts_and_nothing_is_sure():
    told = candidates("Neda", "Ostrova", "lumio.example", [])
    assert [one.email.partition("@")[0] for one in told[:3]] == ["neda.ostrova", "nostrova", "neda"]
    assert all(one.confidence < 0.5 for one in told)


def test_the_word_of_a_finder_counts_and_many_addresses_against_it_count_more():
    assert candidates("Neda", "Ostrova", "lumio.example", [], "{last}")[0].email == "ostrova@lumio.example"
    known = [Known(first, last, made("{f}{last}", first, last)) for first, last in PEOPLE] + [
        Known(f"Anna{n}", f"Zorn{n}", f"azorn{n}") for n in range(12)]
    assert candidates("Neda", "Ostrova", "lumio.example", known, "{last}")[0].email.startswith("nostrova@")
    assert not is_pattern("first.last") and not is_pattern("{name}") and not is_pattern("{first}@x")
    assert learn([], "{first}; drop") == learn([])


def test_addresses_that_follow_no_pattern_make_it_less_sure():
    plain = [Known(first, last, made("{first}.{last}", first, last)) for first, last in PEOPLE[:2]]
    odd = [Known("Tomas", "Veld", "x4711"), Known("Oda", "Lindqvist", "sunshine")]
    sure = candidates("Neda", "Ostrova", "lumio.example", plain)[0]
    less = candidates("Neda", "Ostrova", "lumio.example", plain + odd)[0]
    assert less.email == sure.email and less.confidence < sure.confidence


@pytest.mark.parametrize(("first", "last", "expected"), [
    ("Jürgen", "Weiß", "juergen.weiss"), ("Zoë", "Brontë", "zoe.bronte"), ("Søren", "Kjær", "soeren.kjaer"),
    ("Anna-Lena", "Berg", "anna-lena.berg"), ("Pieter", "van der Berg", "pieter.vanderberg"),
    ("Anna Maria", "Rossi", "anna.rossi"), ("Sinéad", "O'Connor", "sinead.oconnor"),
])
def test_names_are_spelled_as_mail_systems_spell_them(first, last, expected):
    known = [Known(f, la, made("{first}.{last}", f, la)) for f, la in PEOPLE]
    assert expected in [
        one.email.partition("@")[0] for one in candidates(first, last, "lumio.example", known)[:2]]


def test_what_somebody_else_has_is_not_guessed_and_a_function_is_nobody():
    known = [Known("Nadia", "Ostrova", "nostrova"), Known("Jo", "Berger", "jberger")]
    assert "nostrova@lumio.example" not in [
        one.email for one in candidates("Neda", "Ostrova", "lumio.example", known)]
    assert candidates("Info", None, "lumio.example", []) == []
    assert learn([Known("Info", "Lumio", "info")]) == learn([])
    assert candidates(None, None, "lumio.example", []) == [] == candidates("Neda", "Ostrova", "", [])


@settings(deadline=None)
@given(st.text(max_size=30), st.text(max_size=30), st.lists(st.tuples(
    st.text(max_size=10), st.text(max_size=10), st.text(max_size=10)), max_size=4))
def test_any_name_makes_addresses_or_none(first, last, known):
    told = candidates(first, last, "lumio.example", [Known(*one) for one in known])
    assert len(told) <= 5 and sum(one.confidence for one in told) <= 1.0001
    assert all(one.email.isascii() and one.email.count("@") == 1 for one in told)
