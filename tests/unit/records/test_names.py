"""Names in other orders, forms of address, what clings to a name, and what is none."""

from __future__ import annotations

import pytest

from sidecar.records import is_junk_name, normalize, split_name


@pytest.mark.parametrize(
    ("text", "country", "given", "family"),
    [
        ("Lucía Ibarra Tolosa", "ES", "Lucía", "Ibarra Tolosa"), ("Ana Lucía Ibarra", "ES", "Ana", "Ibarra"),
        ("Pedro Pablo Ibarra de la Vega", "PE", "Pedro", "Ibarra de la Vega"),
        ("Pedro García López", None, "Pedro", "García López"), ("Pedro Ibarra Tolosa", None, "Pedro",
        "Tolosa"),
        ("Pedro García López", "US", "Pedro", "López"),
        ("MARIA DEL CARMEN LOPEZ", None, "MARIA", "LOPEZ"), ("Maria da Conceição Figueira", None, "Maria",
        "Figueira"),
        ("Chen Xiaoming", None, "Xiaoming", "Chen"), ("Xiaoming Chen", None, "Xiaoming", "Chen"),
        ("Lee Mason", None, "Lee", "Mason"), ("Kim Min-jun", None, "Min-jun", "Kim"), ("Kim Minjun", "KR",
        "Minjun", "Kim"),
        ("Nguyễn Văn Hùng", None, "Hùng", "Nguyễn"), ("Hung Nguyen", None, "Hung", "Nguyen"),
        ("Lin Dan", None, "Lin", "Dan"), ("Lin Dan", "CN", "Dan", "Lin"),
    ],
)  # fmt: skip
def test_orders(text: str, country: str | None, given: str, family: str) -> None:
    assert split_name(text, country)[:2] == (given, family)


@pytest.mark.parametrize(
    ("text", "given", "family"),
    [
        ("Herrn Prof. Dr. Jonas Adlerfels", "Jonas", "Adlerfels"), ("Frau von der Heyde", "",
        "von der Heyde"),
        ("Don Johnson", "Don", "Johnson"), ("Pan Wei", "Pan", "Wei"), ("Paní Jana Horáčková", "Jana",
        "Horáčková"),
        ("Imam Suryana", "Imam", "Suryana"), ("Nora Vale, MBA, PMP®", "Nora", "Vale"),
        ("Nora Vale, SHRM-CP, CSM", "Nora", "Vale"), ("GARCIA LOPEZ, ANA", "ANA", "GARCIA LOPEZ"),
        ("Nora Vale 🚀", "Nora", "Vale"), ("<i>Nora Vale</i> --", "Nora", "Vale"), ("Nora Vale (she/her)",
        "Nora", "Vale"),
        ("Holloway, J.D.", "J.D.", "Holloway"), ("Jane Holloway, J.D.", "Jane", "Holloway"),
    ],
)  # fmt: skip
def test_what_stands_around_a_name(text: str, given: str, family: str) -> None:
    assert split_name(text)[:2] == (given, family)


@pytest.mark.parametrize(
    "text",
    ["{{first_name}}", "*|FNAME|*", "[object Object]", "<test lead: dummy data for full_name>",
    "${contact.firstname}",
     "Sales Team", "Customer Service", "Acme Ltd", "info@acme.example", "https://acme.example", "Mr.", "тест",
     "qwe rty",
     "keine Angabe", "sin datos"],
)  # fmt: skip
def test_what_is_nobodys_name(text: str) -> None:
    assert is_junk_name(text)


@pytest.mark.parametrize(
    "text", ["Tom", "Jennifer Null", "Guest, Rowena", "Will Power", "Jane Doe, Acme GmbH",
    "Jane Doe / Acme Ltd"])
def test_real_names_that_look_like_filler(text: str) -> None:
    assert not is_junk_name(text)


def test_the_country_of_the_lead_tells_the_order() -> None:
    lead = normalize({"full_name": "Ximena Arriaga Tolosa", "country": "Mexico"})["lead"]
    assert (lead["first_name"], lead["last_name"]) == ("Ximena", "Arriaga Tolosa")


@pytest.mark.parametrize(("first", "last", "left"), [
    ("Nora", ".", ("Nora", None)), ("Nora", "N/A", ("Nora", None)),
    ("Nora", "[not provided]", ("Nora", None)),
    ("Nora", "Unknown", ("Nora", None)), ("Nora", "keine Angabe", ("Nora", None)),
    ("Nora", "(no last name)", ("Nora", None)), ("{{first_name}}", "Vale", (None, "Vale")),
    ("LNU", "Vale", (None, "Vale")),
    ("NA", "Vale", (None, "Vale")), ("nan", "nan", (None, None)), ("null", "null", (None, None)),
    ("Nora", "Null", ("Nora", "Null")), ("Na", "Li", ("Na", "Li")),
    ("None", "Okafor", ("None", "Okafor")),
    ("Nil", "Yal", ("Nil", "Yal")), ("Jan", "Brak", ("Jan", "Brak")), ("Tobias", "Leer", ("Tobias", "Leer")),
])
def test_a_part_of_a_name_that_is_none_is_left_out(
    first: str, last: str, left: tuple[str | None, str | None]
) -> None:
    lead = {"email": "a@norvale.example", "first_name": first, "last_name": last}
    made = normalize(lead)["lead"]
    assert (made.get("first_name"), made.get("last_name")) == left
    assert normalize(made)["lead"] == made
