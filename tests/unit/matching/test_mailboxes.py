"""Whose name a mailbox tells."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.matching import mailbox_relation, named
from tests.cases import check_each


def test_what_an_address_says_of_a_name():
    def says(email: str, name: str, relation: str) -> None:
        assert mailbox_relation(email, named("", "", name)) == relation

    anna = "Anna Vossberg"
    check_each(says, [
        *((f"{local}@kestrel.de", anna, "same") for local in (
            "anna.vossberg", "avossberg", "a.vossberg", "vossberg", "anna", "annav", "vossberga",
            "vossberg.anna", "anna_vossberg", "av", "annavossberg", "anna.vossberg2", "anna.vossberg+crm")),
        ("bob.harg@kestrel.de", "Robert Harg", "same"),
        ("juergen.gruenbacher@kestrel.de", "Jürgen Grünbacher", "same"),
        ("d.gromov@kestrel.de", "Дмитрий Громов", "same"),
        ("anna.lindquist@kestrel.de", anna, "family"),
        ("benno.vossberg@kestrel.de", anna, "other"),
        ("benno.karstens@kestrel.de", anna, "other"),
        ("bkarstens@kestrel.de", anna, "other"),
        ("benno.karstens@gmail.com", anna, "other"),
        ("bennokarstens77@gmail.com", anna, "other"),
        ("joostmorsby71@gmail.com", anna, "other"),  # a rare given name
        ("morsbymichael@gmail.com", anna, "other"),
        ("racer77@gmail.com", anna, "unknown"),
        ("thunderstruck70@gmail.com", anna, "unknown"),
        ("thunderstruck@kestrel.de", anna, "other"),
        ("dengels@kestrel.de", "Demi Engels", "same"),
        ("marietherese@kestrel.de", "Marie-Therese Carsten", "same"),
        ("m1@kestrel.de", anna, "unknown"),
        ("info@kestrel.de", anna, "unknown"),
        ("anna.vossberg@kestrel.de", "", "unknown"),
    ])


@settings(deadline=None)  # the first example reads lists of names
@given(st.emails(), st.text(max_size=30))
def test_nothing_raises(email, name):
    mailbox_relation(email, named("", "", name))
