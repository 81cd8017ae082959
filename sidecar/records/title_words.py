"""French, Spanish, Italian, Polish and Dutch words of job titles in English, for the rules of English titles.

Our own selection of the commonest, folded. Words that are English too ("chef", "general",
"marketing") only stand inside phrases.
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final[dict[str, str]] = {
    # Who leads a company
    "chief executive officer": (
        "pdg|president directeur general|presidente directeur generale|directeur general|"
        "directrice generale|consejero delegado|consejero delegada|consejera delegado|"
        "consejera delegada|directora ejecutivo|directora ejecutiva|directore ejecutivo|"
        "directore ejecutiva|director ejecutivo|director ejecutiva|directora general|"
        "director general|gerente general|amministratore delegato|amministratore delegata|"
        "amministratrice delegato|amministratrice delegata|direttore generale|"
        "direttrice generale|dyrektorka generalny|dyrektorka generalna|dyrektor generalny|"
        "dyrektor generalna|dyrektorka zarzadzajacy|dyrektorka zarzadzajaca|"
        "dyrektor zarzadzajacy|dyrektor zarzadzajaca|algemeen directeur"
    ),
    "deputy director": (
        "directeur adjoint|directrice adjointe|directora adjunto|directora adjunta|"
        "director adjunto|director adjunta|zastepca dyrektora"
    ),
    "chief financial officer": "daf|directeur administratif et financier",
    "chief information officer": "dsi|directeur des systemes d information",
    "director human resources": "drh",
    "managing director": "gerant|gerante|bestuurder|zaakvoerder",
    "vice president": (
        "vice presidente|vice president|vicepresidente|vicepresident|vicepresidenta|"
        "wiceprezeska|wiceprezes"
    ),
    "president": (
        "presidente|presidenta|presidentessa|prezeska zarzadu|prezeska|prezes zarzadu|prezes"
    ),
    "board member": (
        "czlonek zarzadu|czlonkini zarzadu|membre du directoire|membre du conseil|"
        "miembro del consejo|consigliere"
    ),
    "co founder": (
        "co fondateur|cofondateur|co fondatrice|cofondatrice|cofundadora|cofundador|"
        "co fondatore|cofondatore|wspolzalozycielka|wspolzalozyciel|mede oprichter|"
        "medeoprichter"
    ),
    "founder": (
        "fondateur|fondatrice|fundadora|fundador|fondatore|zalozycielka|zalozyciel|oprichter"
    ),
    "owner": (
        "proprietaire|propietario|propietaria|dueno|duena|proprietario|proprietaria|titolare|"
        "wspolwlascicielka|wspolwlasciciel|wspowlascicielka|wspowlasciciel|wlascicielka|"
        "wlasciciel|eigenaar|autonomo|independiente|travailleur independant"
    ),
    "partner": "associe|associee|socio|socia|wspolnik|wspolniczka|vennoot",
    # Other ranks
    "intern": (
        "stagiaire|stagista|stazysta|stazystka|praktykantka|praktykant|becario|becaria|"
        "practicante|alternant|alternante|apprenti|apprentie|aprendiz|tirocinante"
    ),
    "project manager": (
        "cheffe de projets|cheffe de projet|chef de projets|chef de projet|jefe de proyectos|"
        "jefe de proyecto|jefa de proyectos|jefa de proyecto|kierownik projektu|"
        "responsabile di progetto|responsabile di progetti|responsabile progetto|"
        "responsabile progetti"
    ),
    "product manager": (
        "cheffe de produits|cheffe de produit|chef de produits|chef de produit|"
        "jefe de producto|jefa de producto|kierownik produktu"
    ),
    "team leader": "cheffe d equipe|chef d equipe|jefe de equipo|jefa de equipo|kierownik zespolu",
    "sales manager": "cheffe des ventes|chef des ventes|jefe de ventas|jefa de ventas",
    "director": "directeur|directrice|directora|direttore|direttrice|dyrektorka|dyrektor",
    "manager": (
        "responsable|gerente|responsabile|kierownik|kierowniczka|menedzerka|menedzer|"
        "encargado|encargada|jefe de|jefa de|cheffe de service|chef de service|manedzer"
    ),
    "assistant": (
        "assistante|asistente|asystentka|asystent|secretaire|secretario|secretaria|segretario|"
        "segretaria|sekretarka"
    ),
    "senior": "starszy|starsza|glowny|glowna",
    "junior": "mlodszy|mlodsza",
    "freelancer": "independant|independante",
    # Departments
    "human resources": (
        "ressources humaines|recursos humanos|risorse umane|rh|zasobow ludzkich|kadr|"
        "personeelszaken"
    ),
    "marketing": "marketingu|mercadotecnia",
    "communications": "comunicacion|comunicazione|komunikacji|communicatie",
    "sales": (
        "commercial|commerciale|comercial|ventes|vente|ventas|vendite|vendeur|vendeuse|"
        "vendedora|vendedor|sprzedazy|handlowiec|handlowy|handlowa|verkoop"
    ),
    "accountant": "comptable|contable|contadora|contador|contabile|ksiegowy|ksiegowa|boekhouder",
    "finance": (
        "financiere|financier|financiero|financiera|finanzas|finanziario|finanziaria|"
        "finansowy|finansowa|finansow"
    ),
    "lawyer": (
        "juriste|avocate|avocat|abogado|abogada|avvocato|avvocata|prawnik|prawniczka|"
        "radca prawny|jurist"
    ),
    "legal": "juridique|juridico|juridica|legale|prawny|prawna",
    "buyer": (
        "acheteur|acheteuse|compradora|comprador|achats|compras|acquisti|zakupow|kupiec|"
        "inkoop"
    ),
    "engineer": "ingenieure|ingenieur|ingeniero|ingeniera|ingegnere|inzynier",
    "developer": (
        "developpeur|developpeuse|desarrolladora|desarrollador|programadora|programador|"
        "sviluppatore|sviluppatrice|programista|programistka|ontwikkelaar"
    ),
    "technical": "technique|tecnico|tecnica|techniczny|techniczna|informatique|informatica",
    "support": "soporte|assistenza|wsparcia",
    "production": "produccion|produzione|produkcji",
    "operations": "operaciones|operazioni|operacyjny|operacyjna|exploitation",
    "logistics": "logistique|logistica|logistyki",
    "product": "produits|produit|producto|prodotto|produktu",
    "quality": "qualite|calidad|qualita|jakosci",
    "consultant": (
        "consulente|consultora|consultor|konsultantka|konsultant|doradca|conseiller|"
        "conseillere|adviseur"
    ),
    "representative": "przedstawicielka|przedstawiciel|representante|representant|rappresentante",
    "teacher": (
        "enseignant|enseignante|professeure|professeur|profesora|profesor|nauczycielka|"
        "nauczyciel|docente"
    ),
    "doctor": "medecin|medico|medica|lekarz|lekarka",
    "nurse": "infirmier|infirmiere|enfermero|enfermera|infermiere|infermiera|pielegniarka",
}
_ENGLISH: Final = {other: english for english, others in _WORDS.items() for other in others.split("|")}
_FIRST_WORDS: Final = frozenset(other.partition(" ")[0] for other in _ENGLISH)
_LONGEST_FIRST: Final = "|".join(sorted(_ENGLISH, key=len, reverse=True))
_PATTERN: Final = re.compile(rf"\b(?:{_LONGEST_FIRST})\b")


def in_english(title: str) -> str:
    """Return a folded title of words with those of other languages in English."""
    if _FIRST_WORDS.isdisjoint(title.split(" ")):
        return title
    return _PATTERN.sub(lambda found: _ENGLISH[found[0]], title)
