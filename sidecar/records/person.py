"""Person names: split and joined, capitals repaired, junk recognised."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from .company import STRONG_ENDS
from .email_lists import ROLE_MODIFIERS, ROLE_NAMES
from .filler import first_words, is_filler, is_template
from .name_order import family_in_front, family_names
from .name_parser import is_suffix, parse_name, special_words
from .text import ONE_LEAD, fold, is_sign, word_set

MAX_WORDS, MAX_LENGTH = 20, 500  # longer texts are no names; the general parser's cost grows with them

# Words of plain Western names: Latin letters, perhaps with one hyphen or apostrophe inside.
_LATIN = "A-Za-zÀ-ÖØ-öø-ſ"
_WORD = rf"(?:[{_LATIN}]')?[{_LATIN}]{{2,40}}(?:[-'][{_LATIN}]{{2,40}})?"
_PLAIN = re.compile(rf"{_WORD}(?: (?:{_WORD}|[A-Za-z]\.?)){{0,4}} {_WORD}")
_PLAIN_COMMA = re.compile(rf"({_WORD}(?: {_WORD}){{0,3}}), ?({_WORD}(?: (?:{_WORD}|[A-Za-z]\.?))?)")
_LETTER_RUN = re.compile(r"[^\W\d_]+")
_VOWEL = re.compile("[aeiouyw]")
_ROMAN = re.compile(r"[IVX]{1,5}", re.IGNORECASE)
_SPLIT_WORD = re.compile(r"([-'’. ])")
_HOUSEHOLD = re.compile(r"\s+(?:&|and|und|et|y|e|i|\+)\s+|\s*&\s*", re.IGNORECASE)

# Family names written with a capital after "Mac" (Scottish clan names; "Mackey", "Macey" are not).
_MAC = word_set(
    """macadam macalister macallister macarthur macaulay macbeth maccormack macdonald macdonnell
    macdougall macdowell macduff macewan macfarlane macgregor macinnes macintosh macintyre
    maciver mackay mackenzie mackinnon mackintosh maclachlan maclaren maclean macleod macmahon
    macmillan macnab macnamara macneil macneill macphail macpherson macquarie macrae
    mactavish"""
)
# Lower-case particles inside a name (nameparser's list, less those that are as often names).
_PARTICLES = word_set(
    """aan af al-din auf av bin bint binte binti da dal das de degli dei del dela della delle dem
    den der di do dos du el ibn la las le lo los of op ten ter van vande vander vd vom von y zu
    zum zur und and et"""
)
_CREDENTIALS = {
    "phd": "PhD", "md": "MD", "mba": "MBA", "cpa": "CPA", "dds": "DDS", "dvm": "DVM", "jd": "JD",
    "esq": "Esq", "jr": "Jr", "sr": "Sr", "ph.d": "Ph.D", "m.d": "M.D", "llm": "LLM", "bsc": "BSc",
    "msc": "MSc", "rn": "RN", "cfa": "CFA", "pmp": "PMP", "edd": "EdD", "psyd": "PsyD",
}  # fmt: skip

# Texts that forms are filled with to get past them; matched as a whole name, folded.
_JUNK_WORDS = word_set(
    """testsson testson testerson testov testova testowski testuser testname
    asdf asdfg asdfgh asdfghjkl asd sdf dfg fgh qwe qwer qwert qwerty qwertz yxcv zxcv zxcvb qaz wsx
    test tester testing teste testo tests foo bar baz foobar blah bla xxx xx xyz abc abcd abcde aaa bbb
    lorem ipsum none null nil undefined unknown unbekannt anonymous anonym nobody noname nan na keine
    kein inconnu void dummy fake sample example user admin customer kunde name vorname nachname
    firstname lastname fullname first last surname mustername blank empty jkl hello hi me you someone
    somebody tbd tba todo qwertyuiop world nope tst prueba pruebas essai essais тест тесты тестовый
    测试 測試 テスト 테스트 prova proba teste testi deneme probny zkouska ejemplo exemple esempio
    exemplo voorbeeld beispiel muster przyklad priklad ornek nombre apellido apellidos nom prenom cognome nome
    sobrenome naam voornaam achternaam imie nazwisko jmeno prijmeni isim soyad soyisim fornavn
    etternavn efternavn fornamn efternamn namn navn etunimi sukunimi имя фамилия 名前 氏名 姓名 이름 성명"""
)
_JUNK_PHRASES = frozenset(
    ["n/a", "n.a", "no name", "not applicable", "not provided", "not given", "first name",
     "last name", "full name", "your name", "your full name", "first last", "vorname nachname",
     "test user", "test person", "test lead", "test name", "test account", "testfirst testlast",
     "none of your business",
     "max mustermann", "erika mustermann", "mickey mouse", "donald duck", "keine angabe", "k.a",
     "n.n", "n. n", "nn", "hello world", "lorem ipsum", "your name here", "name here", "enter your name",
     "enter name",
     "insert name", "please enter your name", "juan perez prueba", "jean test", "no name given"]
)  # fmt: skip
# What is no part of a name: tags, marks at its end, brackets, digits, pictures and trade marks.
_CLINGING = re.compile(
    r"</?[a-zA-Z][^<>]{0,80}>|\[[^\[\]]*\]|[©®™\u2122\ufe0f\u200d\u20e3]|[\u2190-\u2bff\U0001f000-\U0001faff]"
    r"|(?<=[^\W\d_])\d+$|[\s*#~^=+_|/–—-]+$|^[\s*#~^=+_|/–—-]+"
)
_MAY_CLING = re.compile(rf"[^{_LATIN} .,'’()-]")
# How people are addressed, a man ("m"), a woman ("f") or either: none of these is a given name in front of
# another word, but those of the last list where the family name follows at once.
ADDRESSED = dict.fromkeys(word_set(
    """mr mister monsieur herr herrn hr herra sr senor senhor sig signor dott dottor dottore meneer dhr heer
    г-н господин пан κος"""), "m") | dict.fromkeys(word_set(
    """mrs ms miss madam madame mme mlle mademoiselle frau fraulein fr frk fru froken fruen rouva neiti dra
    sra srta senora senorita senhora sig.ra signora signorina dott.ssa dottoressa mevrouw mevr mw pani slecna
    г-жа госпожа пані κα"""), "f")
_ADDRESS = ADDRESSED.keys() | word_set(
    """mx dr doctor prof professor sir dona doña don ing ingeniero lic mag dipl.-ing dipl.-kfm mgr mudr judr
    phdr panie bay bayan bapak bpk ibu д-р проф δρ rev reverend capt captain col colonel maj major lt
    lieutenant sgt gen judge hon senator sen congressman congresswoman assemblyman assemblywoman
    councilman councilwoman rabbi sheikh pastor bishop father cllr alderman alderwoman univ.-prof dr.-ing"""
)
_ALSO_GIVEN = word_set("don dona doña major pan bay sen gen col ing mag ibu rabbi judge bishop pastor sir fr")
_INITIALS_BEHIND = re.compile(r"([^\s,]+), ?((?:[^\W\d_]\.){1,3})")
_TWO_BEHIND = re.compile(r"([^\s,]+), ?([^\s,]+) ([^\s,]+)")
# Certificates and degrees behind a comma: "PMP", "SHRM-CP", "M.Sc.".
_CERTIFICATE = re.compile(r"(?:[A-Z][A-Za-z]{0,4}\.?){1,4}|[A-Z]{2,6}(?:-[A-Z0-9]{1,4})+|[IV]{1,3}|[JS]r\.?")
_CERTIFICATES = word_set(
    """mba emba pmp phd md jd cpa cfa cfp cma cia cisa cism cissp csm cspo psm shrm phr sphr gphr aphr
    cscp cpim capm pgmp pmi acp itil togaf prince2 cce ccna ccnp ccie mcse aws cca chfp fache rn bsn
    msn dnp pe peng eit ra aia leed bcba lcsw lmft lpc ccc slp otr pt dpt pharmd dds dmd dvm do esq llm
    llb bsc msc ba bs ma ms beng meng mphil edd dba aca acca fca fcca cima mcips chartered mcipd fcipd
    assoc frics mrics gia ea ricp clu chfc aif crpc cebs cpcu arm are gri crs abr sres realtor lssbb
    lssgb cssbb csp asp cih chmm facs faap facp"""
)
_LONGEST_DEGREE = 8  # behind another: "Nora Vale, PMP, SAFe"
# A part of a company in place of a person.
_TEAM = word_set(
    """team department dept abteilung abt division desk office group equipe equipo squadra zentrale empfang
    reception helpdesk hotline service services""")
_PLACEHOLDERS = word_set("n/a n.a. n.a na none null nil - -- . undefined unknown k.a. k.a")
# What people write into a box for one part of a name who know only the other, and its own label. LNU, FNU:
# "last name unknown", "first name unknown", as US authorities write.
_NO_PART = word_set(
    """unknown undefined unbekannt inconnu inconnue desconocido desconocida desconhecido desconhecida
    sconosciuto sconosciuta onbekend okand ukendt ukjent nieznany nieznane neznamy tuntematon bilinmiyor
    неизвестно lnu fnu noname lastname firstname nachname vorname surname apellido apellidos cognome
    achternaam voornaam efternamn etternavn efternavn nazwisko prijmeni sobrenome""")
_UNWRITTEN = frozenset(("NA", "na", "NULL", "null", "NIL", "nil", "none", "NaN", "nan"))  # not so written
_LONGEST_PLACEHOLDER = max(map(len, _PLACEHOLDERS))
# Rows of keyboards, both ways.
_KEYBOARD = "qwertyuiop asdfghjkl zxcvbnm qwertzuiop yxcvbnm azertyuiop"
# What parts a person's name from a company's.
_PARTED = re.compile(r"[,/|@]|\s[-–—]\s")
_LONGEST_ROW = 12  # with gaps
_KEYBOARD += " " + _KEYBOARD[::-1]


_COURTESY = word_set("dr. mr. mrs. ms. prof.")


class Name(NamedTuple):
    """A name in parts; an absent part is empty."""

    given: str = ""
    family: str = ""
    middle: str = ""
    title: str = ""
    suffix: str = ""


def is_placeholder(text: str) -> bool:
    """Tell whether the text only says that there is no name ("n/a", "none", "-")."""
    if len(text) <= _LONGEST_PLACEHOLDER and text.casefold() in _PLACEHOLDERS:
        return True
    return not text[:1].isalpha() and is_filler(text, "full_name")


def is_no_part(text: str) -> bool:
    """Tell whether a part of a name, beside the other part, only says that there is none.

    Of words alone those count that are nobody's name: "Null" and "None" are family names, "Na" is a given
    name, while "NA", "Unknown" and "not provided" are not.
    """
    if text.isalpha():
        return (text.lower() if text.isascii() else fold(text)) in _NO_PART or text in _UNWRITTEN
    if is_placeholder(text) or (not text[:1].isalpha() and is_template(text)):
        return True
    bare = text.strip("[](){}<>-*. ")
    return " " in bare and fold(bare).partition(" ")[0] in first_words() and is_filler(bare)


@lru_cache(maxsize=ONE_LEAD)
def is_junk_name(text: str) -> bool:
    """Tell whether a whole name is none: filler ("asdf", "test test", "n/a"), what a template left, a
    mailbox, an address, a company, a department, or a form of address alone.

    A rule of thumb of our own, made to spare real names: "Na Li", "Test Anna" and "Null, Jennifer"
    pass because not every word of them is filler.
    """
    if "@" in text and " " not in text.strip():
        return True
    folded = fold(text).strip(" .,;:!?*_-")
    if folded in _JUNK_PHRASES or folded.startswith(("www.", "http:", "https:")):
        return True
    found = _LETTER_RUN.findall(folded)
    if all(map(is_junk_word, found)) or (not text[:1].isalpha() and is_template(text)):
        return True
    if len(found) > 1:
        if len(found[0]) == 1 and len({*found}) == 1:
            return True  # "x x"
        if len(folded) <= _LONGEST_ROW and is_junk_word("".join(found)):
            return True
        if found[0] in first_words() and is_filler(text):
            return True
        if _is_team(found) or (found[-1] in STRONG_ENDS and not _PARTED.search(text)):
            return True
    if " ".join(found) in _ADDRESS:
        return True
    return "/" in folded and _JUNK_PHRASES.issuperset(folded.split())


def _is_team(found: list[str]) -> bool:
    """Tell whether words name a part of a company: "Sales Team", "IT Department", "Customer Service"."""
    if found[-1] in _TEAM:
        return all(word in ROLE_NAMES or word in ROLE_MODIFIERS for word in found[:-1])
    return found[0] in ROLE_NAMES and ROLE_NAMES.issuperset(found)


def is_junk_word(word: str) -> bool:
    """Tell whether a folded word is filler: a keyboard's row, one letter repeated, "test"."""
    if word in _JUNK_WORDS:
        return True
    if len(word) >= 3 and word.isascii() and word.count(word[0]) == len(word):
        return True
    if len(word) >= 5 and word.isascii() and not _VOWEL.search(word):
        return True  # "sdkfjh"
    half = word[: len(word) // 2]
    if len(half) >= 3 and half * 2 == word:
        return half in _KEYBOARD or half in _JUNK_WORDS  # "sdfsdf", "blabla"
    return len(word) >= 4 and word in _KEYBOARD


def _plain_western(text: str) -> Name | None:
    """Read "Dr. Given M. de la Family" or "de la Family, Given M.".

    None when the text is not that plain: when any word but a particle in front of the family name
    is a title, suffix, conjunction or other word that nameparser treats specially. The same answer
    as the general parser's for every text it takes (a property test says so), at a fraction of the
    cost.
    """
    head, _, rest = text.partition(" ")
    if head.lower() in _COURTESY:
        name = _plain_western(rest) if "," not in rest else None
        return None if name is None or name.title else name._replace(title=head)
    special, particles = special_words()
    if _PLAIN.fullmatch(text):
        given, *middle, last = text.split(" ")
        roman = len(last) <= 5 and _ROMAN.fullmatch(last)
        if not roman and special.isdisjoint(text.lower().split(" ")):
            return Name(given, last, " ".join(middle))
        start = next((i for i, word in enumerate(middle) if word.lower() in particles), len(middle))
        middle, before = middle[:start], middle[start:]
    else:
        found = _PLAIN_COMMA.fullmatch(text)
        if found is None:
            return None
        *before, last = found[1].split(" ")
        given, *middle = found[2].split(" ")
    if any(word.lower() not in particles for word in before) or _ROMAN.fullmatch(last):
        return None
    if any(word.lower() in special for word in (given, *middle, last)):
        return None
    return Name(given, " ".join((*before, last)), " ".join(middle))


def _general(text: str) -> Name:
    name = parse_name(text)
    return Name(name.given, name.family, name.middle, name.title, name.suffix)


# "Williams, Jr., Hank", "Doe, BSN, RN, Jane"
_SUFFIX_BETWEEN = re.compile(r"([^,]+), ?([^,]+(?:, ?[^,]+){0,5}), ?([^,]+)")


@lru_cache(maxsize=ONE_LEAD)
def split_name(text: str, country: str | None = None) -> Name:
    """Split a whole name, given as one tidy line; `country` (ISO alpha-2) tells its order if need be.

    Source: the nameparser package, with these rules of our own on top: of a household ("John &
    Mary Smith") the first person counts; a lone initial at the end marks a list entry with the
    family name in front ("SMITH JOHN W"); a text that is only a title ("Prince") is a given name; a single
    word in front of a family name is a given name even where it is a title (Mahdi, Lady), unless people are
    addressed so. Names with two family names or the family name in front: see name_order.
    Junk gives no parts at all.
    """
    if len(text) > MAX_LENGTH or text.count(" ") >= MAX_WORDS or is_junk_name(text):
        return Name()
    if text[-1] == "-" or _MAY_CLING.search(text):
        text = _without_clinging(text)
    parts = text.split(" ")
    if fold(parts[0]).rstrip(".") in _ADDRESS:
        title, text = _address(parts)
        if title:
            return _addressed(title, text, country)
    if "," in text:
        text = _without_certificates(text)
        if initials := _INITIALS_BEHIND.fullmatch(text):
            return Name(initials[2], initials[1])
        two = _TWO_BEHIND.fullmatch(text)  # "Rahmatullah, Md Aslam"
        if two and two[2].istitle() and is_suffix(two[2]) and not is_suffix(two[3]):
            return Name(two[2], two[1], two[3])
    if "," not in text and (ordered := family_names(parts, country) or family_in_front(parts, country)):
        given, middle, family = ordered
        return Name(given, family, middle)
    plain = _plain_western(text)
    if plain is not None:
        return plain
    if len(parts) == 2 and "," not in text and _is_given(parts[0]):
        return Name(parts[0], parts[1])
    listed = _SUFFIX_BETWEEN.fullmatch(text)
    if listed and all(map(is_suffix, listed[2].split(","))) and not is_suffix(listed[3]):
        text = f"{listed[1]}, {listed[3]}, {listed[2]}"
    name = _general(text)
    if not name.given and not name.family:
        return name._replace(given=text, title="", suffix="")
    household = _HOUSEHOLD.split(name.given, maxsplit=1)
    if len(household) > 1 and household[0]:
        name = name._replace(given=household[0])
    if (
        "," not in text
        and len(name.family.rstrip(".")) == 1
        and name.middle
        and " " not in name.middle
        and len(name.given.rstrip(".")) > 1
        and len(name.middle.rstrip(".")) > 1
    ):
        name = name._replace(given=name.middle, family=name.given, middle=name.family)
    return name


def _without_clinging(text: str) -> str:
    """Take off tags, brackets, pictures, marks and digits that are no part of a name."""
    before, bare = text, " ".join(_CLINGING.sub(" ", text).split())
    while before != bare:
        before, bare = bare, _CLINGING.sub("", bare).strip()
    return bare if _LETTER_RUN.search(bare) else text


def _address(parts: list[str]) -> tuple[str, str]:
    """Return (forms of address in front, the rest) of a name in words: "Herrn Dr. Jonas Adlerfels"."""
    count = 0
    while count < len(parts) - 1 and fold(parts[count]).rstrip(".") in _ADDRESS:
        count += 1
    only_name = count == 1 and len(parts) == 2 and not parts[0].endswith(".")
    if only_name and fold(parts[0]) in _ALSO_GIVEN:
        count = 0
    return " ".join(parts[:count]), " ".join(parts[count:])


def _addressed(title: str, rest: str, country: str | None) -> Name:
    """Split what follows a form of address: one word, or one with particles, is the family name."""
    first = rest.partition(" ")[0]
    if " " not in rest or (first.islower() and first in special_words()[1]):
        return Name("", rest, title=title)
    return split_name(rest, country)._replace(title=title)


def _without_certificates(text: str) -> str:
    """Take off degrees and certificates behind a whole name ("Nora Vale, MBA, PMP")."""
    whole, *behind = (part.strip() for part in text.split(","))
    if " " not in whole or whole.isupper() or not behind:
        return text
    if len(behind) > 1 and _is_certificate(behind[0]):
        behind = [part for part in behind if sum(map(str.isupper, part)) < 2 or len(part) > _LONGEST_DEGREE]
    known = all(
        part and (_is_certificate(part) or all(map(_is_certificate, part.split()))) for part in behind)
    return whole if known else text


def _is_certificate(text: str) -> bool:
    bare = fold(text).replace(".", "").replace("-", "")
    return _CERTIFICATE.fullmatch(text) is not None and (
        bare in _CERTIFICATES or is_suffix(text) or "-" in text or not _VOWEL.search(bare)
    )


def _is_given(word: str) -> bool:
    """Tell whether a word that the package may take for a title is a given name in front of a family name."""
    folded = fold(word).rstrip(".")
    return folded.isalpha() and (folded not in _ADDRESS or folded in _ALSO_GIVEN)


def join_name(name: Name) -> str:
    """Return the parts in reading order: title given middle family suffix."""
    parts = (name.title, name.given, name.middle, name.family, name.suffix)
    return " ".join(part for part in parts if part)


def repair_case(text: str, family: bool = False) -> str:
    """Give words in all capitals or all small letters a name's capitals.

    A particle in front of a family name is small, as inside a whole name ("von Beethoven").
    Words of mixed case are never touched (McDonald, DeShawn, van der Berg stays). Initials and
    short runs without a vowel (JRR, DJ) stay beside words of mixed case. Particles inside become
    small; roman numerals and credentials get their usual form.
    """
    # Words in title case stay, but for the Spanish particle "y".
    if text.istitle() and " Y " not in text:
        return text
    words = text.split(" ")
    mixed = any(not (w.isupper() or w.islower()) and w[:1].isalpha() for w in words)
    last = len(words) - 1
    return " ".join(
        _repair_word(w, i == 0 and not family, i == last, mixed) for i, w in enumerate(words))


def _repair_word(word: str, first: bool, last: bool, mixed: bool) -> str:
    upper = word.replace("ß", "").isupper()  # there is no capital in use
    if not (upper or word.islower()):
        return word
    lower = word.lower()
    core = lower.strip(".,")
    if core in _PARTICLES and core == lower and not first and not last:
        return lower if upper else word
    if not first and core in _CREDENTIALS:
        return lower.replace(core, _CREDENTIALS[core])
    if not first and _ROMAN.fullmatch(word.strip(".,")):
        return word.upper()
    letters = [c for c in word if c.isalpha()]
    if upper and len(letters) <= 1:
        return word
    if upper and "." in word.rstrip(".") and len(letters) <= 4:
        return word  # J.R.R.
    if upper and mixed and len(letters) <= 3 and not set(lower) & set("aeiouyäöü"):
        return word
    if upper and mixed and len(letters) == 2 and lower not in ("li", "wu", "yu", "xu"):
        return word
    pieces = _SPLIT_WORD.split(word)
    return "".join(_capitalise(piece, i, pieces) for i, piece in enumerate(pieces))


def _capitalise(piece: str, index: int, pieces: list[str]) -> str:
    lower = piece.lower().replace("i\u0307", "i")  # the Turkish dotted capital's small letter
    if index and pieces[index - 1] in "'’" and lower in ("s", "t"):
        return lower
    if lower in _MAC:
        return "Mac" + lower[3:].capitalize()
    if lower.startswith("mc") and len(lower) > 3:
        return "Mc" + lower[2:].capitalize()
    return piece[:1].upper() + lower[1:] if len(piece[:1].upper()) == 1 and not is_sign(piece[1:2]) else piece
