"""Invented leads in a realistic mix: what forms, imports and APIs send."""

from __future__ import annotations

import random
from typing import Any

GIVEN = """Anna Maria James Robert Michael Linda David Elizabeth William Barbara Richard Susan Joseph
Jessica Thomas Sarah Charles Karen Christopher Lisa Daniel Nancy Matthew Betty Anthony Margaret
Sandra Donald Ashley Steven Kimberly Andrew Emily Paul Donna Joshua Michelle Kenneth Carol Kevin
Amanda Brian Melissa George Deborah Timothy Stephanie Ronald Rebecca Jason Sharon Edward Laura
Jeffrey Cynthia Ryan Dorothy Jacob Amy Gary Kathleen Nicholas Angela Eric Shirley Jonathan Emma
Stephen Brenda Larry Pamela Justin Nicole Scott Anna Brandon Samantha Benjamin Katherine Samuel
Christine Gregory Debra Frank Rachel Alexander Carolyn Raymond Janet Patrick Catherine Jack Heather
Jürgen Björn Zoë Renée Chloé François José Søren Łukasz Małgorzata Sergej Olga Priya Rahul Ananya
Yuki Hiroshi Wei Ming Fatima Ahmed Omar Leila Kwame Amara Thiago Beatriz Lars Ingrid Giulia Marco
Hans-Peter Jean-Luc Anne-Marie DeShawn LaToya Siobhán Aoife Gráinne Mateo Valentina""".split()  # noqa: SIM905

FAMILY = """Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez
Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez
Clark Ramirez Lewis Robinson Walker Young Allen Wright Scott Torres Nguyen Hill Flores Green Adams
Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker
Cruz Edwards Collins Reyes Stewart Morris Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper
Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson Brooks Chavez Wood Bennett
Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross Foster Jimenez Müller
Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter
Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner
Dubois Moreau Laurent Lefebvre Rossi Ferrari Esposito Kowalski Nowak Wiśniewski Novák Svoboda
Andersson Johansson Karlsson Hansen Olsen Larsen Jensen Nielsen Virtanen Korhonen Papadopoulos
Ivanov Petrov Singh Kumar Sharma Gupta Khan Ali Hassan Tanaka Suzuki Sato Chen Wang Zhang Okafor
Mensah Silva Santos Oliveira Souza""".split()  # noqa: SIM905

PARTICLE_NAMES = ("van der Berg", "de la Cruz", "von Stein", "da Costa", "O'Neill", "McDonald",
                  "bin Rashid", "Mac Carthy", "di Stefano", "van Dyk")  # fmt: skip
STEMS = """Acme North Blue Silver Quantum Alpine Nordic Vertex Summit Cedar Harbor Lumen Orbit Pioneer
Delta Granite Falcon Atlas Cobalt Ember Helix Ivory Juniper Keystone Lattice Meridian Nimbus Onyx
Prairie Quarry Radiant Sable Terra Umber Vantage Willow Xenon Yarrow Zenith""".split()  # noqa: SIM905
TRADES = """Software Logistics Foods Energy Consulting Media Health Systems Robotics Analytics Labs
Textiles Motors Chemicals Insurance Partners Studios Networks Materials Design""".split()  # noqa: SIM905
FORMS = ("Inc.", "LLC", "GmbH", "Ltd", "AG", "S.A.", "", "", "B.V.", "GmbH & Co. KG", "Corp", "AB",
         "Pty Ltd", "SARL", "S.p.A.", "Co., Ltd.", "Sp. z o.o.", "plc", "Holdings")  # fmt: skip
TITLES = ("CEO", "Head of Growth", "Software Engineer", "VP Sales", "Geschäftsführer",
          "Marketing Manager", "Senior Data Analyst", "Co-Founder & CTO", "Leiter Einkauf",
          "HR Business Partner", "Director of Finance", "Account Executive", "IT Administrator",
          "Assistant to the CEO", "Product Owner", "Vertriebsleiter DACH", "Operations Manager",
          "Chief Marketing Officer", "Project Manager", "Consultant")  # fmt: skip
PLACES = (
    ("Germany", "Bayern", "München", "+49 89 {:07d}", "de"),
    ("Deutschland", "Berlin", "Berlin", "030 {:07d}", "de"),
    ("USA", "California", "San Francisco", "(415) 555-{:04d}", "com"),
    ("United States", "NY", "New York", "+1 212 {:07d}", "com"),
    ("UK", "", "London", "020 7{:07d}", "co.uk"),
    ("France", "Île-de-France", "Paris", "+33 1 {:08d}", "fr"),
    ("India", "Karnataka", "Bengaluru", "+91 98{:08d}", "in"),
    ("Brasil", "SP", "São Paulo", "+55 11 9{:08d}", "com.br"),
    ("Canada", "Ontario", "Toronto", "416-555-{:04d}", "ca"),
    ("Netherlands", "", "Amsterdam", "+31 6 {:08d}", "nl"),
)
INDUSTRIES = ("Software", "Banking", "Maschinenbau", "Retail", "Healthcare", "Logistics", "SaaS")
SIZES: tuple[Any, ...] = ("11-50", 120, "1,200", 35, "5000+", 8, "201-500")
REVENUES: tuple[Any, ...] = ("$12.5M", 4_000_000, "12,5 Mio. €", "10-50M", 250_000)
FREE = ("gmail.com", "gmx.de", "outlook.com", "yahoo.com", "web.de", "icloud.com")


def _name(rng: random.Random, number: int) -> tuple[str, str, str]:
    """Return given, family and the whole name; the number keeps nearly all of them unique."""
    given = GIVEN[number % len(GIVEN)]
    family = FAMILY[(number // len(GIVEN) * 7 + number) % len(FAMILY)]
    if rng.random() < 0.25:
        middle = rng.choice(GIVEN) if rng.random() < 0.4 else f"{rng.choice('ABCDEJKLMRST')}."
        given = f"{given} {middle}"
    if rng.random() < 0.05:
        family = rng.choice(PARTICLE_NAMES)
    whole = f"{given} {family}"
    kind = rng.random()
    if kind < 0.03:
        whole = whole.upper()
    elif kind < 0.06:
        whole = whole.lower()
    elif kind < 0.08:
        whole = f"{family}, {given}"
    elif kind < 0.10:
        whole = f"Dr. {whole}"
    return given, family, whole


def make_leads(count: int, seed: int = 7) -> list[dict[str, Any]]:
    """Return `count` leads; the same ones for the same seed."""
    rng = random.Random(seed)
    leads = []
    for number in range(count):
        given, family, whole = _name(rng, number)
        country, region, city, phone, tld = rng.choice(PLACES)
        stem = f"{rng.choice(STEMS)} {rng.choice(TRADES)}"
        company = f"{stem} {number % 977} {rng.choice(FORMS)}".strip()
        domain = f"{stem.replace(' ', '-').lower()}{number % 977}.{tld}"
        mailbox = f"{given.split()[0]}.{family.split()[-1]}{number}".lower().replace("'", "")
        mailbox = mailbox.encode("ascii", "ignore").decode() or "info"
        lead: dict[str, Any] = {
            "email": f"{mailbox}@{rng.choice(FREE) if rng.random() < 0.3 else domain}",
            "job_title": rng.choice(TITLES),
            "phone": phone.format(rng.randrange(200, 9999 if "04d" in phone else 9_999_999)),
            "company_name": company,
            "country": country,
            "city": city,
            "source": rng.choice(("form", "import", "webhook", "api")),
        }
        if rng.random() < 0.6:
            lead["full_name"] = whole
        else:
            lead["first_name"], lead["last_name"] = given, family
        if region and rng.random() < 0.5:
            lead["region"] = region
        if rng.random() < 0.4:
            lead["company_domain"] = f"https://www.{domain}/"
        if rng.random() < 0.5:
            lead["industry"] = rng.choice(INDUSTRIES)
        if rng.random() < 0.5:
            lead["employee_count"] = rng.choice(SIZES)
        if rng.random() < 0.3:
            lead["annual_revenue"] = rng.choice(REVENUES)
        if rng.random() < 0.3:
            lead["linkedin_url"] = f"https://www.linkedin.com/in/{mailbox.replace('.', '-')}/"
        if rng.random() < 0.3:
            lead["utm"] = {"utm_source": "newsletter", "utm_medium": "email"}
            lead["tags"] = ["Webinar 2026", "demo"]
        if rng.random() < 0.3:
            lead["message"] = "Please call me about a demo.\nThank you!"
        leads.append(lead)
    return leads
