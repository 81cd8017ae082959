"""Everyday names of countries and the states of the US, Canada and Australia (ISO 3166-2)."""

from __future__ import annotations

from typing import Final

# What people write and CLDR does not list.
COUNTRY_ALIASES: Final[dict[str, str]] = {
    "uk": "GB", "u.k.": "GB", "great britain": "GB", "britain": "GB", "england": "GB",
    "scotland": "GB", "wales": "GB", "northern ireland": "GB", "gb": "GB", "gbr": "GB",
    "united kingdom of great britain and northern ireland": "GB", "grossbritannien": "GB",
    "großbritannien": "GB", "schottland": "GB",
    "usa": "US", "us": "US", "u.s.": "US", "u.s.a.": "US", "america": "US", "amerika": "US",
    "united states of america": "US", "the states": "US", "estados unidos de america": "US",
    "ee uu": "US", "eeuu": "US", "etats unis d amerique": "US", "vereinigte staaten von amerika": "US",
    "сша": "US", "アメリカ": "US", "أمريكا": "US",
    "holland": "NL", "the netherlands": "NL", "deutschland": "DE", "brd": "DE", "germany": "DE",
    "federal republic of germany": "DE", "bundesrepublik deutschland": "DE", "schweiz": "CH",
    "suisse": "CH", "svizzera": "CH", "swiss": "CH", "oesterreich": "AT", "czech republic": "CZ",
    "czechia": "CZ", "slovak republic": "SK", "russia": "RU", "russian federation": "RU",
    "south korea": "KR", "korea": "KR", "republic of korea": "KR", "korea republic of": "KR",
    "korea (republic of)": "KR", "north korea": "KP", "dprk": "KP", "prc": "CN", "p r china": "CN",
    "mainland china": "CN", "people's republic of china": "CN", "taiwan roc": "TW",
    "republic of china": "TW", "chinese taipei": "TW", "hong kong": "HK", "hong kong sar": "HK",
    "hongkong": "HK", "macau": "MO", "macao": "MO", "viet nam": "VN", "vietnam": "VN",
    "burma": "MM", "ivory coast": "CI", "cote d ivoire": "CI", "cape verde": "CV",
    "swaziland": "SZ", "macedonia": "MK", "north macedonia": "MK", "fyrom": "MK",
    "former yugoslav republic of macedonia": "MK", "جمهورية مصر العربية": "EG", "turkey": "TR",
    "turkiye": "TR", "uae": "AE", "u.a.e.": "AE", "emirates": "AE", "ksa": "SA", "rsa": "ZA",
    "republic of south africa": "ZA", "republic of ireland": "IE", "eire": "IE", "ireland": "IE",
    "drc": "CD", "dr congo": "CD", "democratic republic of the congo": "CD",
    "democratic republic of congo": "CD", "congo kinshasa": "CD", "congo brazzaville": "CG",
    "republic of the congo": "CG", "congo": "CG", "persia": "IR", "islamic republic of iran": "IR",
    "iran (islamic republic of)": "IR", "syrian arab republic": "SY", "lao pdr": "LA",
    "moldova republic of": "MD", "republic of moldova": "MD", "tanzania united republic of": "TZ",
    "united republic of tanzania": "TZ", "bolivia (plurinational state of)": "BO",
    "venezuela (bolivarian republic of)": "VE", "brasil": "BR", "palestine": "PS",
    "state of palestine": "PS", "kosovo": "XK", "vatican": "VA", "holy see": "VA",
    "bosnia": "BA", "east timor": "TL", "micronesia": "FM", "st lucia": "LC",
    "st kitts and nevis": "KN", "st vincent and the grenadines": "VC", "trinidad": "TT",
    "el": "GR", "hellas": "GR", "hellenic republic": "GR", "kazakstan": "KZ", "krgyzstan": "KG",
    "kyrgyz republic": "KG", "brunei darussalam": "BN", "timor leste": "TL", "méxico": "MX",
    "mexiko": "MX", "中华人民共和国": "CN", "中華人民共和國": "CN", "대한민국": "KR", "한국": "KR",
    "elfenbeinkuste": "CI", "czech rep": "CZ", "china pr": "CN", "bharat": "IN", "nippon": "JP",
    "ประเทศไทย": "TH", "السعودية": "SA", "الامارات": "AE", "الإمارات": "AE", "日本国": "JP",
    "臺灣": "TW", "台湾": "TW",
}  # fmt: skip

SUBDIVISIONS: Final[dict[str, dict[str, str]]] = {
    "US": {
        "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
        "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia",
        "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois",
        "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
        "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan",
        "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana",
        "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey",
        "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota",
        "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania",
        "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee",
        "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington",
        "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming", "AS": "American Samoa",
        "GU": "Guam", "MP": "Northern Mariana Islands", "PR": "Puerto Rico",
        "UM": "United States Minor Outlying Islands", "VI": "Virgin Islands",
    },
    "CA": {
        "AB": "Alberta", "BC": "British Columbia", "MB": "Manitoba", "NB": "New Brunswick",
        "NL": "Newfoundland and Labrador", "NS": "Nova Scotia", "NT": "Northwest Territories",
        "NU": "Nunavut", "ON": "Ontario", "PE": "Prince Edward Island", "QC": "Quebec",
        "SK": "Saskatchewan", "YT": "Yukon",
    },
    "AU": {
        "ACT": "Australian Capital Territory", "NSW": "New South Wales",
        "NT": "Northern Territory", "QLD": "Queensland", "SA": "South Australia",
        "TAS": "Tasmania", "VIC": "Victoria", "WA": "Western Australia",
    },
}  # fmt: skip

# Associated Press and older postal abbreviations, nicknames and French names.
SUBDIVISION_ALIASES: Final[dict[str, dict[str, str]]] = {
    "US": {
        "ala": "AL", "ariz": "AZ", "ark": "AR", "calif": "CA", "cal": "CA", "cali": "CA",
        "colo": "CO", "conn": "CT", "del": "DE", "d c": "DC", "washington dc": "DC",
        "washington d c": "DC", "fla": "FL", "ill": "IL", "ind": "IN", "kan": "KS", "kans": "KS",
        "ky": "KY", "mass": "MA", "mich": "MI", "minn": "MN", "miss": "MS", "mont": "MT",
        "neb": "NE", "nebr": "NE", "nev": "NV", "n h": "NH", "n j": "NJ", "n m": "NM",
        "n mex": "NM", "n y": "NY", "new york state": "NY", "n c": "NC", "n d": "ND",
        "n dak": "ND", "okla": "OK", "ore": "OR", "oreg": "OR", "penn": "PA", "penna": "PA",
        "r i": "RI", "s c": "SC", "s d": "SD", "s dak": "SD", "tenn": "TN", "tex": "TX",
        "vt": "VT", "wash": "WA", "washington state": "WA", "w va": "WV", "wis": "WI",
        "wisc": "WI", "wyo": "WY", "us virgin islands": "VI",
    },
    "CA": {
        "alta": "AB", "b c": "BC", "colombie britannique": "BC", "man": "MB",
        "nouveau brunswick": "NB", "newfoundland": "NL", "labrador": "NL", "nfld": "NL",
        "terre neuve et labrador": "NL", "nouvelle ecosse": "NS", "ont": "ON", "pei": "PE",
        "p e i": "PE", "ile du prince edouard": "PE", "que": "QC", "p q": "QC", "pq": "QC",
        "province of quebec": "QC", "sask": "SK", "yukon territory": "YT",
        "territoires du nord ouest": "NT",
    },
    "AU": {
        "n s w": "NSW", "a c t": "ACT", "canberra": "ACT", "qld": "QLD", "queensld": "QLD",
        "tassie": "TAS", "vict": "VIC", "w a": "WA", "s a": "SA", "n t": "NT",
    },
}  # fmt: skip
