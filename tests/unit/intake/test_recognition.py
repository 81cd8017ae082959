"""Who a lead is about, without a database."""

from __future__ import annotations

import pytest

from sidecar.intake import Entry, Known, People, recognition
from sidecar.matching import names_agree
from sidecar.records import match_keys, normalize

BOX = "ottilie.vosskuhl@norvale-optik.example"


def entry(full_name="", email=BOX, account=None, **more):
    lead = normalize({"email": email, "full_name": full_name} | more)["lead"]
    return Entry(lead, lead=lead, keys=match_keys(lead, account))


def stored(*names, email=BOX, **more):
    """Contacts 1, 2, … on a mailbox, each with what the lead said; "sandbox" names are invented."""
    values = {}
    for number, name in enumerate(names, 1):
        lead = normalize({"full_name": name} | more)["lead"]
        values[str(number)] = [
            {"field": field, "value": lead[field], "source": "lead", "confidence": 1.0, "observed_at": 0}
            for field in ("first_name", "last_name", "full_name") if field in lead]
    return Known(contacts={("email", email): list(values)}, values={"contact": values, "organization": {}})


@pytest.mark.parametrize(("name", "person"), [
    ("Ottilie Vosskuhl", "1"), ("O. Vosskuhl", "1"), ("Ottilie Karstens", "1"), ("", "1"),
    ("Benno Karstens", None),
])
def test_a_mailbox_is_its_owners_until_somebody_else_is_named_there(name, person):
    assert People(stored("Ottilie Vosskuhl")).find(entry(name)) == person


@pytest.mark.parametrize(("name", "person"), [
    ("Ottilie Vosskuhl", "1"), ("Benno Karstens", "2"), ("Karstens", None), ("Ottilie Karstens", None),
    ("", None), ("Cleo Hart", None),
])
def test_on_a_mailbox_of_two_the_name_decides(name, person):
    assert People(stored("Ottilie Vosskuhl", "Benno Karstens")).find(entry(name)) == person


def test_of_namesakes_on_a_mailbox_the_one_with_the_very_name():
    known = stored("Anna Huber", "Anna Maria Huber", email="info@firm.example")
    assert People(known).find(entry("Anna Maria Huber", "info@firm.example")) == "2"


@pytest.mark.parametrize(("name", "person"), [("Anna Huber", "1"), ("Anna Schmidt", None), ("", None)])
def test_a_functions_mailbox_names_nobody(name, person):
    assert People(stored("Anna Huber", email="info@firm.example")).find(
        entry(name, "info@firm.example")) == person


def test_a_functions_mailbox_without_names_is_one():
    assert People(stored("", email="info@firm.example")).find(entry("", "info@firm.example")) == "1"


def test_a_name_that_the_sandbox_invented_is_none():
    known = stored("Ottilie Vosskuhl")
    for row in known.values["contact"]["1"]:
        row["sandbox"] = True
    assert People(known).find(entry("Benno Karstens")) == "1"


def test_a_profile_is_one_persons():
    profile = "https://www.linkedin.com/in/ottilie"
    known = stored("Ottilie Vosskuhl")
    known.contacts[("linkedin", profile)] = ["1"]
    assert People(known).find(entry("Benno Karstens", linkedin_url=profile)) == "1"


RECORD = {"external_ids": {"hubspot": "123"}}
CRM = "import:HubSpot"


def test_the_id_of_a_record_is_a_key_only_of_an_account_that_is_proven():
    assert entry(**RECORD).keys == [("email", BOX)]
    ours, theirs = (entry(account=account, **RECORD).keys[1] for account in (CRM, "source:other"))
    assert ours != theirs and ours[0] == theirs[0] == "external"


@pytest.mark.parametrize(("first", "second", "same"), [
    ({}, {"email": ""}, True),
    ({"email": ""}, {}, True),
    ({}, {"email": "", "full_name": "O. Vosskuhl"}, True),
    ({}, {"email": "", "full_name": "Benno Karstens"}, False),
    ({}, {"email": "", "full_name": ""}, False),  # nobody is not named against somebody who is
    ({"full_name": ""}, {"email": "", "full_name": ""}, True),
    ({}, {"email": "someone@else.example"}, False),
    ({"linkedin_url": "https://www.linkedin.com/in/ottilie"},
     {"email": "", "linkedin_url": "https://www.linkedin.com/in/other"}, False),
])
def test_the_id_of_a_record_joins_only_what_nothing_else_contradicts(first, second, same):
    people = People(Known())
    who = {"full_name": "Ottilie Vosskuhl"} | RECORD
    people.add(entry(account=CRM, **who | first), "1")
    assert people.find(entry(account=CRM, **who | second)) == ("1" if same else None)


def test_a_key_that_is_somebody_elses_counts_before_the_id_of_a_record():
    people = People(Known())
    people.add(entry("Ottilie Vosskuhl", "", account=CRM, **RECORD), "1")
    people.add(entry("Benno Karstens"), "2")
    assert people.find(entry("Ottilie Vosskuhl", account=CRM, **RECORD)) is None


def test_senior_and_junior_are_two():
    people = People(Known())
    senior = entry("John Doe Sr.", "doe@family.example", phone="+4915123456789")
    people.add(senior, "senior")
    assert people.find(entry("John Doe Jr.", "doe@family.example", phone="+4915123456789")) is None
    assert people.find(entry("John Doe", "doe@family.example")) == "senior"


@pytest.mark.parametrize("email", [
    "noemail@noemail.com", "none@none.com", "test@test.com", "na@na.com", "no-email@firm.example",
    "keine@firm.example", "a@a.com",
])
def test_an_invented_address_is_nobodys(email):
    assert entry("Ada Moss", email).keys == []


@pytest.mark.parametrize("email", [
    "nora.vale@harbor-lines.example", "info@firm.example", "na@firm.example", "info@web.de",
    "no@firm.example",
])
def test_an_address_that_may_be_somebodys_is_a_key(email):
    assert entry("Ada Moss", email).keys == [("email", email)]


def test_who_shares_a_mailbox_and_is_another_is_for_a_review():
    [(person, score, reasons)] = People(stored("Ottilie Vosskuhl")).candidates(entry("Benno Karstens"))
    assert person == "1" and 0 < score < 1
    assert {"same e-mail", "different first name", "different last name"} <= set(reasons)


def test_on_a_mailbox_of_many_few_names_are_compared(monkeypatch):
    letters = "bdfgklmnprstv"
    names = [f"Person{one}{other}a Last{one}{other}ow" for one in letters for other in letters]
    names = [f"{name.split()[0]} {name.split()[1][4:].title()}" for name in names]
    compared = []
    monkeypatch.setattr(recognition, "names_agree", lambda *pair: compared.append(pair) or names_agree(*pair))
    people = People(Known())
    for number, name in enumerate(names * 2):
        one = entry(name, "info@firm.example")
        person = people.find(one)
        assert (person is None) == (number < len(names)), name
        people.add(one, person or str(number))
    assert len(compared) < 10 * len(names)


@pytest.mark.parametrize(("name", "again"), [
    ("Anna Müller", "Anna Mueller"), ("Anna Huber", "Anna Hubre"), ("Anna García López", "Anna López"),
    ("Karstens", "Karstens"), ("", ""),
])
def test_who_is_one_of_many_on_a_mailbox_is_known_by_a_like_name(name, again):
    people = People(stored("Cleo Hart", "Bela Frost", email="info@firm.example"))
    people.add(entry(name, "info@firm.example"), "3")
    assert people.find(entry(again, "info@firm.example")) == "3"


def test_of_a_mailbox_that_everybody_uses_few_pairs_are_reviewed():
    names = [f"Person{chr(97 + n)} Last{chr(97 + n)}" for n in range(20)]
    people = People(stored(*names, email="info@firm.example"))
    assert len(list(people.candidates(entry("Cleo Hart", "info@firm.example")))) == 5
