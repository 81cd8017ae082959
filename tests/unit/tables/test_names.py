"""What names of files say of the people in them."""

from __future__ import annotations

import pytest

from sidecar.tables import refusal_of


@pytest.mark.parametrize(("name", "purpose"), [
    ("unsubscribed_email_audience_export_5f3a2b.csv", "marketing_email"),
    ("Unsubscribed Members Export.xlsx", "marketing_email"), ("global-unsubscribes.csv", "marketing_email"),
    ("opt-outs 2026.csv", "marketing_email"), ("newsletter_abmeldungen.csv", "marketing_email"),
    ("désabonnés.csv", "marketing_email"), ("No Marketing.csv", "marketing_email"),
    ("UnsubscribedContacts.csv", "marketing_email"), ("suppression_list.csv", "marketing_email"),
    ("keine Werbung.csv", "marketing_email"),
    ("do_not_call.csv", "phone"), ("DNC list.txt", "phone"), ("do-not-contact.csv", "any_contact"),
    ("suppression.csv", "marketing_email"), ("bounces_unsub.csv", "marketing_email"),
    ("unsubscribe list.csv", "marketing_email"), ("Desuscritos.csv", "marketing_email"),
    ("clientes dados de baja.csv", "marketing_email"), ("bajas_newsletter.csv", "marketing_email"),
    ("robinson.csv", "any_contact"), ("Robinson 2026.xlsx", "any_contact"),
    ("robinsonliste.csv", "any_contact"), ("NO contactar.csv", "any_contact"),
    ("unsubscribed_and_do_not_call.csv", "any_contact"), ("dnc 2026, unsubscribed.csv", "any_contact"),
    ("unsubscribed_without_dnc.csv", "marketing_email"), ("dnc, no opt-outs.csv", "phone"),
])
def test_a_file_of_refusals_says_so_in_its_name(name, purpose):
    assert refusal_of(name) == purpose


@pytest.mark.parametrize("name", [
    "unsubscribed_and_cleaned.csv", "NO_unsubscribed_members.csv", "leads_NO_Opt-outs.csv",
    "ex-customers_unsubscribed.csv", "non-EU opt outs.csv", "leads without phone unsubscribed.csv",
    "Kunden ohne Firma abgemeldet.csv", "did_not_open_unsubscribed.csv",
    "unsubscribed members (free trial).csv",
    "opt-out-not-removed.csv", "unsubscribed and removed.csv",
])
def test_a_word_that_leaves_somebody_else_out_does_not_hide_it(name):
    assert refusal_of(name) == "marketing_email"


@pytest.mark.parametrize("name", [
    "", "subscribed_email_audience_export_5f3a2b.csv", "cleaned_email_audience_export_5f3a2b.csv",
    "nonsubscribed_members.csv", "leads_without_opt-outs.csv", "not unsubscribed.csv",
    "all, excluding dnc.csv", "leads.csv.rejected.csv", "refused quotes.csv", "unsubscribing.csv",
    "contacts.csv", "leads_no_opt_outs.csv", "keine Abmeldungen.csv", "ex opt outs.csv",
    "opt-outs removed.csv", "unsubscribe campaign clicks.csv", "dnc_scrubbed_leads.csv", "DNC-checked.csv",
    "leads without unsubscribed and dnc.csv", "opt-outs and dnc removed.csv", "leads NO DNC.csv",
    "without NO_unsubscribed.csv", "ventas_bajas_2026.csv", "resubscribe.csv", "unsubscribe link test.csv",
    "unsub link test.csv", "fire suppression leads.csv", "Robinson Logistics contacts.csv", "CRobinson.csv",
])
def test_others_do_not(name):
    assert refusal_of(name) is None


def test_what_somebody_says_counts():
    assert refusal_of("unsubscribed.csv", "nothing") is None
    for name in ("unsubscribed.csv", "people.csv"):
        assert refusal_of(name, "enrichment") == "enrichment"
