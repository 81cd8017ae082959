"""Facts about mail providers that no package keeps; each has its source beside it."""

from __future__ import annotations

from typing import Final

from .text import word_set

# Domains of one provider that deliver to one mailbox: Google (support.google.com/mail/answer/10313)
# and Yandex (yandex.com/support/mail, "Aliases").
ALIAS_DOMAINS: Final = {
    "googlemail.com": "gmail.com",
    "ya.ru": "yandex.ru",
    "yandex.com": "yandex.ru",
    "yandex.by": "yandex.ru",
    "yandex.kz": "yandex.ru",
    "yandex.ua": "yandex.ru",
    "pm.me": "proton.me",
    "protonmail.com": "proton.me",
    "protonmail.ch": "proton.me",
}

# Providers that document tags after "+": Google, Microsoft, Apple, Proton, Fastmail, Yandex,
# mailbox.org, Posteo, Zoho.
PLUS_DOMAINS: Final = word_set(
    """gmail.com outlook.com outlook.de outlook.fr outlook.es outlook.it hotmail.com hotmail.co.uk
    hotmail.de hotmail.fr hotmail.es hotmail.it live.com live.co.uk live.de live.fr live.nl msn.com
    icloud.com me.com mac.com proton.me fastmail.com fastmail.fm yandex.ru mailbox.org posteo.de
    posteo.net zoho.com zohomail.com"""
)

# Providers that document that they ignore characters inside the name: Google the dot, Proton dot,
# hyphen and underscore (proton.me/support/creating-aliases); Yandex takes a dot for a hyphen.
DOTLESS_DOMAINS: Final[dict[str, dict[int, int | None] | dict[int, int]]] = {
    "gmail.com": str.maketrans("", "", "."),
    "proton.me": str.maketrans("", "", "._-"),
    "yandex.ru": str.maketrans(".", "-"),
}

EXTRA_FREE_DOMAINS: Final = word_set(
    """hey.com duck.com tuta.com tutamail.com tuta.io skiff.com posteo.de posteo.net mailbox.org
    pm.me proton.me protonmail.com outlook.de outlook.fr outlook.es outlook.it live.de live.fr
    hotmail.de gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de arcor.de vodafone.de
    o2online.de icloud.com privaterelay.appleid.com mozmail.com simplelogin.com"""
)

# RFC 2142 mailbox names, then the common ones of English, German, French, Spanish and Italian.
ROLE_NAMES: Final = word_set(
    """info marketing sales support abuse noc security postmaster hostmaster usenet news webmaster
    www uucp ftp list-request
    accounting accounts account accountspayable accountsreceivable ap ar admin administrator
    administration all alerts appointments billing board booking bookings bounce bounces care
    career careers ceo-office cfo-office community compliance contact contactus customercare
    customerservice customersupport customersuccess data dataprotection dev developers devnull
    devops director donotreply editor editorial education email enquiries enquiry events everyone
    feedback finance frontdesk general gdpr hello help helpdesk hi hiring hr humanresources
    inbound inbox inquiries inquiry investor investors invoice invoices invoicing it itsupport
    jobs learn legal licensing list mail mailer-daemon mailerdaemon maintenance management manager
    media membership moderator newsletter noreply notifications notify office
    onboarding operations ops order orders partner partners partnerships payments payroll
    people phishing pr press privacy procurement purchasing reception recruiting recruitment
    refunds registrar remove request requests research reservations returns root sales-team
    salesteam schedule secretary service services shop spam staff store studio subscribe
    subscriptions sysadmin team tech technical techsupport training unsubscribe users
    vendor vendors vendorinquiry welcome whois
    anfrage anfragen bestellung bewerbung bewerbungen buchhaltung buero büro datenschutz dienst
    einkauf empfang geschaeftsfuehrung geschäftsführung impressum karriere kontakt kundendienst
    kundenservice leitung personal presse rechnung rechnungen redaktion sekretariat
    termine verkauf vertrieb verwaltung zentrale
    accueil commercial comptabilite direction recrutement rh secretariat
    administracion atencion atencionalcliente compras contacto facturacion ventas
    acquisti amministrazione assistenza commerciale contatti fatturazione segreteria ufficio
    vendite"""
)
ROLE_PREFIXES: Final = word_set(
    """info sales support contact kontakt office admin billing service marketing hr jobs help
    noreply orders press vertrieb enquiries accounts"""
)

# The mailboxes of consumers that are mistyped most, likeliest first; none so short that an honest
# company's domain is likely to lie one character away.
TYPO_TARGETS: Final = (
    "gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "googlemail.com",
    "comcast.net", "verizon.net", "protonmail.com", "yahoo.co.uk", "hotmail.co.uk", "t-online.de",
    "freenet.de", "wanadoo.fr", "libero.it", "yandex.ru", "sbcglobal.net", "bellsouth.net",
    "fastmail.com", "rediffmail.com",
)  # fmt: skip

# Domains in honest use that are one character away from one above.
WELL_SPELLED: Final = word_set(
    "mail.com email.com ymail.com cloud.com libero.com yandex.com yandex.by yandex.ua"
)

# Local parts that say there is no address, at whatever domain.
NO_ADDRESS: Final = word_set(
    """noemail nomail noaddress noreply donotreply dontreply none null nil nobody noone unknown
    undefined notavailable notapplicable notprovided notgiven noemailaddress noemailprovided missing
    invalid keine keinemail keineemail keineadresse unbekannt sinemail sincorreo sinmail notiene nohay
    aucun aucune pasdemail nessuna nessuno geenemail geenmail onbekend semail semmail naotem naopossui
    brak brakemail ingen ingenmail"""
)
# What people invent to get past a form, where the domain is invented or nobody's, too.
DUMMIES: Final = word_set(
    """aa aaa ab abc abcd asd asdf asdfg xx xxx xyz na no nope info email mail me you name user username
    test tester testing teste testo prueba essai example sample demo dummy fake foo bar foobar qwerty
    qwertz abcde 1 12 123 1234 12345 admin none blah bla company firma domain yourdomain mydomain
    website site web noemail nomail unknown null anonymous anonym anon email1 test1"""
)
