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

# Mail services with a domain in every country.
FREE_BRANDS: Final = word_set(
    "yahoo ymail rocketmail hotmail outlook live msn aol gmx yandex wanadoo lycos tiscali gmail googlemail"
)

# RFC 2142 mailbox names, then the common ones of English, German, French, Spanish, Portuguese, Italian,
# Dutch, Polish, the Nordic languages, Czech, Turkish and others. None is somebody's name.
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
    vendite
    accountsdept allstaff backoffice bids bookkeeping claims company complaints concierge corporate
    creditcontrol customer customerexperience customers cx demo dispatch ecommerce estimates estimating
    export frontoffice group headoffice helpline hospitality housekeeping hq hse insurance it itdept
    ithelp leads logistics mailbox merchandising monitoring network parts production projects property
    quality quote quotes quotation quotations recruit recruiter rfp rfq safety salesdesk school
    servicedesk shipping sponsorship success supplier suppliers supply talent tender tenders trade
    trading transport travel warehouse wholesale workshop
    ausbildung auskunft bestellungen bewerben bibliothek gemeinde hallo hausverwaltung hotline
    information kasse kommunikation lager leads mahnung marketingteam poststelle praxis rathaus
    rechtsabteilung reklamation reservierung rezeption schule seminar serviceteam shopservice steuern
    technik ticket tickets veranstaltung veranstaltungen versand werkstatt
    kanzlei notariat familie family firma atelier
    achats administratif adherents agence boutique bonjour bureau candidature candidatures clients
    commande commandes comptabilité contacter courrier devis emploi facturation facture factures
    formation informations magasin mairie presse reclamation relationclient reservation sav
    serviceclient serviceclients serviceclientele standard ventes
    administración administrador almacen asistencia atencionclientes ayuda buzon calidad citas cliente
    clientes cobros comercial comunicacion consultas contabilidad contactanos direccion empleo envios
    facturas finanzas formacion gerencia hola informacion informes logistica mantenimiento
    mercadeo oficina pagos pedido pedidos postventa prensa presupuesto presupuestos produccion
    proveedores recepcion reclamos recursoshumanos reserva reservas rrhh seguridad seleccion
    soporte sugerencias tesoreria tienda trabajo
    administracao administrativo agendamento atendimento cadastro cobranca comercial contabilidade
    contas contato curriculo diretoria encomendas engenharia estoque eventos expedicao faturamento
    faleconosco financeiro geral gerencia imprensa informacoes juridico licitacao licitacoes loja
    ouvidoria recepcao rh sac suporte sucesso tesouraria vagas vendas
    clienti contabilita direzione fornitori fatture informazioni lavoraconnoi logistica magazzino
    negozio ordine ordini pec posta postacertificata prenotazione prenotazioni preventivi preventivo
    produzione protocollo qualita reception reclami risorseumane servizi servizioclienti spedizioni
    stampa tecnico ufficiostampa ufficiotecnico
    administratie afspraak bestelling bestellingen boekhouding debiteuren facturen factuur inkoop
    kantoor klachten klantenservice logistiek magazijn onderhoud orderverwerking personeelszaken
    planning receptie reserveren reserveringen sollicitatie sollicitaties secretariaat verhuur verkoop
    vragen winkel
    administracja biuro bok dok dostawy faktury handlowy kadry kancelaria kontrola ksiegowosc
    logistyka magazyn obsluga obslugaklienta oferta oferty platnosci poczta pomoc praca produkcja
    recepcja reklamacje rekrutacja rezerwacja rezerwacje sekretariat serwis sklep sprzedaz szkola
    transport zakupy zamowienia zamowienie zapytania zarzad
    bokning bokningar butik ekonomi faktura fakturor forsaljning förmedling inkop kansli kontor
    kundservice kundtjanst lon order registrator salj verkstad växel
    bestilling bogholderi booking direktion fakturaer indkob indkøb kundeservice kundesenter kundeserviceteam
    lager ledelse löner marked okonomi ordre post postmottak regnskab regnskap resepsjon salg sekretariatet
    skole support verksted økonomi bestillinger butikk
    ajanvaraus asiakaspalvelu hallinto henkilosto kirjaamo kirjanpito laskut laskutus markkinointi
    myynti neuvonta osto palaute palvelu rekry rekrytointi tilaukset tilaus toimisto tuki varaukset
    dotazy fakturace fakturacie info-cz kancelar kariera nakup objednavka objednavky obchod podatelna
    podpora pokladna posta prodej predaj prijem recepce recepcia reklamace rezervace sekretariat servis
    sklad uctarna ucetni vyroba zakaznik zakaznickyservis
    bilgi destek fatura ihracat ik iletisim insankaynaklari kariyer merkez muhasebe musteri
    musterihizmetleri pazarlama rezervasyon satinalma satis siparis uretim yonetim
    ertekesites ertékesítés gazdasag iroda kapcsolat megrendeles munkaugy rendeles szamlazas szerviz
    titkarsag ugyfelszolgalat vevoszolgalat
    achizitii birou comenzi conducere contabilitate facturare facturi oferte rezervari relatiiclienti
    resurseumane vanzari
    nabava podrska prodaja racunovodstvo tajnistvo ured uprava uprave narudzbe
    buh buhgalter dogovor kadry logist otdel priemnaya prodazhi reklama sbyt sekretar snab zakaz zakupki
    продажи офис инфо заказ бухгалтерия
    eigyo jinji koho kouhou otoiawase saiyo soumu toiawase keiri
    cs layanan pemasaran penjualan"""
)
# What may stand beside a function's name: "all-staff", "sales-emea", "info.berlin2".
ROLE_MODIFIERS: Final = word_set(
    """all the our team dept department desk center centre group global international intl online web main
    new central head regional local north south east west emea apac dach latam amer na eu uk us usa de at ch
    fr es it nl be pl se dk no fi cz ie au nz ca in cn jp br mx za ae europe germany deutschland austria
    schweiz france italia espana poland auto automated bot system do not reply noreply"""
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

# Endings that people mean when they type one that is none, likeliest first.
ENDINGS_MEANT: Final = (
    "com", "net", "org", "info", "biz", "edu", "gov", "online", "shop", "store", "tech", "cloud", "email",
    "de", "uk", "fr", "it", "es", "nl", "ch", "at", "be", "pl", "se", "no", "dk", "fi", "cz", "eu", "pt",
    "ru", "br", "mx", "ca", "au", "in", "jp", "cn", "us", "ie", "io", "co",
)  # fmt: skip

# Local parts, without punctuation, of mailboxes that nobody reads.
NO_REPLY: Final = word_set("noreply donotreply dontreply")
# Local parts that only say that somebody has or gives no address, whatever stands behind them; folded,
# without punctuation.
NO_ADDRESS: Final = word_set(
    """noemail nomail noemailaddress noemails noaddress noemailprovided noemailgiven noemailonfile
    noemailatall none nonegiven noneprovided null undefined unknown unknownemail unavailable notavailable
    notprovided
    notapplicable notgiven notknown notset nothing noone nobody nope noway invalid invalidemail missing
    missingemail donthave donthaveone donthaveemail donothave doesnothave doesnothaveemail hasnoemail
    withoutemail refused declined donotemail dontemail noneofyourbusiness anonymous anonym anonyme anonimo
    dummy dummyemail fake fakeemail placeholder bogus tbd
    keine keinemail keineemail keinemailadresse keineemailadresse keinemailvorhanden keineangabe ohne ohnemail
    ohneemail unbekannt nichtvorhanden hatkeine habkeine
    pasdemail pasdemel pasdadresse pasdadressemail sansmail sansemail aucun aucune inconnu nonrenseigne
    sinemail sincorreo sinmail sincorreoelectronico nocorreo notiene notienecorreo notieneemail notieneemail
    ninguno ninguna notengo notengocorreo desconocido noaplica sindatos
    sememail semmail naotem naotememail naotenho nenhum nenhuma naoinformado desconhecido
    nessuna nessuno nonha nonhaemail senzamail senzaemail sconosciuto nondisponibile nessunamail
    geen geenmail geenemail zondermail onbekend brak brakmaila brakemaila brakemail niemam nieposiada niema
    ingen ingenmail ingenemail saknas ukendt ukjent okand eisahkopostia eiole
    nemam nemamemail neuvedeno bezemailu zadny yok mailyok epostayok emailyok nincs nincsemail"""
)
# Domains' names that are no employer's but stand for any ("name@domain.com").
ANY_DOMAIN: Final = word_set(
    """mail email domain yourdomain mydomain company yourcompany mycompany website yourwebsite site
    test tester testing sample demo nowhere somewhere noemail nomail none null unknown invalid fake dummy"""
)
