"""Address books are tables: a row for each card, whatever its version."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.tables import TableError, lead_of, open_table, plan_columns

OUTLOOK = (
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;\r\n"
    "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg =\r\nM=C3=BCller\r\nORG:Harbor Lines;Sales\r\n"
    "TITLE:Head of Sales\r\nTEL;WORK;VOICE:+49 30 901820\r\nTEL;CELL;VOICE:+49 1512 3456789\r\n"
    "EMAIL;PREF;INTERNET:joerg@harbor-lines.example\r\nADR;WORK:;;Am Markt 1;Jena;TH;07743;Germany\r\n"
    "PHOTO;ENCODING=BASE64;TYPE=JPEG:/9j/4AAQ\r\n SkZJRg==\r\n\r\nEND:VCARD\r\n")
APPLE = (
    "BEGIN:VCARD\nVERSION:3.0\nPRODID:-//Apple Inc.//macOS//EN\nN:Vale;Nora;;;\nFN:Nora Vale\n"
    "ORG:Brink\\, Sohn & Co;\nitem1.EMAIL;type=INTERNET;type=pref:nora@brink.example\n"
    "EMAIL;type=INTERNET;type=HOME:nora@home.example\nTEL;type=CELL;type=VOICE:+4915123456789\n"
    "item2.URL;type=pref:https\\://www.brink.example\nX-SOCIALPROFILE;type=linkedin:https://www.linkedin.com/in/nora\n"
    "CATEGORIES:fair,press\nNOTE:met at the fair\\nvery\n  nice\nEND:VCARD\n")
RFC = (
    "BEGIN:VCARD\nVERSION:4.0\nFN:Ada Moss\nEMAIL;PREF=2:second@x.example\nEMAIL;PREF=1:ada@x.example\n"
    "TEL;VALUE=uri;TYPE=\"voice,cell\":tel:+49-151-2345-6789\nEND:VCARD\n")


def rows(text):
    content = text if isinstance(text, bytes) else text.encode()
    return list(open_table(io.BytesIO(content)).rows)


def leads(text):
    content = text if isinstance(text, bytes) else text.encode()
    table = open_table(io.BytesIO(content))
    columns = plan_columns(table.header, {})
    return [lead_of(row.cells, columns) for row in table.rows]


@pytest.mark.parametrize(("text", "expected"), [
    (OUTLOOK, {"full_name": "Jörg Müller", "first_name": "Jörg", "last_name": "Müller", "city": "Jena",
               "company_name": "Harbor Lines", "job_title": "Head of Sales", "country": "Germany"}),
    (APPLE, {"full_name": "Nora Vale", "company_name": "Brink, Sohn & Co",
             "linkedin_url": "https://www.linkedin.com/in/nora",
             "company_domain": "https://www.brink.example"}),
    (RFC, {"full_name": "Ada Moss"}),
])
def test_cards_of_each_version(text, expected):
    [lead] = leads(text)
    assert lead | expected == lead


@pytest.mark.parametrize(("text", "email", "phone"), [
    (OUTLOOK, "joerg@harbor-lines.example", "+49 1512 3456789"),
    (APPLE, "nora@brink.example", "+4915123456789"),
    (RFC, "ada@x.example", "+49-151-2345-6789")])
def test_the_preferred_address_and_the_mobile_number_stand_first(text, email, phone):
    [row] = rows(text)
    assert (row.cells[5], row.cells[8]) == (email, phone)


def test_several_cards_and_their_lines():
    found = rows(APPLE + "\n" + RFC)
    assert [row.line for row in found] == [1, 17] and not any(row.problem for row in found)


def test_a_card_without_end_is_an_error_and_the_next_are_read():
    found = rows(RFC.replace("END:VCARD\n", "") + APPLE + "BEGIN:VCARD\nFN:Bo\n")
    assert [row.problem and row.problem[0] for row in found] == ["unclosed_card", None, "unclosed_card"]


@pytest.mark.parametrize("codec", ["cp1252", "utf-16", "utf-8-sig"])
def test_encodings(codec):
    text = "BEGIN:VCARD\nVERSION:2.1\nFN:Jörg Müller\nEMAIL:j@x.example\nEND:VCARD\n"
    assert rows(text.encode(codec))[0].cells[0] == "Jörg Müller"


@given(st.text(max_size=200), st.integers(0, 300))
def test_any_card_is_read_or_explained(text, cut):
    try:
        for row in rows((APPLE[:cut] + text + RFC).encode("utf-8", "replace")):
            assert all(cell < "\ud800" or cell.encode() is not None for cell in row.cells)
    except TableError:
        pass


@pytest.mark.parametrize("bad", [
    "EMAIL;PREF=" + "9" * 5000 + ":b@cards.example",
    "EMAIL;PREF=²:b@cards.example",
    *(f"NOTE;CHARSET={charset};ENCODING=QUOTED-PRINTABLE:=D8=00=D8"
      for charset in ("utf-16", "utf-32", "utf-7", "idna", "punycode", "hex", "unicode_escape", "undefined")),
])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_bad_card_ends_no_file(bad, encoding):
    card = "BEGIN:VCARD\nFN:Ada {}\n{}\nEND:VCARD\n"
    text = "".join(card.format(number, bad if number == 300 else "TITLE:CTO") for number in range(310))
    assert [row.cells[0] for row in rows(text.encode(encoding))] == [f"Ada {number}" for number in range(310)]


def test_broken_text_of_two_bytes_ends_no_file():
    text = RFC.encode("utf-16") + b"\x00\xd8" + ("\n" + RFC).encode("utf-16-le")
    assert [row.cells[0] for row in rows(text)] == ["Ada Moss", "Ada Moss"]
