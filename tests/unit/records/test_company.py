"""Names of companies: one key for initials, forms of registers, and texts that name none."""

from __future__ import annotations

import pytest

from sidecar.records import company_key, is_no_company, legal_form, normalize


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("J.P. Holloway & Co.", "JP Holloway & Co."), ("A. B. C. Tiles Inc.", "ABC Tiles"),
        ("B & W Foods", "B&W Foods"), ("U.S. Valves", "US Valves"),
        ("Общество с ограниченной ответственностью «Норвале»", "ООО Норвале"),
        ("Limited Liability Company Norvale", "Norvale LLC"), ("Norvale besloten vennootschap", "Norvale BV"),
    ],
)  # fmt: skip
def test_one_key(one: str, other: str) -> None:
    assert company_key(one) == company_key(other)


@pytest.mark.parametrize(("one", "other"), [("Plan B", "Plan A"), ("A Norvale", "B Norvale"), ("Unit 4",
"Unit 5")])
def test_two_keys(one: str, other: str) -> None:
    assert company_key(one) != company_key(other)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Norvale OG", "OG"), ("Norvale k.d.", "k.d."), ("Норвале к.д.", "к.д."), ("Norvale SENC", "SENC"),
        ("Norvale S. en C.", "S. en C."), ("Norvale RLLP", "RLLP"), ("Norvale ohf.", "ohf."),
        ("Norvale Koll. Şti.", "Koll. Şti."), ("Joint Stock Company Norvale", "JSC"), ("Norvale P.S.A.",
        "P.S.A."),
        ("The Earl", None), ("Norvale Og Sønn", None), ("Cirkus Zoo", None), ("Nova Ops", None),
    ],
)  # fmt: skip
def test_forms_of_registers(name: str, form: str | None) -> None:
    assert legal_form(name) == form


@pytest.mark.parametrize(
    "texts",
    [
        "N/A|-|none|Self-employed|self employed|Freelance|Student|Private|Unemployed|Retired|Stealth Startup",
        "selbständig|Freiberufler|Privatperson|keine Firma|arbeitssuchend|Rentnerin",
        "Indépendante|auto-entrepreneur|Étudiant|Particulier|Autónomo|cuenta propia|estudiante",
        "libero professionista|Privato|zzp'er|zelfstandig ondernemer|osoba prywatna|Egenföretagare",
        "yrittäjä|OSVČ|serbest meslek|個人事業主|フリーランス|自由职业|프리랜서|самозанятый",
        "Freelance Web Designer|Selvstændig|self-employed / freelance|Freelance or student",
        "Private (self-employed)",
        "{{company}}|Company Name|Your company|Looking for opportunities",
    ],
)
def test_texts_that_name_no_company(texts: str) -> None:
    for text in texts.split("|"):
        assert is_no_company(text), text


@pytest.mark.parametrize(
    "name",
    ["Student Loans Inc", "Freelance Labs GmbH", "Private Bank AG", "Home Depot", "Independent Bank Corp",
    "X", "Null Labs",
     "Self Employed Women's Association", "Personal Care Ltd", "Retired Greyhounds Trust",
     "Freelance & Partners", "Self-employed - Harbor Lines", "Student and Graduate Publishing"],
)  # fmt: skip
def test_companies_that_look_like_none(name: str) -> None:
    assert not is_no_company(name)


def test_no_company_is_nobodys_employer() -> None:
    lead = normalize({"email": "ada@gmail.com", "company_name": "self employed"})["lead"]
    assert not {"company_name", "company_key", "company_legal_form"} & lead.keys()
