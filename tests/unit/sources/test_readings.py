"""Files and bodies of other senders, from their text to the canonical lead."""

from __future__ import annotations

import io
from urllib.parse import parse_qsl

import pytest

from sidecar.records import read_lead
from sidecar.sources import read_keys
from sidecar.tables import lead_of, open_table, plan_columns

NORA = {"first_name": "Nora", "last_name": "Vale", "email": "nora.vale@harbor-lines.example"}

FILES = {
    "the best column is filler": ("""First Name,Last Name,Work Email,Email,Mobile Phone,Phone
Nora,Vale,n/a,nora.vale@harbor-lines.example,N/A,+49 30 901820
Otto,Brink,,otto.brink@brink-optik.example,-,+49 30 901821
""", [NORA | {"phone": "+4930901820"},
      {"email": "otto.brink@brink-optik.example", "phone": "+4930901821"}]),
    "connections of a network": ("""Notes:
"When exporting your connection data, you may notice that some of the email addresses are missing."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Nora,Vale,https://www.linkedin.com/in/nora-vale-0134,nora.vale@harbor-lines.example,Harbor,CTO,12 Mar 2025
Otto,Brink,https://www.linkedin.com/in/otto-brink-0135,,"Brink, Sohn & Co",CFO,01 Feb 2024
""", [NORA | {"linkedin_url": "https://www.linkedin.com/in/nora-vale-0134", "job_title": "CTO",
              "company_name": "Harbor"},
      {"last_name": "Brink", "linkedin_url": "https://www.linkedin.com/in/otto-brink-0135"}]),
    "contacts with values and their labels": ("""\
First Name,Middle Name,Last Name,Organization Name,Organization Title,Labels,E-mail 1 - Label,\
E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value
Nora,,Vale,Harbor Lines,Head of Sales,* myContacts,* Work,\
nora.vale@harbor-lines.example ::: nora@home.example,,,Mobile,+49 1512 3456789 ::: +49 30 901820
""", [NORA | {"phone": "+4915123456789", "company_name": "Harbor Lines", "job_title": "Head of Sales"}]),
    "the record's kind before every header": ("""\
Person - First name,Person - Last name,Person - Email - Work,Person - Email - Home,Person - Phone - Mobile,\
Person - Organization
Nora,Vale,nora.vale@harbor-lines.example,,+49 1512 3456789,Harbor Lines
""", [NORA | {"phone": "+4915123456789", "company_name": "Harbor Lines"}]),
    "words of business software": ("""Lead Name,Organization Name,Email ID,Mobile No,Contact No.,Designation
Nora Vale,Harbor Lines,nora.vale@harbor-lines.example,+91 98765 43210,,Purchase Manager
""", [NORA | {"phone": "+919876543210", "company_name": "Harbor Lines", "job_title": "Purchase Manager"}]),
    "required marks and questions": ("""\
Timestamp,First Name *,Last name (required),Work e-mail*,Company:,What is your phone number?
4/2/2025 10:11:12,Nora,Vale,nora.vale@harbor-lines.example,Harbor Lines,+49 30 901820
""", [NORA | {"company_name": "Harbor Lines", "phone": "+4930901820"}]),
    "Spanish": ("""Nombre;Apellidos;Correo electrónico;Teléfono móvil;Empresa;Cargo;País
Inés;Vega Ruiz;ines.vega@vegafruta.example;+34 612 345 678;Vega SL;Directora general;España
""", [{"first_name": "Inés", "last_name": "Vega Ruiz", "email": "ines.vega@vegafruta.example",
       "country": "ES", "phone": "+34612345678", "company_name": "Vega SL",
       "job_title": "Directora general"}]),
    "Portuguese": ("""Nome;Sobrenome;E-mail;Celular;Cargo;Empresa
Inês;Vaz;ines@vazfruta.example;+351 912 345 678;Diretora;Vaz Lda
""", [{"first_name": "Inês", "last_name": "Vaz", "phone": "+351912345678", "job_title": "Diretora"}]),
    "an address book": ("""\
First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Work Phone,Mobile Number,Work City,\
Work Country,Job Title,Organization
Nora,Vale,Nora Vale,,nora.vale@harbor-lines.example,,030 901820,,Jena,Germany,CFO,Harbor Lines
""", [NORA | {"city": "Jena", "country": "DE", "phone": "+4930901820"}]),
    "opt-outs": ("""Email,Name,Email Opt Out,Unsubscribed from all email,Do Not Contact,UNSUB_TIME
a@x.example,Ada Moss,TRUE,,,
b@x.example,Bela Frost,,true,,
c@x.example,Cleo Hart,,,1,
d@x.example,Dov Lark,,,,2024-05-06 07:08:09
""", [{"refused": {"marketing_email": "TRUE"}}, {"refused": {"marketing_email": "true"}},
      {"refused": {"any_contact": "1"}}, {"refused": {"marketing_email": "2024-05-06 07:08:09"}}]),
    "outcomes and revenue in thousands": ("""Email,IsConverted,ConvertedDate,Revenue (in 000s USD),Lead Owner
a@x.example,TRUE,2025-02-03,"5,000",Petra Assist
b@x.example,FALSE,,,
""", [{"outcome": "converted", "outcome_at": "2025-02-03", "annual_revenue": 5_000_000,
       "owner_name": "Petra Assist"}, {"email": "b@x.example", "outcome": "not converted"}]),
}


@pytest.mark.parametrize("name", FILES)
def test_files(name):
    text, right = FILES[name]
    table = open_table(io.BytesIO(text.encode()))
    columns = plan_columns(table.header, {})
    for row, wanted in zip(table.rows, right, strict=True):
        lead = read_lead(lead_of(row.cells, columns)).lead
        assert {field: lead.get(field) for field in wanted} == wanted


@pytest.mark.parametrize(("body", "right"), [
    ("email=nora.vale%40harbor-lines.example&first_name=Nora&utm_source=google&utm_campaign=spring&gclid=abc123"
     "&page_url=https%3A%2F%2Fshop.example%2Fcontact&source=web_form",
     {"utm": {"source": "google", "campaign": "spring"}, "source": "web_form",
      "custom": {"gclid": "abc123", "page_url": "https://shop.example/contact"}}),
    ("email=nora.vale%40harbor-lines.example&utm.source=ads&consent.marketing=on&custom.budget=5000&source=web_form",
     {"utm": {"source": "ads"}, "consent": {"marketing": True}, "custom": {"budget": "5000"}}),
    ("email=nora.vale%40harbor-lines.example&first_name=Nora&utm_source=ads&utm_campaign=spring&gclid=x",
     {"utm": {"source": "ads", "campaign": "spring"}, "custom": {"gclid": "x"}, "first_name": "Nora"}),
])
def test_bodies_of_forms(body, right):
    lead = read_lead(read_keys(dict(parse_qsl(body)))).lead
    assert {field: lead.get(field) for field in right} == right
