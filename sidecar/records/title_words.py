"""French, Spanish, Italian, Polish and Dutch words of job titles in English, for the rules of English titles.

Our own selection of the commonest; folded, longer phrases before the words they contain. Words that
are English too ("chef", "general", "marketing") only stand inside phrases.
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final[dict[str, str]] = {
    # Who leads a company
    "chief executive officer": "pdg|president directeur general|presidente directeur generale|"
    "directeur general|directrice generale|consejer[oa] delegad[oa]|director[ae]? ejecutiv[oa]|"
    "director(?:a)? general|gerente general|amministrat(?:ore|rice) delegat[oa]|"
    "dirett(?:ore|rice) generale|dyrektor(?:ka)? generaln[ya]|dyrektor(?:ka)? zarzadzajac[ya]|"
    "algemeen directeur",
    "deputy director": "directeur adjoint|directrice adjointe|director(?:a)? adjunt[oa]|zastepca dyrektora",
    "chief financial officer": "daf|directeur administratif et financier",
    "chief information officer": "dsi|directeur des systemes d information",
    "director human resources": "drh",
    "managing director": "gerant|gerante|bestuurder|zaakvoerder",
    "vice president": "vice ?presidente?|vicepresident[ae]|wiceprezes(?:ka)?",
    "president": "presidente|presidenta|presidentessa|prezes(?:ka)?(?: zarzadu)?",
    "board member": "czlonek zarzadu|czlonkini zarzadu|membre du (?:directoire|conseil)|"
    "miembro del consejo|consigliere",
    "co founder": "co ?fondateur|co ?fondatrice|cofundador(?:a)?|co ?fondatore|wspolzalozyciel(?:ka)?|"
    "mede ?oprichter",
    "founder": "fondateur|fondatrice|fundador(?:a)?|fondatore|zalozyciel(?:ka)?|oprichter",
    "owner": "proprietaire|propietari[oa]|duen[oa]|proprietari[oa]|titolare|wspol?wlasciciel(?:ka)?|"
    "wlasciciel(?:ka)?|eigenaar|autonomo|independiente|travailleur independant",
    "partner": "associe|associee|soci[oa]|wspolnik|wspolniczka|vennoot",
    # Other ranks
    "intern": "stagiaire|stagista|stazyst(?:a|ka)|praktykant(?:ka)?|becari[oa]|practicante|alternant|"
    "alternante|apprenti|apprentie|aprendiz|tirocinante",
    "project manager": "chef(?:fe)? de projets?|jef[ea] de proyectos?|kierownik projektu|"
    "responsabile (?:di )?progett[oi]",
    "product manager": "chef(?:fe)? de produits?|jef[ea] de producto|kierownik produktu",
    "team leader": "chef(?:fe)? d equipe|jef[ea] de equipo|kierownik zespolu",
    "sales manager": "chef(?:fe)? des ventes|jef[ea] de ventas",
    "director": "directeur|directrice|directora|dirett(?:ore|rice)|dyrektor(?:ka)?",
    "manager": "responsable|gerente|responsabile|kierowni(?:k|czka)|menedzer(?:ka)?|encargad[oa]|"
    "jef[ea] de|chef(?:fe)? de service|manedzer",
    "assistant": "assistante|asistente|asystent(?:ka)?|secretaire|secretari[oa]|segretari[oa]|sekretarka",
    "senior": "starsz[ya]|glown[ya]",
    "junior": "mlodsz[ya]",
    "freelancer": "independant|independante",
    # Departments
    "human resources": "ressources humaines|recursos humanos|risorse umane|rh|zasobow ludzkich|kadr|"
    "personeelszaken",
    "marketing": "marketingu|mercadotecnia",
    "communications": "comunicacion|comunicazione|komunikacji|communicatie",
    "sales": "commercial|commerciale|comercial|ventes?|ventas|vendite|vendeur|vendeuse|vendedor(?:a)?|"
    "sprzedazy|handlowiec|handlow[ya]|verkoop",
    "accountant": "comptable|contable|contador(?:a)?|contabile|ksiegow[ya]|boekhouder",
    "finance": "financiere?|financier[oa]|finanzas|finanziari[oa]|finansow[ya]|finansow",
    "lawyer": "juriste|avocate?|abogad[oa]|avvocat[oa]|prawni(?:k|czka)|radca prawny|jurist",
    "legal": "juridique|juridic[oa]|legale|prawn[ya]",
    "buyer": "acheteur|acheteuse|comprador(?:a)?|achats|compras|acquisti|zakupow|kupiec|inkoop",
    "engineer": "ingenieure?|ingenier[oa]|ingegnere|inzynier",
    "developer": "developpeu(?:r|se)|desarrollador(?:a)?|programador(?:a)?|sviluppat(?:ore|rice)|"
    "programist(?:a|ka)|ontwikkelaar",
    "technical": "technique|tecnic[oa]|techniczn[ya]|informatique|informatica",
    "support": "soporte|assistenza|wsparcia",
    "production": "produccion|produzione|produkcji",
    "operations": "operaciones|operazioni|operacyjn[ya]|exploitation",
    "logistics": "logistique|logistica|logistyki",
    "product": "produits?|producto|prodotto|produktu",
    "quality": "qualite|calidad|qualita|jakosci",
    "consultant": "consulente|consultora?|konsultant(?:ka)?|doradca|conseiller|conseillere|adviseur",
    "representative": "przedstawiciel(?:ka)?|representante|representant|rappresentante",
    "teacher": "enseignant|enseignante|professeure?|profesor(?:a)?|nauczyciel(?:ka)?|docente",
    "doctor": "medecin|medic[oa]|lekar(?:z|ka)",
    "nurse": "infirmier|infirmiere|enfermer[oa]|infermier[ea]|pielegniarka",
}

_PATTERN: Final = re.compile(
    r"\b(?:" + "|".join(f"({others})" for others in _WORDS.values()) + r")\b"
)
_ENGLISH: Final = tuple(_WORDS)


def in_english(title: str) -> str:
    """Return a folded title of words with those of other languages in English."""
    return _PATTERN.sub(lambda found: _ENGLISH[(found.lastindex or 1) - 1], title)
