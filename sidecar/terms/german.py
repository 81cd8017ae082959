"""The labels of fields and states in German: what `GET /v1/fields?language=de` tells."""

from __future__ import annotations

from typing import Final

GERMAN: Final = {
    "Annual revenue": "Jahresumsatz", "Any": "Alles", "Any contact": "Jeder Kontakt",
    "Archived": "Archiviert", "Bounce": "Rückläufer", "Bulk": "Masse",
    "Campaign (UTM)": "Kampagne (UTM)", "City": "Ort", "Cold": "Kalt", "Company size": "Firmengröße",
    "Consent": "Einwilligung", "Contact request": "Kontaktanfrage", "Content download": "Download",
    "Converted": "Gewonnen", "Country": "Land", "DMARC": "DMARC", "Dead": "Aufgegeben",
    "Decision": "Entscheidung", "Delivered": "Zugestellt", "Demo request": "Demo-Anfrage",
    "Department": "Abteilung",
    "Description": "Beschreibung", "Digest": "Tagesüberblick", "Domain": "Domain", "Done": "Fertig",
    "E-mail": "E-Mail", "E-mail for matching": "E-Mail zum Abgleich", "E-mail pattern": "Muster der E-Mails",
    "E-mail status": "Zustand der E-Mail", "E-mail type": "Art der E-Mail", "Email": "E-Mail",
    "Email click": "Klick in einer Mail", "Email open": "Mail geöffnet",
    "Email reply": "Antwort auf eine Mail",
    "Employees": "Beschäftigte", "Enrichment": "Anreicherung", "Escalation": "Eskalation",
    "Failed": "Gescheitert",
    "Fill": "Auffüllen", "First campaign (UTM)": "Erste Kampagne (UTM)", "First name": "Vorname",
    "Form submit": "Formular gesendet", "Founded": "Gegründet", "Goal of enrichment": "Ziel der Anreicherung",
    "Handled": "Erledigt", "Hot": "Heiß", "Hot lead": "Heißer Lead", "Identify": "Erkannt",
    "Ids elsewhere": "Kennungen anderswo", "Industry": "Branche", "Interactive": "Sofort",
    "Job title": "Position", "Last name": "Nachname", "Lead assigned": "Lead zugewiesen",
    "Lead became hot": "Lead wurde heiß", "Lead claimed": "Lead übernommen",
    "Lead contacted": "Lead kontaktiert", "Lead cooled": "Lead kühlte ab", "Lead created": "Lead angelegt",
    "Lead dead": "Lead gescheitert", "Lead employer changed": "Arbeitgeber hat gewechselt",
    "Lead enriched": "Lead angereichert", "Lead let go": "Lead entlassen",
    "Lead refusals changed": "Widersprüche geändert", "Lead refused": "Lead abgelehnt",
    "Lead scored": "Lead bewertet", "Lead status changed": "Status geändert", "Lead won": "Lead gewonnen",
    "Leased": "In Arbeit", "Legal form": "Rechtsform", "Let go": "Entlassen", "LinkedIn": "LinkedIn",
    "Lost": "Verloren", "Mail host": "Mail-Anbieter", "Marketing email": "Werbemails",
    "Meeting booked": "Termin gebucht",
    "Message": "Nachricht", "Name": "Name", "Name for matching": "Name zum Abgleich", "New": "Neu",
    "Operations": "Betrieb", "Other answers": "Weitere Antworten", "Outcome elsewhere": "Ergebnis anderswo",
    "Outcome's date": "Datum des Ergebnisses", "Owed": "Ausstehend", "Owner": "Zuständig",
    "Owner elsewhere": "Zuständig anderswo", "Page view": "Seite angesehen", "Phone": "Telefon",
    "Phone country": "Land des Telefons", "Phone extension": "Durchwahl", "Phone type": "Art des Telefons",
    "Pricing view": "Preise angesehen", "Qualified": "Qualifiziert", "Queued": "In der Warteschlange",
    "Reach": "Erreichbarkeit", "Refused": "Abgelehnt", "Region": "Region", "Reminder": "Erinnerung",
    "Resubscribe": "Wieder angemeldet",
    "Revenue range": "Umsatzklasse", "SPF": "SPF", "Scored": "Bewertet", "Sending": "Wird gesendet",
    "Seniority": "Ebene", "Sent": "Gesendet", "Slack": "Slack", "Slack bot": "Slack-Bot", "Sms": "SMS",
    "Source": "Quelle", "Status": "Status", "Tags": "Schlagwörter", "Teams": "Teams",
    "Technologies": "Technik", "Unsubscribe": "Abgemeldet", "Waiting": "Wartet", "Warm": "Warm",
    "Webinar": "Webinar", "Withdrawn": "Zurückgezogen", "Working": "In Bearbeitung",
    # Privacy.
    "Closed": "Abgeschlossen", "Contract": "Vertrag oder Anfrage", "Customer": "Kunde",
    "Event": "Veranstaltung oder Download", "Form": "Formular", "Legal obligation": "Rechtliche Pflicht",
    "Legitimate interest": "Berechtigtes Interesse", "List": "Liste", "Objected": "Widersprochen",
    "Open": "Offen", "Provider": "Anbieter", "Public interest": "Öffentliches Interesse",
    "Request": "Anfrage", "System": "Anderes System", "Vital interest": "Lebenswichtiges Interesse",
    "a link was followed that people cannot see": "ein für Menschen unsichtbarer Link wurde verfolgt",
    "a privacy service loads the pictures of every mail, read or not":
        "ein Schutzdienst lädt die Bilder jeder Mail, gelesen oder nicht",
    "it came from a data centre, soon after the delivery":
        "es kam bald nach der Zustellung aus einem Rechenzentrum",
    "it came from a machine's address and program, within seconds of that machine's others":
        "es kam von Adresse und Programm einer Maschine, Sekunden nach anderem von ihr",
    "it came within seconds of the mail's delivery": "es kam Sekunden nach der Zustellung der Mail",
    "it was a browser that a program drives": "es war ein Browser, den ein Programm steuert",
    "it was a filter that checks mail": "es war ein Filter, der Mails prüft",
    "it was a program, not a browser": "es war ein Programm, kein Browser",
    "it was loaded ahead, before anybody looked": "es wurde vorab geladen, bevor jemand hinsah",
    "it was one of too many in too short a time": "es war eines von zu vielen in zu kurzer Zeit",
    "only the headers of the page were asked for": "nur die Kopfzeilen der Seite wurden verlangt",
    "somebody else's computer followed the same link within seconds of a person":
        "ein fremder Rechner folgte demselben Link Sekunden nach einem Menschen",
    "the mail service says that it was a machine": "der Mail-Dienst sagt, dass es eine Maschine war",
    "the same address did it for many recipients within seconds":
        "dieselbe Adresse tat es in Sekunden für viele Empfänger",
}


def said(words: str, language: str) -> str:
    """Words of the terms in a language."""
    return GERMAN.get(words, words) if language == "de" else words
