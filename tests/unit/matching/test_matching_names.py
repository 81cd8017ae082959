"""Which names contradict each other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.given_names import RARER, TABLE, given_names, rarer_given_names
from sidecar.matching import Named, name_relation, named_of, names_agree, names_contradict
from sidecar.records import normalize


def name(text: str) -> Named:
    return named_of(normalize({"full_name": text})["lead"])


@pytest.mark.parametrize(("left", "right"), [
    ("Bill Holloway", "William Holloway"), ("Peggy Thornbury", "Margaret Thornbury"),
    ("Sepp Huber", "Josef Huber"), ("Pepe García", "José Garcia"), ("Max Huber", "Maximilian Huber"),
    ("B. Holloway", "Bill Holloway"), ("J. Robert Vale", "Robert Vale"),
    ("Holloway", "Bill Holloway"), ("Bill", "Bill Holloway"),
    ("Anna Huber", "Anna Schmidt"),  # married
    ("Yulia Orlova", "Yuliya Smith"), ("Philipp Kern", "Filip Klein"),
    ("Elena Orlova", "Yelena Orlova-Smith"),
    ("Hans-Peter Maier", "Peter Maier"), ("Jose Luis Perez", "Luis Perez"),
    ("Maria del Carmen Lopez", "Carmen Lopez"),
    ("Юлия Орловская", "Yulia Orlovskaya"), ("Сергей Петров", "Sergej Petrov"),
    ("Aleksei Ivanov", "Alexey Ivanov"), ("محمد علي", "Mohammed Ali"), ("王小明", "Wang Xiaoming"),
    ("Jürgen Größmann", "Juergen Groessmann"), ("Søren Krag", "Soeren Krag"), ("Zoë Ray", "Zoe Ray"),
    ("Micheal Jones", "Michael Jones"), ("Jhon Smith", "John Smith"), ("Kathrine Smyth", "Katherine Smith"),
    ("Sara Klein", "Sarah Klein"), ("Stephan Klein", "Stefan Klein"), ("Philip Kern", "Philipp Kern"),
    ("Doe Jane", "Jane Doe"), ("Dr. Leopold Adlerfels", "LEOPOLD ADLERFELS"),
    ("John Doe", "John Doe Jr."), ("John Doe Junior", "John Doe Jr."), ("", "John Doe"), ("", ""),
    ("Herr Schulze", "Bernd Schulze"), ("Herr Schulze", "Schulze"), ("Frau Berg", "Anna Berg"),
    ("Frau Berg", "Mrs. Anna Berg"), ("Herr Dr. Kern", "Prof. Kern"), ("Michael Herr", "Frau Herr"),
])  # fmt: skip
def test_one_person_under_two_names(left: str, right: str) -> None:
    assert not names_contradict(name(left), name(right))
    assert not names_contradict(name(right), name(left))


@pytest.mark.parametrize(("left", "right"), [
    ("Ottilie Vosskuhl", "Benno Karstens"), ("Henrik Brekkhus", "Tuva Brekkhus"),
    ("Anna Brekkhus", "Hanna Brekkhus"), ("Mario Castellan", "Maria Castellan"),
    ("Martin Maier", "Marvin Maier"), ("Martin Maier", "Martina Maier"), ("Paul Klein", "Paula Klein"),
    ("Andrea Klein", "Andreas Klein"), ("Marta Klein", "Maria Klein"), ("Tim Klein", "Tom Klein"),
    ("Jan Klein", "Jana Klein"), ("A. Huber", "Anna Schmidt"), ("Huber", "Anna Schmidt"),
    ("Christoph Huber", "Christopher Schmidt"), ("François Huber", "Frank Schmidt"),
    ("Bill Huber", "William Schmidt"), ("B. Huber", "Anna Huber"), ("John Doe Sr.", "John Doe Jr."),
    ("Herr Schulze", "Frau Schulze"), ("Hr. Schulze", "Fr. Schulze"), ("Mr Kendall", "Mrs Kendall"),
    ("Herr Dr. Kern", "Frau Dr. Kern"), ("Dhr. Bakker", "Mevr. Bakker"), ("Sr. Ortega", "Sra. Ortega"),
    ("Sig. Moretti", "Sig.ra Moretti"), ("M. Petit", "Mme Petit"), ("Pan Novák", "Paní Nováková"),
    ("Monsieur Petit", "Mme Petit"), ("Herr Kim Berg", "Frau Kim Berg"),
])
def test_two_people(left: str, right: str) -> None:
    assert names_contradict(name(left), name(right))
    assert names_contradict(name(right), name(left))


@pytest.mark.parametrize(("left", "right", "agree"), [
    ("Anna Huber", "Anna Huber", True), ("Bill Huber", "William Huber", False), ("Anna", "Anna", True),
    ("Jürgen Kern", "JUERGEN KERN", True), ("Bernd Kern", "Bernd A. Kern", True),
    ("A. Kern", "A. Kern", True), ("Sam Lee", "Samantha Lee", False), ("Dan Kern", "Danielle Kern", False),
    ("Max Kern", "Maxine Kern", False),
    ("Hans Kern", "Hans-Peter Kern", False), ("Dominic Petit", "Dominique Petit", False),
    ("John Doe", "John Doe Jr.", False), ("Herr Kern", "Herr Kern", True), ("Herr Kern", "Frau Kern", False),
    ("Herr Bernd Kern", "Bernd Kern", True), ("Herr Kern", "Kern", False),
    ("A. Huber", "Anna Huber", False), ("Anna", "Anna Huber", False), ("Huber", "Anna Huber", False),
    ("Anna Huber", "Anna Schmidt", False), ("", "Anna Huber", False), ("", "", False),
])
def test_on_a_mailbox_of_several_the_whole_name_agrees(left: str, right: str, agree: bool) -> None:
    assert names_agree(name(left), name(right)) == names_agree(name(right), name(left)) == agree


@settings(deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_texts_are_compared_both_ways_alike(left: str, right: str) -> None:
    one, other = name(left), name(right)
    assert names_contradict(one, other) == names_contradict(other, one)
    assert not names_contradict(one, one)


@pytest.mark.parametrize(("left", "right", "relation"), [
    ("Eva Svoboda", "Eva Svobodová", "same"), ("Maria Petrovsky", "Maria Petrovskaya", "same"),
    ("Jana Veselý", "Jana Veselá", "same"), ("Ieva Kazlauskas", "Ieva Kazlauskienė", "same"),
    ("Eleni Papadopoulos", "Eleni Papadopoulou", "same"), ("Liga Bērziņš", "Liga Bērziņa", "same"),
    ("Mohammad Hassan", "Mohamed Hassan", "same"), ("Ahmed Al-Sayed", "Ahmad Alsayed", "same"),
    ("Katherine Vale", "K. Vale", "same"), ("Katherine Vale", "C. Vale", "other"),
    ("Şendoğan Yüksel", "S. Yüksel", "same"), ("Şendoğan Yüksel", "Z. Yüksel", "other"),
    ("Ksenia Orlova", "Ксения Орлова", "same"), ("Vale C.", "Chris Vale", "same"),
    ("Kim Min-ji", "Kim Min-jun", "other"), ("Hans-Peter Maier", "Hans-Jürgen Maier", "other"),
    ("Anna Maria Huber", "Anna Huber", "same"), ("Anna Lindquist", "Anna Vossberg", "family"),
])  # fmt: skip
def test_how_far_two_names_agree(left: str, right: str, relation: str) -> None:
    assert name_relation(name(left), name(right)) == name_relation(name(right), name(left)) == relation


def test_the_lists_of_given_names_are_made_of_their_source() -> None:
    assert TABLE.read_text(encoding="utf-8") == given_names()
    assert RARER.read_text(encoding="utf-8") == rarer_given_names()
