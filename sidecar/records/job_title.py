"""Job titles: seniority and department, for English and German titles and common ones of others.

Vocabularies: People Data Labs' enumerations job_title_levels and job_title_role (v28, see
docs.peopledatalabs.com). The rules are our own; the tests list the titles that shaped them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from .text import fold, tidy, word_set
from .title_words import in_english

MAX_LENGTH = 500

_C_LEVEL = r"c(?:eo|fo|oo|to|io|mo|ro|po|co|do|so|lo|xo|ao|no|vo|hro|iso|dao|pto|sco|tio|ino|bo|go)"

# Whose work somebody helps with says nothing of their own rank: "Assistant to the CEO".
_SOMEBODY_ELSE = re.compile(
    r"\s+(?:to|for|of|reporting to|supporting|im buro|der|des|zum|zur|an die|fur die|fur den|du|de la|de|"
    r"del|do|da|di|della|van de|van|till|til)\s+(?:the\s+|our\s+|my\s+)?"
    r"(?=(?:ceo|cfo|coo|cto|cio|cmo|chief|president|board|vp|vice|director|managing|founder|owner|partner|"
    r"head|c level|executive|management|geschaftsfuhr|vorstand|geschaftsleit|inhaber|direkt|leitung)).*$"
)
_HELPER = re.compile(
    r"\b(?:(?:executive|personal|administrative|office|team|management|virtual|legal|marketing|"
    r"sales|hr|project|vorstands|direktions|chef)\s*(?:assistant|assistent(?:in)?|assistenz|"
    r"sekretar(?:in)?)|assistant|assistent(?:in)?|\w*assistenz|"
    # Who keeps a company's books of law is an officer of it.
    r"(?<!corporate )(?<!company )(?<!general )(?<!chartered )secretary|\w*sekretar(?:in)?|"
    r"receptionist|pa|ea)\b"
)
# The person assisted may also follow directly: "Personal Assistant CEO".
_HELPER_OF = re.compile(
    rf"^(?:(?:executive|personal) (?:assistant|assistent(?:in)?)|pa|ea) (?:{_C_LEVEL}|board|chair|"
    r"managing|president|vorstand|geschaftsfuhr)"
)
_OFFICE = re.compile(
    r" to |\boffice of |\bburo |\b(?:referent|mitarbeiter)(?:in)? (?:der|des)\b|\bstabsstelle "
)
# "Assistant" in front of a rank is a rank of its own.
_ASSISTANT_RANK = re.compile(
    r"\bassistant\s+(?=(?:vice president|vp|director|manager|general manager|professor|controller)\b)"
)

_LEVELS: Final = tuple(
    (level, re.compile(rf"\b(?:{pattern})\b"))
    for level, pattern in (
        ("unpaid", r"volunteer|volunteering|ehrenamt\w*|unpaid|freiwillig\w*"),
        (
            "training",
            r"intern|internship|trainee|apprentice|praktikant(?:in)?|praktikum|werkstudent(?:in)?|"
            r"azubi|auszubildende[rn]?|lehrling|volontar(?:in)?|student|working student|doktorand(?:in)?|"
            r"phd candidate|co op student|referendar(?:in)?|dual\w* student(?:in)?|studentin",
        ),
        (
            "owner",
            r"geschaftsfuhrende[rn]? (?:allein)?gesellschafter(?:in)?|gesellschafter ?geschaftsfuhrer(?:in)?",
        ),
        (
            "cxo",
            rf"{_C_LEVEL}|chief (?:\w+ ){{1,4}}officer|chief executive|c level|c suite|"
            r"(?<!vice )(?<!vize )president(?! s\b)|prasident(?:in)?|managing director|"
            r"managing directors|(?<!non )executive director|director general|generaldirektor(?:in)?|"
            r"\w*geschaftsfuhrer(?:in)?|geschaftsfuhrend\w*|geschaftsfuhrung|geschaftsleitung|"
            r"geschaftsleiter(?:in)?|\w*vorstand|vorstandin|vorstands?(?:vorsitzende[rn]?|mitglied|"
            r"sprecher(?:in)?)|konzernchef(?:in)?|\w*ratsprasident(?:in)?|vorsitzende[rn]?|"
            r"chair(?:man|woman|person)?|board member|member of the board|betriebsinhaber",
        ),
        (
            "owner",
            r"(?<!product )(?<!process )(?<!business )(?<!system )(?<!data )(?<!service )(?<!asset )"
            r"(?<!risk )owner|^(?:small )?business owner$|co ?owner|founders?|"
            r"co ?founders?|(?!(?:stellen|lehrstuhl|konto|amts|schein|karten)inhaber)\w*inhaber(?:in)?|"
            r"grunder(?:in)?|mitgrunder(?:in)?|proprietor|gesellschafter(?:in)?|eigentumer(?:in)?|"
            r"self employed|selbst(?:st)?andig\w*|freelancer?|entrepreneur|unternehmer(?:in)?",
        ),
        (
            "vp",
            r"(?:s|e|a|r|g|c|f|ex)?vp|(?:senior |executive |associate |assistant |group |regional |"
            r"area |corporate |first )*vice presidents?|vize ?prasident(?:in)?",
        ),
        (
            "partner",
            r"(?:managing|senior|general|equity|founding|name|associate|limited|operating|venture|"
            r"law|audit|tax|consulting|junior) partner|"
            r"(?<!business )(?<!people )(?<!talent )(?<!channel )(?<!hr )"
            r"(?<!acquisition )(?<!recruiting )(?<!recruitment )partner(?:in)?"
            r"(?! (?:manager|success|marketing|sales|account|development|relations|management|engineer|"
            r"operations|program|programs|enablement|solutions|onboarding|support|ecosystem|alliance))",
        ),
        (
            "director",
            r"(?:senior |associate |deputy |assistant )*directors?|\w*direktor(?:in)?|dir|head|heads|"
            r"leiter(?:in)?|leitung|leitende[rn]?|bereichsleit(?:er|erin|ung)|"
            r"(?=\w*leit)\w*(?:bereichs|werks|personal|vertriebs|marketing|verkaufs|einkaufs|entwicklungs|"
            r"produktions|finanz|technik|it|kunden|hauptabteilungs|standort|niederlassungs|regional|"
            r"landes|ressort|service|logistik|rechts|qualitats|export)leit(?:er|erin|ung)|"
            r"prokurist(?:in)?|general manager|country manager|dean|chief of staff|rector|"
            r"superintendent",
        ),
        (
            "manager",
            r"\w*manager(?:s|in)?|mgr|supervisor|team ?lead|teamlead|(?<!thought )leader(?:in)?|"
            r"group lead|squad lead|chapter lead|shift lead(?:er)?|foreman|"
            r"\w+leiter(?:in)?|\w+leitung|vorarbeiter(?:in)?|product owner|scrum master|"
            r"store manager|principal of|superintendent|bauleiter(?:in)?",
        ),
        (
            "senior",
            r"senior|sr|snr|principal|staff (?:\w+ )?(?:engineer|scientist|designer|developer|"
            r"consultant|researcher)|lead|leading|chief|expert|experte|expertin|fellow|"
            r"distinguished|specialist lead|counsel|professor(?:in)?|chef|meister(?:in)?|oberarzt|"
            r"(?:hr |people |finance )?business partner|(?:corporate|company|general|chartered) secretary",
        ),
        (
            "entry",
            r"junior|jr|jnr|entry level|associate|assistant|assistent(?:in)?|clerk|graduate|"
            r"sachbearbeiter(?:in)?|berufseinsteiger(?:in)?|helper|helfer(?:in)?|aide|cashier|"
            r"coordinator|koordinator(?:in)?|representative|sdr|bdr|receptionist|operator|aushilfe",
        ),
    )
)

_DEPARTMENTS: Final = {
    "unemployed": r"unemployed|retired|arbeitslos|arbeitssuchend|job ?seeker|in rente|rentner(?:in)?|"
                  r"looking for (?:work|opportunities)|between jobs|ruhestand|pensionar(?:in)?",
    "sales_engineering": r"(?:sales|pre ?sales|solutions?|vertriebs) ?(?:engineer(?:ing)?s?|"
                         r"consultants?|architects?|ingenieur(?:in)?)|pre ?sales",
    "partnerships": r"partnerships?|alliances?|channel|partner(?:in)? (?:manager|success|marketing|"
                    r"sales|account|development|relations|management|program|programs|operations)|"
                    r"partnermanag\w*|partnerschaften",
    "human_resources": r"hr|human resources?|people|talent|recruit\w*|personal(?:leit\w*|wesen|"
                       r"referent\w*|abteilung|entwickl\w*|chef\w*|manag\w*|sachbearb\w*)?|"
                       r"chro|cpeo|compensation|employee (?:relations|experience)|culture|"
                       r"learning and development|l d|headhunter|diversity|dei",
    "product": r"product (?:manage(?:r|ment|rs)|owner|lead|strategy|operations|marketing"
               r" manager of product)|(?:head|vp|director|chief|leiter(?:in)?|leitung|svp|evp|manager|"
               r"vice president|officer)(?: of)? product|chief product officer|product|cpo|"
               r"produktmanag\w*|produkt\w*|ux|ui|user experience",
    "marketing": r"(?:product )?marketing\w*|growth|cmo|brand|communications?|pr|public relations|"
                 r"seo|sem|content|demand gen(?:eration)?|social media|advertising|"
                 r"kommunikation\w*|werbung|presse\w*|offentlichkeitsarbeit|community|events?|"
                 r"copywriter|media(?:plan\w*|berat\w*)?|medien(?:plan\w*|berat\w*|manag\w*)?",
    "sales": r"sales(?:manag\w*|leit\w*|person|man|woman|people|reps?)?|selling|key ?accounts?(?:manag\w*)?|"
             r"account ?(?:executives?|manage(?:rs?|ment|rin)|directors?|specialists?|leads?|supervisors?|"
             r"representatives?|partners?)|accounts (?:manager|director|executive)|"
             r"(?:bid|tender|proposal|deal desk) (?:manage(?:r|ment)|writer|specialist|coordinator|director)|"
             r"geschaftsentwickl\w*|"
             r"business development|biz ?dev|bd|bdr|sdr|revenue|cro|vertrieb\w*|verkauf\w*|"
             r"verkaufer(?:in)?|aussendienst\w*|innendienst\w*|kundenberat\w*|commercial|cco|"
             r"handelsvertreter(?:in)?|retail|realtor|real estate agent|inside sales|merchandis\w*|"
             r"territory|export\w*",
    "support": r"customer (?:success|support|service|care|experience|operations|relations)|support|"
               r"help ?desk|service ?desk|kundenservice\w*|kundendienst\w*|kundenbetreu\w*|call ?center|"
               r"after ?sales?(?: service)?|warranty(?: service)?|service(?:berat\w*|leit\w*|mitarbeit\w*)|"
               r"technical (?:support|customer (?:support|service|success|care))|field service|"
               r"client (?:success|services?|relations)|csm",
    "legal": r"legal|(?:corporate|company|chartered) secretary|lawyer|attorney|counsel|paralegal|rechts\w*|"
    "justiziar(?:in)?|jurist(?:in)?|"
             r"syndikus\w*|clo|compliance|notar(?:in)?|anwalt|anwaltin|barrister|solicitor|judge|"
             r"datenschutz\w*|privacy|patent\w*|litigation",
    "finance": r"financ\w+|cfo|account(?:ing|ant|ants|s payable|s receivable)?|controller|"
               r"controlling|treasur\w+|audit\w*|tax|steuer\w*|buchhalt\w*|finanz\w*|payroll|"
               r"bookkeep\w*|investment|investor|banking|bank\w*|fp a|wirtschaftspruf\w*|"
               r"kaufmannisch\w*|credit|risk|underwrit\w*|actuar\w*|trader|portfolio|insurance|"
               r"comptroller|equity|wealth|bilanz\w*",
    "health": r"doctor|physician|nurs\w+|medical|dentist|dental|pharma\w*|therap\w+|clinical|arzt|"
              r"arztin|\w+arzt|\w+arztin|pflege\w*|apotheker(?:in)?|surgeon|health ?care|"
              r"veterinar\w*|paramedic|midwife|hebamme|psycholog\w*|chiropractor|caregiver|health",
    "education": r"teacher|professor(?:in)?|lecturer|tutor|lehrer(?:in)?|dozent(?:in)?|education|"
                 r"school|instructor|academic|dean|student(?:in)?|werkstudent(?:in)?|padagog\w*|"
                 r"erzieher(?:in)?|schul\w*|librarian|curator|faculty|university|schuler(?:in)?",
    "analyst": r"analysts?|analytics|business intelligence|bi|analytiker(?:in)?|analyst(?:in)",
    "research": r"research\w*|scientists?|r d|forsch\w*|wissenschaft\w*|data science|labor\w*|"
                r"laboratory|innovation|physicist|chemist|biologist|doktorand(?:in)?",
    "engineering": r"engineer\w*|developers?|software|programm\w*|cto|cio|ciso|it|technology|technical|"
                   r"tech|devops|sre|architect|(?:software|web|app|anwendungs|frontend|backend|spiele|java|"
                   r"datenbank|"
                   r"hardware|firmware|elektronik|mobile|cloud|game)?entwickl\w*|design engineer\w*|ict|"
                   r"(?!(?:vertriebs|sales))\w*ingenieur\w*|informatik\w*|(?!zahn|kosmetik|"
                   r"augen)\w*technik\w*|"
                   r"technisch\w*|system\w*|network|netzwerk\w*|security|data|cloud|infrastructure|"
                   r"web|full ?stack|frontend|backend|machine learning|ml|ai|ki|qa|database|sap|"
                   r"administrator|sysadmin|information|digital\w*|hardware|embedded|edv|cdo|cso",
    "creative": r"design\w*|creative|art|artist|kreativ\w*|writer|editor|redakteur(?:in)?|"
                r"photograph\w*|fotograf(?:in)?|video\w*|film|music\w*|journalist\w*|author|grafik\w*|"
                r"graphic|animator|illustrator|producer|musiker(?:in)?|stylist|actor|fashion",
    "manufacturing": r"manufactur\w*|production|produktion\w*|plant|fertigung\w*|factory|werk\w*|"
                     r"machinist|assembly|quality|qualitat\w*|machine operator|fabrication|"
                     r"industrial|schichtleit\w*|foundry",
    "fulfillment": r"logisti(?:c|k|ek)\w*|supply chain|warehouse|procurement|purchasing|buyer|"
                   r"einkauf\w*|einkaufer(?:in)?|lager\w*|shipping|transport\w*|fleet|driver|fahrer(?:in)?|"
                   r"purchaser|inkoop\w*|inkoper\w*|category (?:manage\w*|buyer|lead|director)|"
                   r"inventory|sourcing|delivery|project manage(?:r|ment)|projekt\w*|program manager|"
                   r"project|pmo|dispatch\w*|versand\w*|spedition\w*|beschaffung\w*|fulfil+ment",
    "hospitality": r"hotel\w*|restaurant\w*|chef|cook|koch|kochin|waiter|waitress|barista|bartender|"
                   r"hospitality|gastronom\w*|catering|food|kuchen\w*|kellner(?:in)?|housekeep\w*|"
                   r"guest|concierge|tourism|tourismus\w*|travel",
    "trade": r"electrician|elektriker(?:in)?|plumber|carpenter|mechanic|mechaniker(?:in)?|"
             r"construction|welder|handwerk\w*|bau\w*|install\w*|schreiner(?:in)?|tischler(?:in)?|"
             r"maler(?:in)?|roof\w*|hvac|mason|contractor|meister(?:in)?|farmer|landwirt(?:in)?|"
             r"agricultur\w*|monteur(?:in)?|mechatronik\w*",
    "public_service": r"government|public (?:sector|service|policy|affairs)|police|officer in charge|"
                      r"military|army|mayor|burgermeister(?:in)?|minister\w*|beamter|beamtin|"
                      r"polizist(?:in)?|firefighter|politic\w*|soldat(?:in)?|senator|diplomat|"
                      r"social worker|sozialarbeiter(?:in)?|polizei\w*|pastor|ngo|verwaltungs\w*",
    "advisory": r"board member|advisor|adviser|advisory|aufsichtsrat\w*|beirat\w*|mentor|chair\w*|"
                r"member of the board|non executive|supervisory|vorsitzende[rn]?",
    "professional_service": r"consult\w*|berater(?:in)?|beratung\w*|unternehmensberat\w*|coach|"
                            r"translat\w*|ubersetzer(?:in)?|dolmetscher(?:in)?|makler(?:in)?|"
                            r"gutachter(?:in)?",
    "operations": r"operations?|ops|coo|administrat\w*|office|facilit\w*|assistant|\w*assistent(?:in)?|"
                  r"\w*assistenz|secretary|\w*sekretar\w*|chief of staff|strategy|transformation|"
                  r"(?:personal|executive) assist\w*|strategi\w*|process|prozess\w*|business(?! partner)|"
                  r"organisation\w*|verwaltung|receptionist|betrieb\w*|general manager|clerk|"
                  r"sachbearbeiter(?:in)?|security guard",
}  # fmt: skip
_ANY_DEPARTMENT = re.compile(rf"\b(?:{'|'.join(_DEPARTMENTS.values())})\b")
# How far each department reads from one place, an empty text for those that do not.
_EACH_DEPARTMENT = re.compile("".join(rf"(?=((?:{words})\b)?)" for words in _DEPARTMENTS.values()))

_ABBREVIATIONS: Final = {
    "gf": "geschaftsfuhrer", "md": "managing director", "gm": "general manager", "sr": "senior",
    "snr": "senior", "jr": "junior", "jnr": "junior", "eng": "engineer", "engr": "engineer",
    "dev": "developer", "mgr": "manager", "mngr": "manager", "mktg": "marketing",
    "assoc": "associate", "asst": "assistant", "exec": "executive",
}  # fmt: skip
_SPELT = re.compile(r"\b(?:v p|c [efot] o|co ordinat(?=\w))")
_FIRST_HELPER = re.compile(r"^(?:(p ?a)|e ?a)(?= to\b|$)")
_NOT_WORD = re.compile(r"[^\w]+")
_GENDER = re.compile(
    r"[*:_/](?:in(?:nen)?|r|n)\b|\((?:in|m|w|d|f|x|gn|/|\s|\||,|\*)+\)|\b[mwfd]/[mwfd](?:/[mwfdx])?\b"
)
# A former position, or the office that somebody works for, is not the position they hold.
_NOT_THEIRS = re.compile(
    r"\b(?:former(?:ly)?|(retired)|past|previous(?:ly)?|ehemalige[rn]?|ehem\.?|vormals|fruhere[rn]?|ancien(?:ne)?|antigu[oa]|antig[oa]|voormalig[e]?|tidligere|"
    r"tidigare|byv?al[yia]|byl[ya]|бывш\w+|ex(?=-\w|[- ]c[a-z]o\b))\b[^,;|/&]*"
    r"|\b(?:c[a-z]o|president|director|founder|owner)'s\b|\bc[a-z]o(?= office\b)"
)
# "CEO (retired)", "Geschäftsführer i. R."
_NO_LONGER = re.compile(
    r"^.*?[(,|–-]\s*(retired|former|past|emeritus|im ruhestand|a\.? ?d\.?|i\.? ?r\.?|en retraite|jubilado|"
    r"jubilada|in pensione|gepensioneerd)\s*\)?$")
_ASSISTS = re.compile(r"\bassistant\b|assistenz|\bassistent(?:in)?\b|\bsecretary\b|sekretar")
# Who studies or files somewhere belongs there.
_ANYWHERE = re.compile(r"\b(?:(?:werk|working )?student(?:in)?|sachbearbeiter(?:in)?|clerk)\b")
# Words in front that only describe the work behind them: "Strategic Buyer", "Head of Digital Marketing".
_DESCRIBES = re.compile(
    r"\b(?:strategic|strategische[rns]?|digital|digitale[rns]?|technical|technische[rns]?|it(?= recruit))\s+")
_DESCRIBED: Final = ("operations", "engineering", "creative")
# A wish, or whom somebody works for, is no rank: "Aspiring CFO", "Looking for CEO roles", "I help founders".
_WISHES = re.compile(
    r"\b(?:aspiring|future|wannabe|would[- ]be|prospective|soon to be|(?:currently |actively )?looking for|"
    r"on the lookout for|in the market for|open for|exploring|dreaming of|job hunting|"
    r"(?:currently |actively )?seeking|in search of|open to|interested in|applying for|"
    r"candidate for|"
    r"helping|i help|we help|working with|trusted (?:by|advisor)|coach(?:ing)? (?:for|to|of)|ghostwriter for|"
    r"angehende[rn]?|zukunftige[rn]?|auf der suche nach|suche(?: eine)?(?: stelle)? als|ich helfe|wir helfen|"
    r"futur|future|aspirant|a la recherche|en recherche|j'aide|aspirante(?: a)?|futuro|futura|en busca de|"
    r"buscando|(?:en )?busqueda de|alla ricerca di|op zoek naar|szukam|poszukuje|hledam|ищу|"
    r"(?:i )?(?:want|hope|wish|aim|would like|plan) to (?:be|become)|quiero ser|"
    r"busco|em busca de|procurando|ayudo|ajudo|in cerca di|cerco|aiuto|aspirerende|blivande)\b[^,;|/&•·]*"
    r"|\b(?!phd|doctoral)\w+ (?:candidate|wannabe|hopeful|in training|in the making|in spe|in ausbildung|"
    r"en formation|en formacion|en devenir|in opleiding|opportunities)\b"
)
_JUNIOR = re.compile(r"\b(?:junior|trainee)\b|^assistant (?!manager|general)(?:\w+ ){1,2}manager\b")
_BANK = re.compile(r"bank\b|\bbank(?:ing|en)\b|\bcapital markets\b|\bsparkasse\b")


@lru_cache(maxsize=4096)
def _plain(title: str) -> str:
    text = _NO_LONGER.sub(r"\1", fold(title[:MAX_LENGTH]))
    text = text.replace("ae", "a").replace("oe", "o") if "fuehr" in text else text
    text = text.replace("fuehr", "fuhr")
    text = _NOT_WORD.sub(" ", _GENDER.sub(" ", _NOT_THEIRS.sub(r" \1 ", text))).strip()
    text = " ".join([_ABBREVIATIONS.get(word, word) for word in text.split(" ")])
    text = _SPELT.sub(lambda spelt: spelt[0].replace(" ", ""), text)
    text = _FIRST_HELPER.sub(lambda pa: f"{'personal' if pa[1] else 'executive'} assistant", text)
    return in_english(text)


def seniority(title: str, industry: str = "") -> str | None:
    """Return the highest level a title names, in People Data Labs' vocabulary, or None.

    Helpers are not whom they help ("Assistant to the CEO" is entry); founders and owners who name
    an office besides ("Co-Founder & CTO") have that office's level. In banks, which `industry`
    (or a company's name) tells, vice president is a middle rank: VP is manager there, assistant
    and associate VP senior, managing director director; senior and executive VP stay vp.
    """
    level = _level(title)
    if level in ("vp", "cxo") and industry and _BANK.search(fold(industry)):
        return _bank_level(_plain(title), level)
    return level


@lru_cache(maxsize=4096)
def _level(title: str) -> str | None:
    text = _plain(_WISHES.sub(" ", fold(title[:MAX_LENGTH])))
    if not text:
        return None
    if _HELPER.search(text) and not _ASSISTANT_RANK.search(text):
        own = _SOMEBODY_ELSE.sub("", text)
        if own != text or not _rank(_HELPER.sub(" ", text)):
            return _rank(own, ("unpaid", "training")) or "entry"
        if re.search(
            r"\b(?:executive|personal|administrative|\w+) ?"
            r"(?:assistant|assistenz|assistent(?:in)?|secretary|sekretar(?:in)?)$",
            text,
        ):
            return "entry"
        if _HELPER_OF.match(text):
            return "entry"
    level = _rank(_SOMEBODY_ELSE.sub("", text) if _OFFICE.search(text) else text)
    return "entry" if level in ("manager", "senior") and _JUNIOR.search(text) else level


def _rank(text: str, only: tuple[str, ...] = ()) -> str | None:
    for level, pattern in _LEVELS:
        if (not only or level in only) and pattern.search(text):
            return level
    return None


def _bank_level(text: str, level: str) -> str:
    if level == "cxo":
        others = text.replace("managing director", " ").replace("executive director", " ")
        return "director" if _rank(others) != "cxo" else "cxo"
    if re.search(r"\b(?:svp|evp|(?:senior|executive) (?:vice president|vp))\b", text):
        return "vp"
    return (
        "senior" if re.search(r"\b(?:avp|(?:assistant|associate) (?:vice|vp))", text) else "manager"
    )


@lru_cache(maxsize=4096)
def department(title: str) -> str | None:
    """Return the department of a title as People Data Labs' role, or None when it names none.

    Of several the one named first in the title counts ("Head of Sales & Marketing" is sales);
    at one place the more special reading does ("sales engineer" is sales_engineering). A student or
    clerk who works somewhere belongs there.
    """
    text = _ASSISTANT_RANK.sub("", _plain(title))
    if _ASSISTS.search(text):
        text = _SOMEBODY_ELSE.sub("", text)
    text = _ANYWHERE.sub(" ", text) if _first_department(_ANYWHERE.sub(" ", text)) else text
    first = _first_department(text)
    if first in _DESCRIBED:
        return _first_department(_DESCRIBES.sub("", text)) or first
    return first


def _first_department(text: str) -> str | None:
    first = _ANY_DEPARTMENT.search(text)
    readings = _EACH_DEPARTMENT.match(text, first.start()) if first else None
    if readings is None:
        return None
    found = readings.groups("")
    return tuple(_DEPARTMENTS)[found.index(max(found, key=len))]


@lru_cache(maxsize=4096)
def tidy_title(title: str) -> str:
    """Return a title on one line; capitals only are broken up unless short ("CTO", "SVP")."""
    title = tidy(title).strip(" ,;-")
    if not title.isupper() or len(title) <= 4 or not any(len(w) > 4 for w in title.split()):
        return title
    # A small "İ" is two characters, which belong together again.
    return tidy(" ".join(_title_word(word) for word in title.split(" ")))


_KEEP_UPPER = re.compile(
    r"[A-Z]{1,3}|[CSE][A-Z]{2,3}|HRBP|B2B|B2C|SAAS|DACH|EMEA|APAC|LATAM|AMER", re.I
)
_SMALL = word_set("of and the for to in at der die des und für im & von a an on")


def _title_word(word: str) -> str:
    lower = word.lower()
    if lower in _SMALL:
        return lower
    core = word.strip(".,&/()-")
    if _KEEP_UPPER.fullmatch(core) and not re.search(r"[AEIOU][A-Z]*[AEIOU]", core[1:]):
        return word
    parts = re.split(r"([-/&(])", lower)
    return "".join(p[:1].upper() + p[1:] if len(p[:1].upper()) == 1 else p for p in parts)
