"""Names that are not given name, family name: two family names, and the family name in front.

The lists are our own selection of the commonest: Spanish and Portuguese given and family names by the
national institutes of statistics (INE of Spain and of Portugal), family names of China, Korea and Vietnam
by their censuses, romanised. All are folded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from .text import fold, word_set

# Countries whose people have two family names, the father's first (in Portuguese the mother's).
TWO_FAMILY_NAMES: Final = word_set(
    "ES MX CO AR CL PE VE EC GT CU BO DO HN PY SV NI CR PA UY PR GQ PT BR AO MZ CV")
_FRONT: Final = {
    "CN": "zh", "TW": "zh", "HK": "zh", "MO": "zh", "SG": "zh", "KR": "ko", "KP": "ko", "VN": "vi",
}  # fmt: skip

_PARTICLES: Final = word_set("de del la las los da do das dos du e y i san santa van von der den")
# Second given names of Spanish and Portuguese speakers.
_SECOND_GIVEN: Final = word_set(
    """abel adela adrian agustin alba alberto alejandra alejandro alexandra alexandre alfonso alfredo
    alicia alonso amparo ana andre andrea andres angel angela angeles antonia antonio araceli armando
    arturo asuncion augusto aurora barbara beatriz belen benito bernardo blanca camila camilo carla
    carlos carlota carmen carmo carolina catalina cecilia celia cesar clara claudia concepcion consuelo
    cristian cristina cristobal cruz daniel daniela david diana diego dolores domingo eduarda eduardo
    elena elisa elvira emilia emilio enrique ernesto esperanza esteban esther eugenia eugenio eva
    fabian fatima felipe felix fermin fernanda fernando filipa francisca francisco gabriel gabriela
    gerardo german gloria gonzalo graca graciela gregorio guadalupe guillermo gustavo hector helena
    henrique hernan hugo ignacio ildefonso ines inmaculada irene isabel isidro ismael ivan jaime javier
    jesus joana joao joaquin joaquim jorge jose josefa josefina juan juana julia julian juliana julieta
    julio laura leonardo leonor leticia lidia lorena lorenzo lourdes lucas lucia luis luisa luiz luz
    magdalena manuel manuela marcela marcelo marcos margarita maria mariana mariano mario marta martin
    mateo matilde mauricio maximiliano mercedes micaela miguel milagros miriam monica monserrat
    montserrat natalia nicolas noelia nuria octavio olga oscar pablo paloma paola patricia patricio
    paula paulina paulo pedro pilar rafael rafaela ramiro ramon raquel raul rebeca ricardo roberto
    rocio rodrigo rogelio roman rosa rosalia rosario ruben ruth salvador samuel sandra santiago sara
    sebastian sergio silvia simon sofia sol soledad sonia susana teresa tomas valentina valeria vanessa
    vera veronica vicente victor victoria virginia ximena yolanda zulema aparecida conceicao cristiane
    das dores eduarda fernandes flavia flavio luciana luciano lurdes marcia nazare rita socorro vitor
    vitoria xavier"""
) - {"das", "fernandes"}
# Given names that "de" and another word make one: María del Carmen, Maria da Conceição.
_BEFORE_DE: Final = word_set("maria ma mª jose juan jesus ana rosa luz flor")
_AFTER_DE: Final = word_set(
    """carmen pilar mar rosario rocio sol angeles dolores mercedes consuelo jesus lourdes luz carmo ceu
    fatima socorro guadalupe pino prado valle camino remedios nieves cruz dios conceicao gloria graca
    lurdes rosa soledad milagros milagro carmelo amparo paz pena refugio transito dores monte
    montserrat nazare penha"""
)
_SPANISH_FAMILY: Final = word_set(
    """acosta aguilar aguirre alonso alvarado alvarez arias avila ayala benitez blanco bravo cabrera
    calvo campos cano carrasco carrillo castillo castro cordero cortes crespo cruz cuevas delgado dias
    diaz diez dominguez duran escobar espinosa espinoza esteban estrada fernandez ferrer figueroa
    flores fuentes gallardo gallego garcia garrido gil gimenez gomez gonzales gonzalez guerra guerrero
    gutierrez guzman hernandez herrera herrero hidalgo ibanez iglesias jimenez juarez lara leon lopez
    lorenzo lozano luna maldonado marin marquez martin martinez medina mejia mendez mendoza merino
    miranda molina montero montoya mora morales moreno munoz navarro nieto nunez ochoa ojeda ortega
    ortiz pacheco padilla parra pascual pastor pena peralta perez pineda prieto quintana quintero
    ramirez ramos redondo reyes reina rivas rivera robles rodriguez rojas roman romero rosales rubio
    ruiz saez salas salazar salinas sanchez santana santiago santos sanz serrano silva solis sosa soto
    suarez tapia toledo torres trujillo valdez valencia vargas vasquez vazquez vega velasco velazquez
    velez vera vicente vidal villanueva zamora zuniga"""
)

_CHINESE: Final = word_set(
    """ai an ao bai bao bi bian bo cai cao cen chang chao che chen cheng chi chong chu cui dai deng di
    ding dong dou du duan fan fang fei feng fu gan gao ge geng gong gou gu guan gui guo han hang hao he
    hong hou hu hua huang huo ji jia jian jiang jiao jin jing kang ke kong kuang lai lan lang lei leng
    li lian liang liao lin ling liu long lou lu luo lv ma mao mei meng mi miao min ming mo mu ni nie
    niu ouyang pan pang pei peng pi pu qi qian qiao qin qiu qu quan ran rao ren rong ruan shan shang
    shao shen sheng shi shu si situ song su sui sun tan tang tao teng tian tong tu wan wang wei wen
    weng wu xi xia xian xiang xiao xie xin xing xiong xu xue yan yang yao ye yi yin ying you yu yuan
    yue yun zang zeng zha zhai zhan zhang zhao zheng zhong zhou zhu zhuang zhuge zong zou zu zuo"""
)
_KOREAN: Final = word_set(
    """kim lee yi rhee park pak bak choi choe jung jeong chung kang gang cho jo yoon yun jang chang lim
    im rim han oh seo suh shin sin kwon hwang ahn an song ryu yoo yu hong jeon jun chun ko go koh moon
    mun yang bae baek paek heo hur nam noh no roh sim shim ha joo ju koo gu ku min yim won jin um eom
    chae cha bang byun gong gil"""
)
_VIETNAMESE: Final = word_set(
    "nguyen tran le pham huynh hoang phan vu vo dang bui do ho ngo duong ly dinh truong trinh luong mai dao"
    " lam to")
# Family names in the East, given or family names in the West: only with more to go by.
_ALSO_WESTERN: Final = word_set(
    "kim lee young long ray may ho jo ann an han le do to lam mai son jun jin ko bo ha go no min won dan"
    " song")
_FIRST_FAMILY: Final = _CHINESE | _KOREAN | _VIETNAMESE
_PINYIN = (
    r"(?:[bpm]?(?:a|ai|an|ang|ao|ei|en|eng|i|ian|iao|ie|in|ing|o|u)|f(?:a|an|ang|ei|en|eng|o|ou|u)|"
    r"[dtnl](?:a|ai|an|ang|ao|e|ei|en|eng|i|ia|ian|iang|iao|ie|in|ing|iu|ong|ou|u|uan|ue|ui|un|uo|v|ve)|"
    r"[gkh](?:a|ai|an|ang|ao|e|ei|en|eng|ong|ou|u|ua|uai|uan|uang|ui|un|uo)|"
    r"[jqx](?:i|ia|ian|iang|iao|ie|in|ing|iong|iu|u|uan|ue|un)|"
    r"(?:zh|ch|sh|r|z|c|s)(?:a|ai|an|ang|ao|e|ei|en|eng|i|ong|ou|u|ua|uai|uan|uang|ui|un|uo)|"
    r"y(?:a|an|ang|ao|e|i|in|ing|ong|ou|u|uan|ue|un)|w(?:a|ai|an|ang|ei|en|eng|o|u)|er)"
)
_KOREAN_SYLLABLE = (
    r"(?:[gkndrlmbpsjch]|ch|kk|sh|t|tt|y|w|h)?(?:ae|a|eo|eu|ee|e|oo|ou|oi|oe|o|ui|u|i|ya|yae|yeo|ye|yoo|"
    r"youn|you|yo|yu|"
    r"wa|wae|we|wi|wo|woo)(?:ng|n|k|l|m|p|t|b|g|r|h|ck)?"
)
_CHINESE_GIVEN = re.compile(rf"{_PINYIN}['-]?{_PINYIN}")
_CHINESE_SHORT = re.compile(_PINYIN)
_KOREAN_GIVEN = re.compile(rf"{_KOREAN_SYLLABLE}[- ]{_KOREAN_SYLLABLE}")
_KOREAN_JOINED = re.compile(rf"{_KOREAN_SYLLABLE}{_KOREAN_SYLLABLE}")
_VIETNAMESE_MARKS = re.compile("[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")
_MAX_WORDS: Final = 8


def family_names(words: Sequence[str], country: str | None) -> tuple[str, str, str] | None:
    """Return (given, middle, family) of a name with two family names, or None for any other.

    `country` tells (ISO alpha-2); without it, two common Spanish family names at the end do, and a given
    name that "de" joins with another (María del Carmen López).
    """
    if not 3 <= len(words) <= _MAX_WORDS:
        return None
    if country not in TWO_FAMILY_NAMES and fold(words[0]) not in _BEFORE_DE and (
        country is not None or fold(words[-1]) not in _SPANISH_FAMILY
    ):
        return None
    groups = _groups(words)
    folded = [fold(group) for group in groups]
    lasts = [group.rpartition(" ")[2] for group in folded]
    joined = folded[0] in _BEFORE_DE and " " in folded[1] and lasts[1] in _AFTER_DE
    if joined and 3 <= len(groups) <= 4:
        return groups[0], groups[1], " ".join(groups[2:])
    if len(groups) < 3:
        return None
    told = country in TWO_FAMILY_NAMES or (country is None and _SPANISH_FAMILY.issuperset(lasts[-2:]))
    if not told:
        return None
    if len(groups) == 3 and lasts[1] in _SECOND_GIVEN and " " not in folded[1]:
        return None
    return groups[0], " ".join(groups[1:-2]), " ".join(groups[-2:])


def _groups(words: Sequence[str]) -> list[str]:
    """Join particles with the word that they belong to: "Arriaga", "de la Peña"."""
    groups: list[str] = []
    pending: list[str] = []
    for i, word in enumerate(words):
        pending.append(word)
        if fold(word) not in _PARTICLES or i in (0, len(words) - 1):
            groups.append(" ".join(pending))
            pending = []
    return groups


def family_in_front(words: Sequence[str], country: str | None) -> tuple[str, str, str] | None:
    """Return (given, middle, family) of a Chinese, Korean or Vietnamese name in its own order, or None.

    The first word is one of their few family names, the last is none, and what follows reads as a given
    name of that language. A family name that is also a Western given name (Kim, Lee) needs the country or
    a given name in two parts.
    """
    if not 2 <= len(words) <= 4 or fold(words[0]) not in _FIRST_FAMILY:
        return None
    first, *rest = (fold(word) for word in words)
    language = _FRONT.get(country or "")
    sure = first not in _ALSO_WESTERN or language is not None
    given = " ".join(rest)
    vietnamese = language == "vi" or _VIETNAMESE_MARKS.search(" ".join(words)) is not None
    if first in _VIETNAMESE and (vietnamese or (sure and len(words) > 2)) and rest[-1] not in _VIETNAMESE:
        middle = words[1] if len(words) > 2 and rest[0] in ("thi", "van") else ""
        return " ".join(words[2 if middle else 1 :]), middle, words[0]
    if first in _KOREAN and language in ("ko", None) and rest[-1] not in _KOREAN:
        split = _KOREAN_GIVEN.fullmatch(given)
        if split or (language == "ko" and len(rest) == 1 and _KOREAN_JOINED.fullmatch(given)):
            return " ".join(words[1:]), "", words[0]
    if first in _CHINESE and len(rest) == 1 and language in ("zh", None) and given not in _CHINESE:
        one = language == "zh" and _CHINESE_SHORT.fullmatch(given)
        if one or (_CHINESE_GIVEN.fullmatch(given) and (sure or "-" in given)):
            return words[1], "", words[0]
    return None
