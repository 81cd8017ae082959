"""What a file is, told before it is imported."""

from __future__ import annotations

import json

import pytest

from sidecar.tables import NOBODY
from tests.integration.conftest import Api
from tests.spreadsheets import xlsx

ODD = ("Kontakte der Messe\r\nStand: 26.11.2026\r\n\r\nVorname;Nachname;E-Mail;Telefon;Firma;Halle\r\n"
       "Jörg;Müller;j.mueller@fräse.example;k.A.;Fräsen GmbH;3\r\n"
       "Änne;Groß;a.gross@zahn.example;+49 30 901820;Zahn & Rad;4\r\n").encode("cp1252")


@pytest.fixture
def look(app, api):
    def post(content, **query):
        return app.test_client().post(
            "/v1/jobs/imports/preview", data=content, query_string=query,
            headers=api.headers | {"Content-Type": "application/octet-stream"})

    return post


def test_an_odd_file_is_told_with_samples_and_nothing_is_kept(look, api):
    told = look(ODD).json
    assert (told["format"], told["encoding"], told["delimiter"], told["header_line"], told["rows"]) == (
        "text", "cp1252", ";", 4, 2)
    assert told["encoding_certainty"] > 0.5 and told["problem"] is None
    assert [line["line"] for line in told["lines"]] == [1, 2, 4, 5, 6]
    assert {column["column"]: column["field"] for column in told["columns"]} == {
        "Vorname": "first_name", "Nachname": "last_name", "E-Mail": "email", "Telefon": "phone",
        "Firma": "company_name", "Halle": "custom.Halle"}
    assert told["columns"][3]["samples"] == ["k.A.", "+49 30 901820"]
    assert api.get("/v1/jobs").json["data"] == []


def test_what_the_caller_says_counts(look):
    told = look(ODD, mapping=json.dumps({"Halle": "", "Firma": "message"}), header_row=5, source="fair").json
    assert "no column" in look(ODD, mapping='{"Nothing": "email"}').json["errors"][0]["detail"]
    assert told["errors"][0]["code"] == "not_a_table"
    told = look(ODD, mapping=json.dumps({"Halle": "", "Firma": "message"}), source="fair").json
    assert [column["field"] for column in told["columns"]][4:] == ["message", None]
    assert told["source"] == "fair"


def test_a_file_that_tells_nobody_is_shown_for_its_columns_to_be_said(look):
    text = b"What,Where\nx@firm.example,Here\ny@firm.example,There\n"
    told = look(text).json
    assert told["problem"] == NOBODY and told["columns"][0]["samples"] == ["x@firm.example", "y@firm.example"]
    assert look(text, mapping='{"What": "email"}').json["problem"] is None


def test_what_the_files_name_says_of_all_in_it_is_told(look):
    assert look(ODD).json["refused"] is None
    assert look(ODD, file_name="unsubscribed.csv").json["refused"] == "marketing_email"
    assert look(ODD, file_name="unsubscribed.csv", refused="nothing").json["refused"] is None


def test_sheets_are_named(look):
    told = look(xlsx({"Notes": [["Read me"]], "People": [["E-mail"], ["x@firm.example"]]})).json
    assert (told["sheet"], told["sheets"], told["encoding"]) == ("People", ["Notes", "People"], None)


def test_who_may_not_write_leads_may_not_ask(app, engine):
    headers = Api(app.test_client(), "reader").headers | {"Content-Type": "text/csv"}
    assert app.test_client().post("/v1/jobs/imports/preview", data=ODD, headers=headers).status_code == 403
