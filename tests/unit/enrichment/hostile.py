"""Answers of providers that are about the person or company that was asked about, and such as only seem so.

All people and companies are put together by chance from parts; `answers(seed, count)` gives the same for the
same seed. Each kind is a function of the dice that says what is known, what was asked and what was answered,
by the words of a lead (sidecar.enrichment.identity.who). A kind whose name begins with `right_` is about the
subject, one with `wrong_` about somebody else.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from anyascii import anyascii

Words = dict[str, Any]

# Given names with their short forms; another person's name that looks like it.
GIVEN = {
    "William": ("Bill", "Will", "Billy"), "Robert": ("Bob", "Rob", "Bobby"), "Elizabeth": ("Liz", "Beth"),
    "Katherine": ("Kate", "Kathy"), "Michael": ("Mike", "Mick"), "Alexander": ("Alex", "Sascha"),
    "Johannes": ("Hans", "Jo"), "Friedrich": ("Fritz",), "Maximilian": ("Max",), "Giuseppe": ("Beppe",),
    "Francisco": ("Paco", "Pancho"), "Margaret": ("Peggy", "Maggie"), "Thomas": ("Tom",),
    "Christopher": ("Chris",), "Susanne": ("Susi",), "Benjamin": ("Ben",), "Samuel": ("Sam",),
    "Patricia": ("Pat", "Patty"), "Edward": ("Ted", "Ed"), "Richard": ("Dick", "Rick"), "Daniel": ("Dan",),
    "Gregory": ("Greg",), "Nicholas": ("Nick",), "Victoria": ("Vicky",), "Jennifer": ("Jenny", "Jen"),
}
PLAIN = [*GIVEN, "Oskar", "Ingrid", "Soledad", "Henrik", "Beatriz", "Laurent", "Mireille", "Tobias",
         "Annika", "Marek", "Zofia", "Kenji", "Priya", "Rashid", "Ngozi", "Aiko", "Lucia", "Pablo", "Fiona",
         "Declan", "Matteo", "Chiara", "Joost", "Femke", "Anders", "Signe", "Eero", "Kaisa", "Pavel", "Irena"]
LOOKALIKES = [("Mario", "Maria"), ("Andreas", "Andrea"), ("Martin", "Marvin"), ("Paul", "Paula"),
              ("Julian", "Juliana"), ("Daniel", "Daniela"), ("Stefan", "Stefanie"), ("Simon", "Simone"),
              ("Gabriel", "Gabriela"), ("Anna", "Hanna"), ("Christian", "Christina"), ("Karl", "Karla"),
              ("Michael", "Michaela"), ("Joseph", "Josephine"), ("Robert", "Roberta"), ("Nicola", "Nicole"),
              ("Alexander", "Alexandra"), ("Louis", "Louisa"), ("Patrick", "Patricia"), ("Eric", "Erica")]
SPELT = [("Jürgen", "Juergen"), ("Björn", "Bjoern"), ("Özgür", "Ozgur"), ("François", "Francois"),
         ("Łukasz", "Lukasz"), ("José", "Jose"), ("Søren", "Soren"), ("Zoë", "Zoe"), ("Günther", "Guenther"),
         ("Aleksei", "Alexey"), ("Philippe", "Filip"), ("Elisabeth", "Elizabeth"), ("Carl", "Karl"),
         ("Александр", "Aleksandr"), ("Дмитрий", "Dmitri"), ("Наталья", "Natalia"), ("Сергей", "Sergey"),
         ("Γιώργος", "Giorgos"), ("Мария", "Maria"), ("Ольга", "Olga"), ("Владимир", "Vladimir"),
         ("Елена", "Elena"), ("محمد", "Mohammed"), ("أحمد", "Ahmed"), ("דוד", "David")]
FAMILY_SPELT = [("Grünbacher", "Gruenbacher"), ("Løvstad", "Lovstad"), ("Weißkopf", "Weisskopf"),
                ("Орловский", "Orlovsky"), ("Гаврилов", "Gavrilov"), ("Żeleński", "Zelenski"),
                ("Çelikkaya", "Celikkaya"), ("Nuñeza", "Nuneza"), ("Παπαδάκης", "Papadakis"),
                ("Громов", "Gromov"), ("Hrubý", "Hruby"), ("D'Avignon", "Davignon")]
EASTERN = [("王伟", "Wang Wei", "Wei Wang"), ("李娜", "Li Na", "Na Li"),
           ("山田太郎", "Yamada Taro", "Taro Yamada"),
           ("佐藤花子", "Hanako Sato", "Sato Hanako"), ("김민준", "Kim Min-jun", "Minjun Kim"),
           ("이서연", "Lee Seo-yeon", "Seoyeon Lee"), ("陈晓明", "Chen Xiaoming", "Xiaoming Chen"),
           ("Иван Петренко", "Ivan Petrenko", "Petrenko Ivan"), ("Νίκος Αντωνίου", "Nikos Antoniou"),
           ("חיים לוי", "Chaim Levi", "Haim Levy"), ("فاطمة الزهراء", "Fatima Alzahra", "Fatima Al-Zahra")]
_HEADS = ["Bran", "Vost", "Kell", "Harg", "Sten", "Mor", "Tal", "Quin", "Dun", "Wes", "Lind", "Orm", "Fal",
          "Gry", "Pren", "Zim", "Cald", "Ruth", "Ost", "Hav", "Jor", "Ned", "Bel", "Thur", "Ver"]
_TAILS = ["ovic", "berger", "ley", "strand", "ford", "etti", "ansen", "wick", "mann", "ero", "escu", "aldi",
          "quist", "shaw", "ham", "ardo", "enko", "ides", "oglu", "ington", "ault", "mere", "sby", "ko"]
_STEMS = ["Norv", "Kest", "Bright", "Lum", "Hal", "Veld", "Cor", "Zeph", "Tarn", "Glen", "Ost", "Pel", "Quar",
          "Riv", "Solv", "Umb", "Vant", "Wex", "Yar", "Amb", "Dray", "Elm", "Fjor", "Hexa", "Inv"]
_ENDS = ["ia", "on", "rel", "dal", "ex", "mere", "iva", "ora", "tec", "ling", "ano", "field", "wyn", "stone",
         "ridge", "aro", "iq", "lux", "esk", "ade"]
TRADES = ["Robotics", "Foods", "Logistics", "Software", "Capital", "Energy", "Pharma", "Media", "Textiles",
          "Insurance", "Analytics", "Packaging", "Airways", "Minerals", "Studios", "Timber", "Optics",
          "Payments", "Seeds", "Ceramics"]
FORMS = {"DE": ["GmbH", "AG", "GmbH & Co. KG", "SE"], "US": ["Inc.", "LLC", "Corp."], "GB": ["Ltd", "PLC"],
         "FR": ["SAS", "SARL", "S.A."], "IT": ["S.p.A.", "S.r.l."], "ES": ["S.L.", "S.A."], "NL": ["B.V."],
         "SE": ["AB"], "PL": ["Sp. z o.o."], "JP": ["K.K."], "BR": ["Ltda."], "IN": ["Pvt Ltd"]}
ENDINGS = {"DE": "de", "US": "com", "GB": "co.uk", "FR": "fr", "IT": "it", "ES": "es", "NL": "nl", "SE": "se",
           "PL": "pl", "JP": "jp", "BR": "com.br", "IN": "in"}
TITLES = ["Head of Purchasing", "Sales Manager", "CTO", "Controller", "Account Executive", "HR Director"]
FREE = ["gmail.com", "gmx.de", "outlook.com", "yahoo.com", "web.de", "icloud.com"]
ROLES = ["info", "sales", "office", "contact", "kontakt", "support", "hello", "team", "marketing", "service",
         "admin", "buchhaltung", "billing", "hr", "jobs", "press"]


@dataclass(frozen=True)
class Firm:
    """A company that does not exist."""

    stem: str
    trade: str
    country: str
    form: str
    ending: str

    @property
    def name(self) -> str:
        return f"{self.stem} {self.trade}"

    @property
    def legal(self) -> str:
        return f"{self.name} {self.form}"

    @property
    def domain(self) -> str:
        return f"{self.stem}{self.trade}.{self.ending}".lower()


@dataclass(frozen=True)
class Human:
    """A person who does not exist, at a company."""

    given: str
    family: str
    firm: Firm
    number: int

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def email(self) -> str:
        return f"{_plain(self.given)}.{_plain(self.family)}@{self.firm.domain}"

    @property
    def profile(self) -> str:
        return f"https://www.linkedin.com/in/{_plain(self.given)}-{_plain(self.family)}-{self.number:x}"


@dataclass(frozen=True)
class Answered:
    """One answer: what is known by the subject's own and by providers' word, what was asked, what came."""

    part: str
    own: Words
    asked: Words
    about: Words
    told: Words = field(default_factory=dict)
    elsewhere: frozenset[tuple[str, str]] = frozenset()
    rejected: tuple[Words, ...] = ()
    kind: str = ""
    wrong: bool = False


class Dice:
    """What chance gives."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.one = self.random.choice

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def firm(self, country: str | None = None) -> Firm:
        country = country or self.one([*FORMS])
        return Firm(self.one(_STEMS) + self.one(_ENDS), self.one(TRADES), country, self.one(FORMS[country]),
                    "com" if self.chance(0.4) else ENDINGS[country])

    def other_firm(self, firm: Firm, country: str | None = None) -> Firm:
        while True:
            other = self.firm(country)
            if other.stem != firm.stem:
                return other

    def human(self, firm: Firm | None = None, given: str | None = None) -> Human:
        return Human(given or self.one(PLAIN), self.family(), firm or self.firm(), self.number())

    def number(self) -> int:
        return self.random.randrange(1 << 24)

    def family(self) -> str:
        return self.one(_HEADS) + self.one(_TAILS)

    def other_family(self, family: str) -> str:
        while True:
            other = self.family()
            if other[:2] != family[:2] and other[-3:] != family[-3:]:
                return other

    def stranger(self, human: Human, firm: Firm | None = None) -> Human:
        """Somebody of quite another name."""
        while True:
            given = self.one(PLAIN)
            if given != human.given:
                return Human(given, self.other_family(human.family), firm or self.other_firm(human.firm),
                             self.number())

    def country(self, but: str) -> str:
        return self.one([country for country in FORMS if country != but])

    def namesake(self, human: Human, *, abroad: bool = False) -> Human:
        """Another of the same name, elsewhere."""
        country = self.country(human.firm.country) if abroad else human.firm.country
        return replace(human, firm=self.other_firm(human.firm, country), number=self.number())


NICKS = ["kingfisher", "dragonfly", "moonlight", "bluewhale", "racer", "snowflake", "nightowl", "sunnyside",
         "greatescape", "thunderstruck", "coffee", "pixel"]


def _plain(text: str) -> str:
    return re.sub("[^a-z0-9]", "", anyascii(text).lower())


def lead(human: Human, *fields: str) -> Words:
    """What a lead says of itself: e-mail, name and company, and more if named."""
    whole = record(human)
    return {name: whole[name] for name in
            ("email", "first_name", "last_name", "full_name", "company_name", "company_domain", *fields)}


def record(human: Human, *without: str) -> Words:
    """What a provider has of somebody, whole but for some fields."""
    whole = {
        "email": human.email, "first_name": human.given, "last_name": human.family, "full_name": human.name,
        "linkedin_url": human.profile, "country": human.firm.country, "company_name": human.firm.name,
        "company_domain": human.firm.domain}
    return {name: value for name, value in whole.items() if name not in without}


def firm_record(firm: Firm, *without: str) -> Words:
    """What a provider has of a company."""
    whole = {"company_name": firm.legal, "company_domain": firm.domain, "company_country": firm.country}
    return {name: value for name, value in whole.items() if name not in without}


def some(dice: Dice, words: Words, *optional: str) -> Words:
    """Some of the optional fields are left out."""
    return {name: value for name, value in words.items() if name not in optional or dice.chance(0.5)}


def named(words: Words, given: str, family: str, *, whole: bool = True) -> Words:
    """The same record under another name."""
    changed = words | {"first_name": given, "last_name": family, "full_name": f"{given} {family}"}
    if not whole:
        del changed["full_name"]
    return changed


def contact(own: Words, about: Words, **more: Any) -> Answered:
    """An answer about a person, asked by e-mail unless it is said how."""
    asked = more.pop("asked", {"email": own["email"]} if "email" in own else {})
    return Answered("contact", own, asked, about, **more)


def organization(own: Words, about: Words, **more: Any) -> Answered:
    """An answer about a company, asked by its domain or else its name."""
    asked = more.pop("asked", None) or {
        name: own[name] for name in ("company_domain", "company_name") if name in own}
    return Answered("organization", own, asked, about, **more)


# People, rightly answered.

def right_same(d: Dice) -> Answered:
    h = d.human()
    return contact(some(d, lead(h, "country", "linkedin_url"), "country", "linkedin_url", "company_name"),
                   some(d, record(h), "linkedin_url", "country", "email", "company_domain"))


def right_other_case(d: Dice) -> Answered:
    h = d.human()
    case = d.one([str.upper, str.lower, str.title])
    other = d.one([str.upper, str.lower])
    about = named(record(h, "linkedin_url"), other(h.given), other(h.family))
    return contact(named(lead(h), case(h.given), case(h.family)), some(
        d, about | {"email": case(h.email), "company_name": other(h.firm.legal)}, "email", "country"))


def right_nickname(d: Dice) -> Answered:
    h = d.human(given=d.one([*GIVEN]))
    short = d.one(GIVEN[h.given])
    one, two = (short, h.given) if d.chance(0.5) else (h.given, short)
    about = some(d, record(h), "email", "linkedin_url")
    return contact(named(lead(h), one, h.family), named(about, two, h.family))


def right_other_spelling(d: Dice) -> Answered:
    given, family = d.one(SPELT), d.one(FAMILY_SPELT)
    h = Human(given[1], family[1], d.firm(), 7)
    at = d.random.sample([0, 1], 2)
    return contact(named(lead(h), given[at[0]], family[at[0]]),
                   named(some(d, record(h), "email", "linkedin_url"), given[at[1]], family[at[1]]))


def right_initial(d: Dice) -> Answered:
    h = d.human()
    return contact(named(lead(h), f"{h.given[0]}.", h.family), some(d, record(h), "email", "linkedin_url"))


def right_swapped(d: Dice) -> Answered:
    h = d.human()
    return contact(named(lead(h), h.family, h.given), some(d, record(h), "email", "linkedin_url"))


def right_middle_name(d: Dice) -> Answered:
    h = d.human()
    middle = d.one([f"{d.one('ABCDEF')}.", d.one(PLAIN)])
    about = record(h) | {"full_name": f"{h.given} {middle} {h.family}"}
    if d.chance(0.5):
        about["first_name"] = f"{h.given} {middle}"
    return contact(lead(h), some(d, about, "email", "linkedin_url"))


def right_married_with_profile(d: Dice) -> Answered:
    h = d.human()
    new = d.other_family(h.family)
    about = named(record(h, "email"), h.given, d.one([new, f"{new}-{h.family}", new]))
    return contact(lead(h, "linkedin_url"), some(d, about, "country"))


def right_married_with_address(d: Dice) -> Answered:
    h = d.human()
    own = lead(h) if d.chance(0.7) else {"email": h.email, "company_domain": h.firm.domain}
    about = named(record(h, "linkedin_url"), h.given, d.other_family(h.family))
    return contact(own, some(d, about, "country"))


def right_changed_employer(d: Dice) -> Answered:
    h = d.human()
    new = replace(h, firm=d.other_firm(h.firm))
    about = record(new) | {"former_employers": [d.firm().name, d.one([h.firm.legal, h.firm.name])]}
    way = d.one(["profile", "former", "address"])
    if way != "former" or d.chance(0.3):
        del about["former_employers"]
        way = "profile" if way == "former" else way
    if way == "address":
        about |= {"email": h.email}
    own = lead(h, "linkedin_url") if way == "profile" else lead(h)
    return contact(own, about)


def right_moved_country(d: Dice) -> Answered:
    h = d.human()
    about = record(h) | {"country": d.country(h.firm.country)}
    way = d.one(["linkedin_url", "email", "company"])
    own = lead(h, "country", *(["linkedin_url"] if way == "linkedin_url" else []))
    return contact(own, {name: value for name, value in about.items() if name != "email" or way == "email"})


def right_address_alone(d: Dice) -> Answered:
    h = d.human()
    g, f = _plain(h.given), _plain(h.family)
    local = d.one([f"{g}.{f}", f"{g[0]}{f}", f"{g[0]}.{f}", f, g, f"{g}{f[0]}", f"{f}.{g}", f"{g}_{f}",
                   f"{g}-{f}", f"{f}{g[0]}", f"{g}{f}"])
    own = {"email": f"{local}@{h.firm.domain}", "company_domain": h.firm.domain}
    about = record(h) | {"email": own["email"]}
    return contact(own, some(d, about, "email", "linkedin_url", "country", "company_name"))


def right_free_mail_alone(d: Dice) -> Answered:
    h = d.human()
    g, f = _plain(h.given), _plain(h.family)
    local = d.one([f"{g}.{f}", f"{g}{f}", f"{g}{f}{d.random.randrange(100)}",
                   f"{f}{d.random.randrange(2000)}",
                   f"{g[0]}{f}{d.random.randrange(100)}", f"{g}{d.random.randrange(1950, 2010)}",
                   f"{d.one(NICKS)}{d.random.randrange(100)}", f"x{d.random.randrange(1000)}z"])
    own = {"email": f"{local}@{d.one(FREE)}"}
    about = record(h) | {"email": own["email"]}
    return contact(own, some(d, about, "email", "linkedin_url", "company_domain"))


def right_employer_is_parent(d: Dice) -> Answered:
    h = d.human()
    parent = d.other_firm(h.firm)
    about = record(h, "email") | {"company_name": parent.name, "company_domain": parent.domain}
    own = lead(h)
    if d.chance(0.5):
        return contact(own | {"parent_domain": parent.domain}, about)
    return contact(own, about | {"email": h.email})


def right_employer_renamed(d: Dice) -> Answered:
    h = d.human()
    new = d.other_firm(h.firm, h.firm.country)
    about = record(h, "email", "linkedin_url") | {"company_name": new.legal, "company_domain": new.domain}
    about["domain_aliases"] = [d.firm().domain, h.firm.domain]
    return contact(lead(h), about)


def right_employer_otherwise_spelt(d: Dice) -> Answered:
    h = d.human()
    firm = h.firm
    spelt = d.one([firm.legal, firm.legal.upper(), f"{firm.name} Group", f"The {firm.name} Company",
                   f"{firm.name} Deutschland GmbH", firm.name.replace(" ", ""), f"{firm.stem}-{firm.trade}",
                   f"{firm.name} International", f"{firm.name} Holding AG", f"{firm.name}, {firm.form}"])
    about = record(h, "email", "company_domain", "linkedin_url") | {"company_name": spelt}
    return contact(lead(h), some(d, about, "country"))


def right_employer_abbreviated(d: Dice) -> Answered:
    h = d.human()
    words_of = d.random.sample(["Northern", "Baltic", "Machine", "Works", "Union", "Trading", "Marine",
                                "Precision", "Industrial", "Federal", "Gear", "Steel"], d.one([3, 4]))
    long, short = " ".join(words_of), "".join(word[0] for word in words_of)
    one, two = (long, short) if d.chance(0.5) else (short, long)
    own = lead(h) | {"company_name": f"{one} {h.firm.form}"}
    return contact(own, record(h, "email", "company_domain", "linkedin_url") | {"company_name": two})


def right_little_known(d: Dice) -> Answered:
    h = d.human()
    about = record(h, "email", "linkedin_url", "company_name", "company_domain")
    return contact(lead(h), some(d, about, "country", "full_name"))


def right_several_family_names(d: Dice) -> Answered:
    h = d.human()
    second = d.other_family(h.family)
    joined = d.one([f"{h.family} {second}", f"{h.family}-{second}", f"{second} {h.family}"])
    one, two = (joined, h.family) if d.chance(0.5) else (h.family, joined)
    return contact(named(lead(h), h.given, one), named(record(h, "email", "linkedin_url"), h.given, two))


def right_asked_by_name(d: Dice) -> Answered:
    h = d.human()
    own = lead(h)
    if d.chance(0.5):
        own["email"] = f"kingfisher{d.random.randrange(100)}@{d.one(FREE)}"
    about = some(d, record(h) | {"company_name": h.firm.legal}, "company_domain", "linkedin_url", "country")
    return contact(own, about, asked={"full_name": h.name, "company_name": h.firm.name})


def right_private_address_answered(d: Dice) -> Answered:
    h = d.human()
    about = record(h, "linkedin_url") | {"email": f"{_plain(h.given)}{_plain(h.family)}@{d.one(FREE)}"}
    return contact(lead(h), some(d, about, "country"))


def right_other_mailbox_there(d: Dice) -> Answered:
    h = d.human()
    about = record(h) | {"email": f"{_plain(h.given)[0]}{_plain(h.family)}@{h.firm.domain}"}
    return contact(lead(h), some(d, about, "linkedin_url", "country"))


def right_behind_role_mailbox(d: Dice) -> Answered:
    h = d.human()
    own = lead(h, "linkedin_url") | {"email": f"{d.one(ROLES)}@{h.firm.domain}"}
    return contact(own, record(h), asked={"linkedin_url": h.profile})


def right_titled(d: Dice) -> Answered:
    h = d.human()
    title = d.one(["Dr.", "Prof. Dr.", "Dipl.-Ing.", "Ms.", "Herr"])
    end = d.one(["", ", MBA", " PhD", ""])
    own = {name: value for name, value in lead(h).items() if name not in ("first_name", "last_name")}
    return contact(own | {"full_name": f"{title} {h.name}{end}"}, record(h, "linkedin_url"))


def right_profile_alone(d: Dice) -> Answered:
    h = d.human()
    own = {"linkedin_url": h.profile} | ({"full_name": h.name} if d.chance(0.5) else {})
    return contact(own, some(d, record(h), "email", "company_domain"), asked={"linkedin_url": h.profile})


def right_despite_earlier_wrong_answer(d: Dice) -> Answered:
    h = d.human()
    other = d.stranger(h)
    about = record(h)
    told = {name: value for name, value in record(other).items() if name in ("linkedin_url", "country")}
    return contact(lead(h), about, told=told, rejected=(record(other),))


def right_of_another_script(d: Dice) -> Answered:
    ours, theirs = d.random.sample(d.one(EASTERN), 2)
    h = d.human()
    own = {"email": f"{d.one(NICKS)}@{h.firm.domain}", "full_name": ours, "company_name": h.firm.name}
    about = record(h, "first_name", "last_name", "email", "linkedin_url") | {"full_name": theirs}
    return contact(own, some(d, about, "country", "company_domain"))


def right_married_as_told(d: Dice) -> Answered:
    h = d.human()
    word = d.one(["geb.", "née", "(geb. {})", "({})", "nee"])
    new = d.other_family(h.family)
    whole = word.format(h.family) if "{}" in word else f"{word} {h.family}"
    about = named(record(h, "email", "linkedin_url"), h.given, new)
    about["full_name"] += f" {whole}"
    if d.chance(0.5):
        about |= {"full_name": f"{h.given} {new}", "other_names": [h.name]}
    return contact(lead(h), about)


def right_known_by_middle_name(d: Dice) -> Answered:
    h = d.human()
    first = d.one([name for name in PLAIN if name != h.given])
    about = named(record(h), f"{first} {h.given}", h.family)
    return contact(lead(h), some(d, about, "email", "linkedin_url"))


def right_other_profile_address(d: Dice) -> Answered:
    h = d.human()
    own = lead(h) | {"linkedin_url": f"https://www.linkedin.com/in/{_plain(h.given)}{_plain(h.family)}"}
    return contact(own, record(h))


def right_after_another_name_of_the_firm(d: Dice) -> Answered:
    h = d.human()
    new = d.other_firm(h.firm, h.firm.country)
    name = f"{new.name} (formerly {h.firm.name})"
    return contact(lead(h), record(h, "email", "linkedin_url") | {
        "company_name": name, "company_domain": new.domain})


# People, wrongly answered.

def wrong_namesake(d: Dice) -> Answered:
    h = d.human()
    about = record(d.namesake(h))
    return contact(lead(h), some(d, about, "email", "linkedin_url", "country", "company_domain"))


def wrong_namesake_abroad(d: Dice) -> Answered:
    h = d.human()
    about = record(d.namesake(h, abroad=True))
    return contact(lead(h, "country"), some(d, about, "email", "linkedin_url", "company_domain"))


def wrong_namesake_abroad_without_employer(d: Dice) -> Answered:
    h = d.human()
    about = record(d.namesake(h, abroad=True), "email", "company_name", "company_domain")
    return contact(lead(h, "country"), some(d, about, "linkedin_url"))


def wrong_namesake_by_profile(d: Dice) -> Answered:
    h = d.human()
    other = d.namesake(h, abroad=d.chance(0.5))
    return contact(lead(h, "linkedin_url"), some(d, record(other, "email"), "company_domain", "country"))


def wrong_namesake_short(d: Dice) -> Answered:
    h = d.human(given=d.one([*GIVEN]))
    about = named(record(d.namesake(h), "email"), d.one(GIVEN[h.given]), h.family)
    return contact(lead(h), some(d, about, "linkedin_url", "country"))


def wrong_namesake_behind_free_mail(d: Dice) -> Answered:
    h = d.human()
    other = d.namesake(h)
    own = lead(h) | {"email": f"{_plain(h.given)}.{_plain(h.family)}@{d.one(FREE)}"}
    return contact(own, some(d, record(other), "linkedin_url", "country"))


def wrong_namesake_at_namesake_company(d: Dice) -> Answered:
    h = d.human()
    abroad = d.country(h.firm.country)
    firm = replace(h.firm, country=abroad, form=d.one(FORMS[abroad]), ending="biz")
    about = record(replace(h, firm=firm), "email", "linkedin_url")
    return contact(lead(h, "country"), about, asked={"full_name": h.name, "company_name": h.firm.name})


def wrong_resold(d: Dice) -> Answered:
    h = d.human()
    other = record(d.stranger(h))
    fed = other | {"email": h.email}
    # The first buyer of the feed told the same before.
    return contact(lead(h), fed, told=fed)


def wrong_resold_without_name(d: Dice) -> Answered:
    h = d.human()
    other = record(d.stranger(h)) | {"email": h.email}
    return contact({"email": h.email, "company_domain": h.firm.domain}, other,
                   told={name: other[name] for name in ("linkedin_url", "country", "full_name")})


def wrong_resold_namesake(d: Dice) -> Answered:
    h = d.human()
    other = record(d.namesake(h, abroad=True), "email")
    return contact(lead(h), other, told=dict(other))


def wrong_colleague(d: Dice) -> Answered:
    h = d.human()
    about = record(d.stranger(h, h.firm))
    if d.chance(0.3):
        about["email"] = h.email
    return contact(lead(h), some(d, about, "email", "linkedin_url"))


def wrong_relative(d: Dice) -> Answered:
    h = d.human()
    other = replace(d.stranger(h, h.firm), family=h.family)
    about = record(other) | {"email": h.email}
    return contact(lead(h), some(d, about, "linkedin_url", "email"))


def wrong_recycled_mailbox(d: Dice) -> Answered:
    h = d.human()
    local = d.one(["m1", "desk2", f"{_plain(h.family)}", f"{_plain(h.given)}"])
    own = lead(h) | {"email": f"{local}@{h.firm.domain}"}
    return contact(own, some(d, record(d.stranger(h, h.firm)) | {"email": own["email"]}, "linkedin_url"))


def wrong_role_mailbox(d: Dice) -> Answered:
    h = d.human()
    own = {"email": f"{d.one(ROLES)}@{h.firm.domain}", "company_domain": h.firm.domain}
    if d.chance(0.3):
        own |= {"full_name": h.name}
    other = d.stranger(h, h.firm) if "full_name" in own or d.chance(0.5) else h
    return contact(own, some(d, record(other) | {"email": own["email"]}, "linkedin_url", "email"))


def wrong_lookalike(d: Dice) -> Answered:
    one, two = d.random.sample(d.one(LOOKALIKES), 2)
    h = d.human(given=one)
    about = named(record(h, "email", "linkedin_url"), two, h.family)
    if d.chance(0.3):
        about["email"] = h.email
    return contact(lead(h), some(d, about, "country"))


def wrong_generation(d: Dice) -> Answered:
    h = d.human()
    own = lead(h) | {"full_name": f"{h.name} Jr.", "last_name": f"{h.family} Jr."}
    about = record(h, "email") | {"full_name": f"{h.name} Sr.", "last_name": f"{h.family} Sr."}
    return contact(own, about)


def wrong_address_of_another_contact(d: Dice) -> Answered:
    h = d.human()
    other = d.namesake(h)
    about = record(h, "linkedin_url") | {"email": other.email}
    return contact(lead(h), about, elsewhere=frozenset({("email", other.email)}))


def wrong_profile_of_another_contact(d: Dice) -> Answered:
    h = d.human()
    other = d.namesake(h)
    about = record(h, "email") | {"linkedin_url": other.profile}
    return contact(lead(h), about, elsewhere=frozenset({("linkedin", other.profile)}))


def wrong_rejected_again(d: Dice) -> Answered:
    h = d.human()
    other = replace(h, number=1)
    again = some(d, record(other), "email", "country")
    return contact(lead(h), again, rejected=(record(other, "email"),))


def wrong_for_address_alone(d: Dice) -> Answered:
    h = d.human()
    g, f = _plain(h.given), _plain(h.family)
    local = d.one([f"{g}.{f}", f"{g[0]}{f}", f"{g[0]}.{f}", f"{f}.{g}", f"{g}_{f}", f"{g}{f}"])
    own = {"email": f"{local}@{h.firm.domain}", "company_domain": h.firm.domain}
    about = record(d.stranger(h, h.firm if d.chance(0.5) else None)) | {"email": own["email"]}
    return contact(own, some(d, about, "email", "linkedin_url", "company_name"))


def wrong_for_free_mail_alone(d: Dice) -> Answered:
    h = d.human()
    g, f = _plain(h.given), _plain(h.family)
    own = {"email": f"{d.one([f'{g}.{f}', f'{g}{f}', f'{g}{f}{d.random.randrange(100)}'])}@{d.one(FREE)}"}
    return contact(own, some(d, record(d.stranger(h)) | {"email": own["email"]}, "email", "linkedin_url"))


def wrong_family_name(d: Dice) -> Answered:
    h = d.human()
    about = named(record(h, "email", "linkedin_url"), h.given, d.other_family(h.family))
    if d.chance(0.5):
        about = named(record(d.namesake(h), "email"), h.given, d.other_family(h.family))
    return contact(lead(h), about)


def wrong_profile_answered(d: Dice) -> Answered:
    h = d.human()
    other = d.stranger(h)
    own = {"linkedin_url": h.profile} | ({"full_name": h.name} if d.chance(0.5) else {})
    return contact(own, some(d, record(other), "email"), asked={"linkedin_url": h.profile})


def wrong_chief_of_the_company(d: Dice) -> Answered:
    h = d.human()
    about = record(d.stranger(h, h.firm), "email") | {"job_title": "Chief Executive Officer"}
    own = lead(h) if d.chance(0.6) else {"email": h.email, "company_domain": h.firm.domain}
    return contact(own, about)


def wrong_initial(d: Dice) -> Answered:
    h = d.human()
    other = d.stranger(h, h.firm)
    letter = d.one([letter for letter in "ABCDEFGHIJKLMNOPRSTVW" if letter != h.given[0]])
    about = named(record(h, "email", "linkedin_url"), f"{letter}.", d.one([h.family, other.family]))
    return contact(lead(h), about)


def wrong_employer_of_same_brand(d: Dice) -> Answered:
    h = d.human()
    firm = replace(h.firm, trade=d.one([trade for trade in TRADES if trade != h.firm.trade]),
                   country=d.country(h.firm.country))
    return contact(lead(h, "country"), some(d, record(replace(h, firm=firm), "email"), "linkedin_url"))


def wrong_namesake_abroad_with_the_address(d: Dice) -> Answered:
    h = d.human()
    other = d.namesake(h, abroad=True)
    return contact(lead(h, "country"), some(d, record(other) | {"email": h.email}, "linkedin_url"))


def wrong_second_person_of_an_address(d: Dice) -> Answered:
    h = d.human()
    own = {"email": f"m{d.random.randrange(99)}@{h.firm.domain}", "company_domain": h.firm.domain}
    other = d.stranger(h, h.firm)
    told = {"full_name": h.name, "linkedin_url": h.profile}
    return contact(own, some(d, record(other) | {"email": own["email"]}, "linkedin_url", "email"), told=told)


def wrong_part_of_a_name(d: Dice) -> Answered:
    h = d.human()
    other = d.stranger(h)
    about = named(record(h, "email", "linkedin_url"), other.given, h.given)
    return contact(named(lead(h), h.given, h.family), about)


# Companies, rightly answered.

def right_company(d: Dice) -> Answered:
    f = d.firm()
    own = some(d, {"company_domain": f.domain, "company_name": f.name}, "company_name")
    return organization(own, some(d, firm_record(f), "company_country", "company_domain"))


def right_company_renamed(d: Dice) -> Answered:
    f = d.firm()
    new = d.other_firm(f, f.country)
    about = firm_record(new) | {"domain_aliases": d.random.sample([f.domain, d.firm().domain], 2)}
    return organization({"company_domain": f.domain, "company_name": f.name}, about)


def right_company_redirects(d: Dice) -> Answered:
    f = d.firm()
    new = d.other_firm(f, f.country)
    own = {"company_domain": f.domain, "company_name": f.name, "domain_aliases": [new.domain]}
    return organization(own, firm_record(new))


def right_company_other_ending(d: Dice) -> Answered:
    f = d.firm()
    about = firm_record(replace(f, ending=d.one(["io", "eu", "net", "org"])))
    return organization({"company_domain": f.domain, "company_name": f.name}, about)


def right_company_of_another_name(d: Dice) -> Answered:
    f = d.firm()
    about = firm_record(f) | {"company_name": d.other_firm(f).legal}
    own = {"company_domain": f.domain, "company_name": f.name}
    return organization(some(d, own, "company_name"), some(d, about, "company_country"))


def right_company_by_name(d: Dice) -> Answered:
    f = d.firm()
    own = {"company_name": d.one([f.name, f.legal, f.name.upper(), f.name.lower()])}
    if d.chance(0.5):
        own["company_country"] = f.country
    return organization(own, firm_record(f))


def right_company_with_parent(d: Dice) -> Answered:
    f = d.firm()
    parent = d.other_firm(f)
    about = firm_record(f) | {"parent_domain": parent.domain, "parent_name": parent.name}
    return organization({"company_domain": f.domain, "company_name": f.name}, about)


def right_company_otherwise_spelt(d: Dice) -> Answered:
    f = d.firm()
    spelt = d.one([f.legal.upper(), f"The {f.name} Group", f.name.replace(" ", ""), f"{f.name} Holding",
                   f"{f.stem}-{f.trade} {f.form}", f"{f.name} International {f.form}"])
    return organization({"company_domain": f.domain, "company_name": f.name},
                        firm_record(f, "company_domain") | {"company_name": spelt})


def right_company_after_another_name(d: Dice) -> Answered:
    f = d.firm()
    new = d.other_firm(f, f.country)
    about = firm_record(new) | d.one([
        {"company_name": f"{new.name} (formerly {f.name})"}, {"company_other_names": [f.legal]}])
    return organization({"company_domain": f.domain, "company_name": f.name}, about)


# Companies, wrongly answered.

def wrong_parent(d: Dice) -> Answered:
    f = d.firm()
    parent = d.other_firm(f)
    own = {"company_domain": f.domain, "company_name": f.name}
    if d.chance(0.5):
        own["parent_domain"] = parent.domain
    return organization(own, firm_record(parent))


def wrong_subsidiary(d: Dice) -> Answered:
    f = d.firm()
    child = d.other_firm(f)
    about = firm_record(child) | d.one([{"parent_domain": f.domain}, {"parent_name": f.legal}])
    return organization({"company_domain": f.domain, "company_name": f.name}, about)


def wrong_sister(d: Dice) -> Answered:
    f = d.firm()
    sister = replace(f, trade=d.one([trade for trade in TRADES if trade != f.trade]))
    about = some(d, firm_record(sister), "company_domain")
    return organization({"company_domain": f.domain, "company_name": f.name}, about)


def wrong_unit_of_brand(d: Dice) -> Answered:
    f = d.firm()
    own = {"company_name": f.stem} | ({"company_domain": f"{f.stem.lower()}.com"} if d.chance(0.7) else {})
    return organization(own, firm_record(f))


def wrong_company_namesake_abroad(d: Dice) -> Answered:
    f = d.firm()
    country = d.country(f.country)
    other = replace(f, country=country, form=d.one(FORMS[country]), ending="biz")
    own = {"company_name": f.name, "company_country": f.country}
    return organization(own, some(d, firm_record(other), "company_domain"))


def wrong_company_namesake(d: Dice) -> Answered:
    f = d.firm()
    about = firm_record(f) | {"company_domain": f"{d.other_firm(f).domain}"}
    return organization({"company_domain": f.domain, "company_name": f.name}, about)


def wrong_company(d: Dice) -> Answered:
    f = d.firm()
    about = some(d, firm_record(d.other_firm(f)), "company_domain", "company_country")
    own = {"company_domain": f.domain, "company_name": f.name}
    return organization(own, about, told=dict(about))


def wrong_company_by_name(d: Dice) -> Answered:
    f = d.firm()
    return organization({"company_name": f.name}, firm_record(d.other_firm(f)))


def wrong_company_by_name_abroad(d: Dice) -> Answered:
    f = d.firm()
    country = d.country(f.country)
    return organization({"company_name": f.name, "country": f.country},
                        firm_record(replace(f, country=country, form=d.one(FORMS[country]))))


def wrong_company_rejected_again(d: Dice) -> Answered:
    f = d.firm()
    other = replace(f, ending="biz", country=d.country(f.country))
    return organization({"company_name": f.name}, firm_record(other), rejected=(firm_record(other),))


KINDS: dict[str, Callable[[Dice], Answered]] = {
    name: made for name, made in sorted(globals().items()) if name.startswith(("right_", "wrong_"))}


def answers(seed: int, count: int) -> Iterator[Answered]:
    """So many answers, wrong ones and right ones alternately, of all kinds in turn."""
    dice = Dice(seed)
    sides = [[name for name in KINDS if name.startswith(side)] for side in ("wrong_", "right_")]
    for number in range(count):
        side = sides[number % 2]
        kind = side[number // 2 % len(side)]
        yield replace(KINDS[kind](dice), kind=kind, wrong=kind.startswith("wrong_"))
