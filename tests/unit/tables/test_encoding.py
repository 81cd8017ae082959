"""Encodings are told apart by the words of a few names; what is not certain is refused."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from local.letter_pairs import TABLE
from sidecar.tables import Choices, TableError, detect_encoding, open_table
from sidecar.tables.encoding import CERTAIN

CASES = [
    ("cp1252", "Jörg Müller,Köln"), ("cp1252", "Hélène Lefèvre"), ("cp1252", "Søren Jørgensen"),
    ("cp1252", "José Muñoz"), ("cp1252", "José"), ("cp1252", "Müller"), ("cp1252", "François Noël"),
    ("cp1252", "Société Générale – Crédit"), ("cp1252", "Björn Åkesson"), ("cp1252", "João Conceição"),
    ("cp1252", "Þór Sigurðsson"), ("cp1252", "Müller & Söhne™ GmbH®"), ("cp1252", "Price 5 €"),
    ("cp1252", "O’Hara"), ("cp1252", "Jääskeläinen"),
    ("cp1252", "Jörg Müller\nHélène Lefèvre\nJosé Muñoz\nSøren Kjær\nBjörn Åkesson"),
    ("cp1250", "Tomáš Dvořák\nJiří Novák"), ("cp1250", "Łukasz Żółty"), ("cp1250", "Ivana Kovačić"),
    ("cp1250", "Michał Wójcik\nAgnieszka Wiśniewska\nŁukasz Żółty"), ("cp1250", "Ľubomír Ďuriš"),
    ("cp1250", "Szőke László"),
    ("iso8859_2", "Łukasz Żółty Świątek"), ("cp1251", "Пётр Иванов"), ("cp1251", "Олена Шевченко"),
    ("koi8_u", "Пётр Иванов"), ("cp1253", "Γιώργος Παπαδόπουλος"), ("cp1254", "Gökhan Şahin İstanbul"),
    ("cp1257", "Jonas Žemaitis Šiauliai"), ("mac_roman", "José Muñoz"), ("mac_roman", "François Müller"),
    ("mac_roman", "Björn Åkesson"), ("cp932", "山田太郎"), ("cp932", "株式会社ホクト 佐藤花子"),
    ("gb18030", "王小明 北京"),
    ("big5", "陳大文 台北"), ("cp949", "김철수 서울"),
]


@pytest.mark.parametrize(("codec", "names"), CASES)
def test_a_few_names_tell_the_encoding(codec, names):
    raw = ("Email,Name\na@x.example," + names + "\n").encode(codec)
    found = detect_encoding([raw])
    assert raw.decode(found.name) == raw.decode(codec)
    assert found.certainty >= CERTAIN


@pytest.mark.parametrize(("codec", "names"), [
    ("cp1252", "Nicolò Forlì"), ("cp1250", "Paweł Dąbrowski"), ("cp1255", "דוד כהן")])
def test_one_name_that_could_be_another_is_refused_rather_than_wrong(codec, names):
    raw = ("Email,Name\na@x.example," + names + "\n").encode(codec)
    found = detect_encoding([raw])
    assert found.certainty < CERTAIN or raw.decode(found.name) == raw.decode(codec)


@pytest.mark.parametrize(("codec", "named"), [
    ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"),
    ("utf-16-be", "utf-16-be"), ("utf-32", "utf-32"), ("cp1252", "cp1252")])
def test_in_pieces_of_any_size(codec, named):
    raw = "Vorname;Straße\nJörg;Hauptstraße – 1\n".encode(codec)
    for size in (1, 7, 1000):
        assert detect_encoding(raw[i:i + size] for i in range(0, len(raw), size)).name == named


def test_nothing_is_utf_8():
    assert detect_encoding([]) == ("utf-8", 1.0)


@pytest.mark.parametrize("raw", [bytes(range(128, 256)) * 3, "דוד כהן".encode("cp1255")])
def test_what_is_not_certain_is_refused_with_a_word_on_it(raw):
    content = b"email,name\na@x.example," + raw
    with pytest.raises(TableError, match=r"encoding .* not certain .*--encoding"):
        open_table(io.BytesIO(content))
    assert open_table(io.BytesIO(content), Choices(encoding="latin-1")).header == ["email", "name"]


@pytest.mark.parametrize("name", ["no-such", "idna", "rot13", "base64"])
def test_an_encoding_that_there_is_not_is_told(name):
    with pytest.raises(TableError, match="There is no encoding"):
        open_table(io.BytesIO(b"email\n"), Choices(encoding=name))


def test_an_encoding_that_is_said_wins():
    raw = "email,name\na@x.example,Иван\n".encode("cp1251")
    rows = open_table(io.BytesIO(raw), Choices(encoding="windows-1251")).rows
    assert [row.cells[1] for row in rows] == ["Иван"]


def test_the_table_of_letters_is_that_of_cldr():
    # In a process of its own: what Babel has loaded for others changes what it tells.
    made = subprocess.run(
        [sys.executable, "-c", "import sys; from local.letter_pairs import letter_pairs;"
         " sys.stdout.buffer.write(letter_pairs().encode())"],
        check=True, capture_output=True, cwd=TABLE.parents[2]).stdout
    assert TABLE.read_text(encoding="utf-8") == made.decode()
