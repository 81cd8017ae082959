"""Truth values as people and tools write them: ticks, yes and no in many languages, states of subscriptions.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from .text import words

_LONGEST: Final = 200  # characters; a longer text is no truth value
_SENTENCE: Final = 4  # words at least

# English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Swedish, Danish, Norwegian, Finnish,
# Czech, Slovak, Turkish, Hungarian, Romanian, South Slavic, Baltic, Greek, Russian, Ukrainian, Japanese,
# Chinese, Korean, Indonesian, Vietnamese, Thai, Arabic, Hebrew, Hindi: what people write beside a question,
# and the truth values of spreadsheets in these languages (TRUE, WAHR, VRAI, VERDADERO …).
_YES: Final = (
    "yes", "y", "yep", "yeah", "true", "t", "on", "x", "ok", "okay", "sure", "agree", "agreed", "i agree",
    "accept", "accepted", "granted", "given", "allow", "allowed", "enabled", "checked", "ticked", "selected",
    "consent", "consented", "consent given", "approved", "positive", "angekreuzt", "angehakt",
    "coché", "cochée", "marcado", "seleccionado", "selecionado",
    "selezionato", "aangevinkt", "zaznaczone", "afkrydset", "avkrysset", "zaškrtnuto", "işaretli",
    "confirmed", "subscribe", "explicit", "ja", "j", "jawohl", "wahr", "an", "ein", "zustimmung erteilt",
    "einwilligung erteilt", "zugestimmt", "einverstanden", "eingewilligt", "erteilt", "angemeldet",
    "abonniert", "oui", "vrai", "accepté", "d'accord", "inscrit", "abonné", "sí", "s", "verdadero", "acepto",
    "aceptado", "suscrito", "inscrito", "sim", "verdadeiro", "aceito", "aceite", "sì", "vero", "accetto",
    "accettato", "iscritto", "waar", "akkoord", "aangemeld", "ingeschreven", "tak", "prawda", "zgoda",
    "zgadzam się", "zapisany", "sant", "sand", "godkänt", "godkjent", "godkendt", "tilmeldt", "påmeldt",
    "prenumererar", "kyllä", "joo", "tosi", "hyväksyn", "tilattu", "ano", "pravda", "souhlasím", "áno",
    "súhlasím", "evet", "doğru", "kabul", "onaylıyorum", "igen", "igaz", "da", "adevărat", "tačno", "jā",
    "taip", "jah", "ναι", "да", "истина", "согласен", "согласна", "подписан", "так", "はい", "同意",
    "同意する", "同意します", "有", "可", "希望する", "登録", "是", "对", "真", "예", "네", "동의", "ya",
    "có", "ใช่", "نعم", "כן", "हाँ",
)
_NO: Final = (
    "no", "n", "nope", "false", "f", "off", "nicht angekreuzt", "non coché", "no marcado", "não marcado",
    "niet aangevinkt", "niezaznaczone",
    "nicht zugestimmt", "nicht erteilt", "nicht einverstanden", "kein einverständnis", "keine einwilligung",
    "keine zustimmung", "pas d'accord", "no acepto", "no aceptado", "não aceito", "non accetto",
    "niet akkoord", "nie zgadzam się", "не согласен", "не согласна",
    "never", "disagree", "disabled", "unchecked", "negative",
    "no consent", "not given", "not subscribed", "non subscribed", "nonsubscribed", "no thanks",
    "no thank you", "not allowed", "nein", "falsch", "aus", "nein danke", "non", "faux", "non merci",
    "falso", "no gracias", "não", "nao", "não obrigado", "no grazie", "nee", "onwaar", "nee bedankt", "nie",
    "fałsz", "brak zgody", "nej", "falskt", "falsk", "nei", "usann", "ei", "epätosi", "ne", "nepravda",
    "hayır", "yanlış", "nem", "hamis", "nu", "fals", "netačno", "nē", "όχι", "нет", "ложь", "ні", "いいえ",
    "不同意", "同意しない", "同意しません", "無", "不可", "希望しない", "否", "不", "假", "아니요", "아니오",
    "tidak", "không", "ไม่", "لا", "לא", "नहीं",
)
# States that say which way, whatever the column asks. (Bounced and cleaned say nothing of a person's will.)
_OUT: Final = (
    "opt out", "optout", "opted out", "optedout", "unsubscribed", "unsubscribe", "unsub", "withdrawn",
    "revoked", "denied", "declined", "refused", "rejected", "objected", "objection", "blocked by recipient",
    "complained", "complaint", "spam complaint", "do not contact", "do not call", "do not email",
    "do not mail", "do not disturb", "dnc", "dnd", "abgemeldet", "abbestellt", "widerrufen", "widersprochen",
    "widerspruch", "abgelehnt", "désabonné", "désinscrit", "refusé", "opposé", "dado de baja", "baja",
    "rechazado", "descadastrado", "cancelado", "recusado", "disiscritto", "rifiutato", "revocato",
    "uitgeschreven", "afgemeld", "geweigerd", "wypisany", "wycofana", "odmowa", "avregistrerad", "avanmäld",
    "afmeldt", "avmeldt", "peruttu", "kieltänyt", "odhlášen", "odvoláno", "odmietnuté", "abonelikten çıktı",
    "reddedildi", "leiratkozott", "dezabonat", "odjavljen", "отписан", "отказ", "拒绝", "拒絕",
    "配信停止", "拒否", "退订",
    "거부",
)
_IN: Final = ("opt in", "optin", "opted in", "optedin", "double opt in", "subscribed", "subscriber")
_SIGNS: Final = dict.fromkeys("✓✔☑☒✅🗸👍○◯〇●", "yes") | dict.fromkeys("✗✘✕✖☐❌❎×⨯👎", "no")
# What a sentence begins with: "Yes, send me news", "I agree to receive e-mails", "Do not call".
_BEGINS_YES: Final = (
    "you may", "yes",
    "ja", "oui", "sí", "sim", "tak", "ano", "evet", "kyllä", "i agree", "i accept", "i consent",
    "i would like", "i want", "ich stimme", "ich willige", "ich möchte", "j'accepte", "je souhaite",
    "acepto", "aceito", "accetto", "acconsento", "ik ga akkoord", "zgadzam się", "wyrażam zgodę",
    "souhlasím", "jag godkänner", "jeg accepterer", "jeg godtar", "hyväksyn", "kabul ediyorum",
)
_BEGINS_OUT: Final = (
    "you may not", "i do not",
    "i don't", "do not", "don't", "please do not", "please don't", "ich möchte keine",
    "ich möchte nicht", "keine werbung", "bitte keine", "no deseo", "je ne souhaite pas", "não desejo",
    "non desidero", "ik wil geen", "nie wyrażam zgody", "nesouhlasím",
)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d|\d{4}/\d\d?/\d\d?|\d\d?[./-]\d\d?[./-]\d{4}")
_PART: Final = re.compile(r"[,.;:!?()/|–—]|\s-\s")


def _key(text: str) -> str:
    return " ".join(words(text))


_WORDS: Final = {_key(word): "no" for word in _NO} | {_key(word): "yes" for word in _YES} | {
    _key(word): "out" for word in _OUT} | dict.fromkeys(_IN, "in")
_BEGINNINGS: Final = tuple(
    (_key(words_) + " ", said) for said, begins in (("out", _BEGINS_OUT), ("yes", _BEGINS_YES))
    for words_ in begins)


def truth(value: object) -> bool | None:
    """Whether somebody said yes: `true`, 1, "on", "x", "✓", "oui", "opt-in"; None where it says neither.

    A date is a yes: it says when. "opted out" and "unsubscribed" are a no, "bounced" and "cleaned" neither.
    Of a list the first that says something counts; check boxes send the sentences that were ticked, whose
    words need not be understood: there a sentence is a yes.
    """
    return {"yes": True, "in": True, "no": False, "out": False}.get(_said(value))


def opted_out(value: object) -> bool | None:
    """The same of a column that asks for a refusal: there "unsubscribed" is a yes, and "subscribed" a no."""
    return {"yes": True, "out": True, "no": False, "in": False}.get(_said(value))


def moment(value: object) -> datetime | None:
    """The time that a value tells, UTC where it names no zone; None when it tells none for sure."""
    if not isinstance(value, str) or not _DATE.match(value.strip()):
        return None
    text = value.strip()
    try:
        at = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return "yes" if value == 1 else "no" if value == 0 else ""
    if isinstance(value, list):
        said = next((said for item in value if (said := _said(item))), "")
        return said or ("yes" if any(_is_sentence(item) for item in value) else "")
    return _read(value) if isinstance(value, str) and len(value) <= _LONGEST else ""


def _is_sentence(item: object) -> bool:
    return isinstance(item, str) and len(item.split()) >= _SENTENCE


@lru_cache(1024)
def _read(text: str) -> str:
    """yes | no | in | out, or nothing."""
    text = text.strip().replace("\ufe0f", "")
    if sign := _SIGNS.get(text.strip("[]() \ufe0e\ufe0f")):
        return sign
    if _DATE.match(text):
        return "yes"
    try:
        return {1.0: "yes", 0.0: "no"}.get(float(text), "")
    except ValueError:
        pass
    key = _key(text)
    if said := _WORDS.get(key):
        return said
    begun = next((said for begin, said in _BEGINNINGS if key.startswith(begin)), "")
    first = _key(_PART.split(text, maxsplit=1)[0])
    return begun or (_WORDS.get(first, "") if len(first) > 1 else "")  # n/a is no no
