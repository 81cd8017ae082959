"""Texts that only say that there is nothing, and texts that look like them."""

from __future__ import annotations

import pytest

from sidecar.records.filler import is_filler, is_template


@pytest.mark.parametrize(
    "texts",
    [
        "N/A|n/a|n.a.|NA|#N/A|#NV|#REF!|#NAME?|#DIV/0!|NaN|null|NULL|None|nil|undefined|(blank)|(empty)|<none>|\\N",
        "-|--|—|.|...|?|_|()|/|x|xxx|0|000-000-0000|() Not provided|tbd|T.B.D.",
        "unknown|not provided|Not Applicable|no phone|No website|I don't have one|prefer not to say",
        "k.A.|K. A.|keine|keine Angabe|kein Telefon|ohne Website|nicht bekannt|unbekannt|entfällt",
        "non renseigné|pas de téléphone|sans objet|Néant|aucun|inconnue|pas d'adresse mail",
        "sin datos|no aplica|ninguno|no tengo teléfono|desconocido|sin correo electrónico",
        "não informado|sem telefone|nenhum|não se aplica|nessuno|nessun telefono|non disponibile|senza sito",
        "geen|geen telefoon|onbekend|n.v.t.|brak|brak telefonu|nie dotyczy|nie podano",
        "saknas|ingen telefon|ej angivet|ikke oplyst|ukendt|ikke oppgitt|ei ole|ei puhelinta|tuntematon",
        "není|žádný|bez telefonu|neuvedeno|yok|telefon yok|belirtilmemiş|bilinmiyor|nincs",
        "なし|無し|電話なし|該当なし|不明|无|没有|无电话|暂无|없음",
        "нет|не указано|нет телефона|δεν υπάρχει|لا يوجد|אין",
        "{{city}}|*|FNAME|*|[object Object]|${contact.firstname}|%%FirstName%%|<test lead: dummy data for x>",
    ],
)
def test_says_that_there_is_nothing(texts: str) -> None:
    known = ("*|FNAME|*",)
    for text in [*(text for text in texts.replace(known[0], "").split("|") if text), *known]:
        assert is_filler(text), text


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("NA", "country"), ("ND", "region"), ("No", "country"), ("Leer", "city"), ("X", "company_name"),
        ("Null", "last_name"), ("Na", "first_name"), ("No", "last_name"), ("N.A.", "full_name"),
        ("0", "employee_count"), ("0", "annual_revenue"), ("Void", "city"), ("Nix", "company_name"),
        ("No Regrets Ltd", "company_name"), ("None of the Above Films", "company_name"), ("5", "phone"),
        ("Nova", ""), ("Phone House", "company_name"), ("Kein & Söhne", "company_name"), ("50%", ""),
        ("none@none.example", "email"), ("Name", "company_name"), ("Ohnesorg", "last_name")],
)  # fmt: skip
def test_is_something(text: str, field: str) -> None:
    assert not is_filler(text, field)


def test_of_a_name_only_signs_say_nothing() -> None:
    """Whether words are somebody's name is for is_junk_name to tell."""
    assert all(is_filler(text, "full_name") for text in ("-", "n/a", "N/A", "#N/A", "(n/a)", "?"))
    assert not any(is_filler(text, "full_name") for text in ("none", "unknown", "{{first_name}}"))


def test_what_templates_leave_behind() -> None:
    assert is_template("{{ first_name | default: 'x' }}")
    assert not is_template("Curly {brackets} Ltd")
    assert not is_template("5 * 3 | 2")
