"""Words of job titles in other languages in English, for the rules of English titles.

Our own selection of the commonest. Words that are English too ("chef", "general",
"marketing") only stand inside phrases.
"""

from __future__ import annotations

import re
from typing import Final

from .text import fold

_WORDS: Final[dict[str, str]] = {
    # Who leads a company
    "chief executive officer": (
        "pdg|president directeur general|presidente directeur generale|directeur general|"
        "directrice generale|consejero delegado|consejero delegada|consejera delegado|"
        "consejera delegada|jefe ejecutivo|jefa ejecutiva|"
        "directora ejecutivo|directora ejecutiva|directore ejecutivo|"
        "directore ejecutiva|director ejecutivo|director ejecutiva|directora general|"
        "director general|gerente general|amministratore delegato|amministratore delegata|"
        "amministratrice delegato|amministratrice delegata|direttore generale|"
        "direttrice generale|dyrektorka generalny|dyrektorka generalna|dyrektor generalny|"
        "dyrektor generalna|dyrektorka zarzadzajacy|dyrektorka zarzadzajaca|"
        "dyrektor zarzadzajacy|dyrektor zarzadzajaca|algemeen directeur|"
        # Portuguese, Swedish, Danish, Norwegian, Finnish, Czech, Slovak, Hungarian, Romanian, Turkish
        "diretor executivo|diretora executiva|diretor geral|diretora geral|diretor presidente|"
        "administrador delegado|administradora delegada|verkstallande direktor|vd|vd koncernchef|koncernchef|"
        "administrerende direktor|adm direktor|adm dir|daglig leder|konsernsjef|toimitusjohtaja|paajohtaja|"
        "konsernijohtaja|jednatel|jednatelka|generalni reditel|generalni reditelka|vykonny reditel|"
        "vykonna reditelka|konatel|konatelka|generalny riaditel|vykonny riaditel|ugyvezeto|"
        "ugyvezeto igazgato|"
        "vezerigazgato|foigazgato|cegvezeto|director executiv|predsjednik uprave|predsednik uprave|"
        "icra kurulu baskani|dyrektor naczelny|"
        "reditel spolecnosti|reditelka spolecnosti|riaditel spolocnosti|"
        "socio gerente|socia gerente|socio administrador|socia administradora|socio amministratore|"
        "総経理|總經理|genel mudur|generalni direktor|izvrsni direktor|glavni direktor|"
        "генеральныи директор|исполнительныи директор|управляющии директор|генеральнии директор|"
        "изпълнителен директор|управител|διευθύνων σύμβουλος|δ νων σύμβουλος|γενικός διευθυντής|"
        # Icelandic, Lithuanian, Latvian, Estonian, Indonesian, Malay, Vietnamese, Hebrew, Arabic
        "framkvæmdastjóri|forstjóri|generalinis direktorius|generalinė direktorė|izpilddirektors|"
        "izpilddirektore|tegevjuht|direktur utama|presiden direktur|pengarah urusan|giám đốc điều hành|"
        "tổng giám đốc|מנכ ל|מנכל|מנהל כללי|الرئيس التنفيذي|المدير العام"
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
        "predseda predstavenstva|predseda spravni rady|styrelseordforande|styreleder|bestyrelsesformand|"
        "hallituksen puheenjohtaja|yonetim kurulu baskani|председатель правления|"
        "председатель совета директоров|"
        "czlonek zarzadu|czlonkini zarzadu|membre du directoire|membre du conseil|"
        "miembro del consejo|consigliere"
    ),
    "co founder": (
        "co fondateur|cofondateur|co fondatrice|cofondatrice|cofundadora|cofundador|"
        "co fondatore|cofondatore|wspolzalozycielka|wspolzalozyciel|mede oprichter|"
        "medeoprichter"
    ),
    "founder": (
        "socio fundador|socia fundadora|grundare|grundlaegger|stifter|grunnlegger|perustaja|zakladatel|"
        "zakladatelka|alapito|fondator|kurucu|osnivac|ustanovitelj|основатель|засновник|ιδρυτης|"
        "fondateur|fondatrice|fundadora|fundador|fondatore|zalozycielka|zalozyciel|oprichter"
    ),
    "owner": (
        "dono|agare|ejer|eier|indehaver|innehaver|innehavare|omistaja|majitel|majitelka|majitel firmy|"
        "tulajdonos|proprietar|sahibi|sirket sahibi|vlasnik|lastnik|владелец|собственник|власник|ιδιοκτητης|"
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
    "director": (
        "directeur|directrice|directora|direttore|direttrice|dyrektorka|dyrektor|diretor|diretora|reditel|"
        "reditelka|riaditel|riaditelka|igazgato|johtaja|директор|διευθυντης"
    ),
    "head": "avdelningschef|afdelingschef|avdelingsleder|afdelingsleder|osastopaallikko|начальник|"
    "руководитель",
    "manager": (
        "responsable|gerente|responsabile|kierownik|kierowniczka|menedzerka|menedzer|"
        "paallikko|vedouci|veduci|mudur|muduru|yonetici|yoneticisi|менеджер|coordenador de|"
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
# Written without gaps between words, so they count inside a text.
_INSIDE: Final[dict[str, str]] = {
    "chief executive officer": "代表取締役|最高経営責任者|社長|"
    "最高执行官|最高執行官|代表社員|代表理事|首席执行官|首席執行官|总经理|總經理|总裁|總裁|執行長|대표이사|최고경영자|사장",
    "chief financial officer": "最高財務責任者|首席财务官|財務長|최고재무책임자",
    "chief technology officer": "最高技術責任者|首席技术官|技術長|최고기술책임자",
    "chairman": "董事长|董事長|会長|회장|이사회 의장",
    "board member": "取締役|董事|이사",
    "founder": "创始人|創始人|創業者|설립자|창업자|创办人",
    "owner": "オーナー|老板|业主|소유주",
    "director": "本部長|部長|总监|總監|부장|본부장",
    "manager": "課長|マネージャー|经理|經理|主任|과장|차장|팀장|매니저",
}
_ENGLISH: Final = {fold(other): english for english, others in _WORDS.items() for other in others.split("|")}
_FIRST_WORDS: Final = frozenset(other.partition(" ")[0] for other in _ENGLISH)
_LONGEST_FIRST: Final = "|".join(sorted(_ENGLISH, key=len, reverse=True))
_PATTERN: Final = re.compile(rf"\b(?:{_LONGEST_FIRST})\b")
_WITHIN: Final = {other: english for english, others in _INSIDE.items() for other in others.split("|")}
_WITHIN_PATTERN: Final = re.compile("|".join(sorted(_WITHIN, key=len, reverse=True)))


def in_english(title: str) -> str:
    """Return a folded title of words with those of other languages in English."""
    if not title.isascii():
        title = _WITHIN_PATTERN.sub(lambda found: f" {_WITHIN[found[0]]} ", title).strip()
    if _FIRST_WORDS.isdisjoint(title.split(" ")):
        return title
    return _PATTERN.sub(lambda found: _ENGLISH[found[0]], title)
