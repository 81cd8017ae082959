"""Each field's rules, by example, and third-party data."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar import records as r
from sidecar.records.email import _general_address, _plain_address
from sidecar.records.name_parser import special_words
from sidecar.records.person import _general, _plain_western
from sidecar.records.phone_ranges import country_and_kind, plain_number
from sidecar.records.web import _general_host, host_of
from tests.cases import check_each


@pytest.mark.parametrize("text", [
    "plainaddress", "@example.com", "a@b@example.com", ".a@example.com", "a.@example.com",
    "a..b@example.com", "a@-example.com", "a@example..com", "a b@example.com", "a@111.222.333.44444",
    f"{'x' * 65}@example.com", 'a"b@example.com',
    "a@example", "jane,doe@example.com", "Jane Doe", '"a"b@example.com', "a@[300.1.1.1]",
    '"a\\©"@example.com', f'"{"x y" * 21}"@example.com', f"{'é' * 33}@example.com",
])  # fmt: skip
def test_invalid_addresses(text: str) -> None:
    assert not r.validate({"email": text}, strict=True)["valid"]


@pytest.mark.parametrize("text", [
    "a@example.com", "first.last@sub.example.co.uk", '"john..doe"@example.org', "1@example.museum",
    "user%x@example.com", "a@[192.0.2.1]", "jörg@müller.example", "!#$%&`*+/=?^`{|}~@example.org",
])  # fmt: skip
def test_valid_addresses(text: str) -> None:
    assert r.validate({"email": text})["valid"]


def test_mailboxes() -> None:
    assert r.canonical_email("J.Doe+tag@GoogleMail.com") == "jdoe@gmail.com"
    assert r.canonical_email("J.Doe+tag@example.com") == "j.doe+tag@example.com"
    kinds = {"jane@gmail.com": "free", "info@example.com": "role", "jane@example.com": "corporate",
             "x@mailinator.com": "disposable"}  # fmt: skip
    for text, kind in kinds.items():
        assert r.normalize({"email": text})["lead"]["email_type"] == kind
    warning = r.validate({"email": "jane@gmial.com"})["warnings"][0]
    assert (warning["code"], warning["did_you_mean"]) == ("email_typo", "jane@gmail.com")


ADDRESS = st.from_regex(
    r"\A(?:[a-zA-Z0-9_.+'&-]{1,9}|postmaster|Info|x{60,66})@"
    r"(?:[a-zA-Z0-9.-]{1,12}|(?:[a-z0-9-]{1,4}\.){0,3}(?:com|test|local|xn--p1ai|c-3|1a|x{60,66}))\Z"
)


@given(ADDRESS | st.emails())
def test_plain_addresses_are_read_as_the_library_reads_them(text: str) -> None:
    plain = _plain_address(text)
    assert plain is None or plain == _general_address(text, allow_domain_literals=True)


KINDS = {0: "fixed_line", 1: "mobile", 2: "fixed_line_or_mobile", 3: "toll_free", 4: "premium_rate",
         5: "shared_cost", 6: "voip", 7: "personal", 8: "pager", 9: "uan", 10: "voicemail"}  # fmt: skip


REGIONS = [(region,) for region in sorted(phonenumbers.SUPPORTED_REGIONS)]


def test_country_and_kind_are_the_library_s() -> None:
    check_each(_country_and_kind, REGIONS)


def _country_and_kind(region: str) -> None:
    examples = (phonenumbers.example_number_for_type(region, kind) for kind in KINDS)
    for number in (*filter(None, examples), phonenumbers.invalid_example_number(region)):
        national = phonenumbers.national_significant_number(number)
        expected = phonenumbers.region_code_for_number(number), phonenumbers.number_type(number)
        assert country_and_kind(number.country_code, national) == (
            expected[0],
            KINDS.get(expected[1], "unknown"),
        )
        for form in range(3):
            written = phonenumbers.format_number(number, form)
            assert plain_number(written, region) in (None, _by_the_library(written, region))


@given(st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)), st.integers(1, 10**11),
       st.booleans())  # fmt: skip
def test_every_number_s_country_and_kind_are_the_library_s(code: int, national: int, near: bool) -> None:
    region = phonenumbers.region_code_for_country_code(code)
    example = near and phonenumbers.example_number(region)
    if example:  # a number that is likely in use: all but its last digits are an example's
        national = example.national_number // 10_000 * 10_000 + national % 10_000
    number = phonenumbers.PhoneNumber(country_code=code, national_number=national)
    expected = phonenumbers.region_code_for_number(number), phonenumbers.number_type(number)
    country, kind = country_and_kind(code, str(national))
    assert kind == KINDS.get(expected[1], "unknown")
    assert country == expected[0] or kind == "unknown"


def _by_the_library(written: str, region: str) -> tuple[int, str] | None:
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    return number.country_code, phonenumbers.national_significant_number(number)


@given(st.from_regex(r"\A(?:\+|00?|1|8)?[0-9][0-9 ().-]{4,14}\Z"),
       st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))  # fmt: skip
def test_plain_numbers_are_read_as_the_library_reads_them(written: str, region: str) -> None:
    plain = plain_number(written, region)
    assert plain is None or plain == _by_the_library(written, region)


def test_example_numbers_of_every_region() -> None:
    check_each(_example_number, REGIONS)


def _example_number(region: str) -> None:
    number = phonenumbers.example_number(region)
    phone = r.parse_phone(phonenumbers.format_number(number, 2), region)
    assert isinstance(phone, r.Phone)
    assert phone.valid
    assert phone.e164 == phonenumbers.format_number(number, 0)


PLAIN_WORDS = "Jane Mary Smith MILLER lopez Jean-Luc O'Brien A. b. E V Vi Müller van de la Dr.".split()  # noqa: SIM905
WORDS = st.sampled_from([*PLAIN_WORDS, *sorted(special_words()[0])])


@given(st.lists(WORDS | st.text("abcdeivxIVXAEMD", min_size=1, max_size=5), min_size=1, max_size=6),
       st.sampled_from([" ", ", "]))  # fmt: skip
def test_the_fast_path_answers_as_the_general_parser(parts: list[str], first: str) -> None:
    text = first.join([parts[0], " ".join(parts[1:])]) if parts[1:] else parts[0]
    quick = _plain_western(text)
    assert quick is None or quick == _general(text)


@pytest.mark.parametrize(("text", "given_name", "family"), [
    ("Ludwig van Beethoven", "Ludwig", "van Beethoven"), ("SMITH, JOHN", "JOHN", "SMITH"),
    ("Dr. Juan Q. de la Vega III", "Juan", "de la Vega"), ("Madonna", "Madonna", ""),
    ("SMITH JOHN W", "JOHN", "SMITH"), ("John & Mary Smith", "John", "Smith"), ("李小龍", "小龍", "李"),
    ("Jane Doe, Attorney at Law", "Jane", "Doe"), ("Jane Doe | Acme", "Jane", "Doe"),
    ("Wm. Sam McCann", "Wm", "McCann"), ("Magda El Zarki", "Magda", "El Zarki"), ("El Greco", "El", "Greco"),
    ("Jane Doe she/her", "Jane", "Doe"), ("Jane Doe, Acme GmbH", "Jane", "Doe"),
    ("Univ.-Prof. Dr. Eva Gruber", "Eva", "Gruber"), ("Dipl.-Kfm. Hans Meier", "Hans", "Meier"),
    ("Karl-Theodor zu Guttenberg", "Karl-Theodor", "zu Guttenberg"), ("Mr. Smith", "", "Smith"),
    ("Иван Иванович Петров", "Иван", "Петров"), ("Conan O'Brien", "Conan", "O'Brien"),
    ("Congresswoman Jane Doe", "Jane", "Doe"), ("Doe Mrs, Jane", "Doe", "Jane"),
    ("Williams, Jr., Hank", "Hank", "Williams"), ("Doe, BSN, RN, Jane", "Jane", "Doe"),
    ("Doe, MD, PhD", "", "Doe"), ("Jane Doe, Head of Sales", "Jane", "Doe"), ("欧阳娜娜", "娜娜", "欧阳"),
    ("⭐ Jane Doe", "Jane", "Doe"), ("Jane Doe <jane@acme.com>", "Jane", "Doe"),
    ("Mevr. Anna Jansen", "Anna", "Jansen"),
    ("Ó Briain, Dara", "Dara", "Ó Briain"), ("Muhammad ibn Musa", "Muhammad", "ibn Musa"),
    ("Dr.-Ing. Jan Weber", "Jan", "Weber"), ("Capt. James Kirk", "James", "Kirk"),
    ("محمد علي", "محمد", "علي"),
])  # fmt: skip
def test_names_split(text: str, given_name: str, family: str) -> None:
    assert r.split_name(text)[:2] == (given_name, family)


@pytest.mark.parametrize(("text", "repaired"), [
    ("JOHN MCDONALD", "John McDonald"), ("shaughn o'neill", "Shaughn O'Neill"),
    ("DeShawn Jackson", "DeShawn Jackson"), ("李小龍", "李小龍"), ("JRR Tolkien", "JRR Tolkien"),
    ("JÖRG STRAßER", "Jörg Straßer"), ("MACHADO", "Machado"), ("MACDONALD", "MacDonald"),
    ("ANNA MÜLLER-LÜDENSCHEIDT", "Anna Müller-Lüdenscheidt"), ("ИВАН ПЕТРОВ", "Иван Петров"),
    ("LUDWIG VAN BEETHOVEN", "Ludwig van Beethoven"), ("JOHN SMITH III", "John Smith III"),
])  # fmt: skip
def test_capitals(text: str, repaired: str) -> None:
    assert r.repair_case(text) == repaired


@pytest.mark.parametrize("text", [
    "asdf", "test test", "n/a", "aaaa", "qwertz", "sdfsdf", "blabla", "N/A N/A", "Test User", "123", "...",
    "Max Mustermann", "fgh jkl", "Vorname Nachname", "Mickey Mouse", "jjjjj", "???",
])  # fmt: skip
def test_junk_names(text: str) -> None:
    warnings = r.validate({"email": "a@example.com", "full_name": text})["warnings"]
    assert [w["code"] for w in warnings] == ["junk_name"]
    assert "first_name" not in r.normalize({"full_name": text})["lead"]


@pytest.mark.parametrize("text", [
    "Na Li", "Jennifer Null", "Ng", "Xi", "Test Testmann", "Hans Test", "Lee Lee", "Bo", "John Doe",
])  # fmt: skip
def test_real_names_are_no_junk(text: str) -> None:
    assert not r.is_junk_name(text)


@pytest.mark.parametrize(("text", "number", "extension"), [
    ("+1 212 736 5000 / +1 212 736 5001", "+12127365000", None), ("+49 (0)30 901820", "+4930901820", None),
    ("030 901820 oder 0049 151 23456789", "+4930901820", None), ("0049 30 901820", "+4930901820", None),
    ("tel:+1-212-736-5000;ext=12", "+12127365000", "12"), ("+1-800-FLOWERS", "+18003569377", None),
    ("+41 44 668 18 00 Durchwahl 3", "+41446681800", "3"), ("+49-30-901820 #12", "+4930901820", "12"),
    ("+39 06 6982", "+39066982", None), ("+81 ３-３２１３-１１１１", "+81332131111", None),
])  # fmt: skip
def test_numbers_as_people_write_them(text: str, number: str, extension: str | None) -> None:
    phone = r.parse_phone(text, "DE")
    assert isinstance(phone, r.Phone)
    assert (phone.e164, phone.extension) == (number, extension)


@pytest.mark.parametrize(("name", "form"), [
    ("Acme GmbH&Co.KG", "GmbH & Co. KG"), ("Acme GmbH+Co. KG", "GmbH & Co. KG"),
    ("Foo Ltda - ME", "Ltda. - ME"),
    ("Foo S.p.A. in liquidazione", "SpA"), ("Foo DMCC", "DMCC"), ("Foo SARL en liquidation", "SARL"),
    ("Acme S.à r.l.", "SARL"), ("ЗАО Фу", "ЗАО"), ("(株)フー", "(株)"), ("Acme AG & Co. KG", "AG & Co. KG"),
    ("AB InBev", None), ("PC World", None), ("Coca-Cola", None), ("Unlimited Ideas", None),
    ("AS Roma", None), ("Costa Coffee", None), ("Corporate Express", None), ("Acme Trust", None),
    ("Acme, L.L.C.", "LLC"), ("Smith & Co", "& Co."), ("Foo Holdings", None), ("Acme UK", None),
    ("Serenity Day Spa", None), ("Ferro S.p.A.", "SpA"), ("Foo S. A. de C. V.", "SA de CV"),
    ("Bar Sp. z o.o.", "Sp. z o.o."), ("株式会社トモ", "株式会社"), ("ООО Ромашка", "ООО"),
    ("Foo LLC general account", "LLC"), ("Foo Limited Partnership dba Bar", "LP"), ("Foo, P. C.", "PC"),
    ("Foo Corp. d b a Bar", "Corp."), ("Army Corp of Engineers", None), ("Bank of America", None),
    ("The Company", None), ("Foo Inc dba Bar", "Inc."), ("Foo (Pty) Ltd", "Pty Ltd"),
])  # fmt: skip
def test_legal_forms(name: str, form: str | None) -> None:
    assert r.legal_form(name) == form


@pytest.mark.parametrize(("title", "level", "role"), [
    ("SVP", "vp", None), ("Geschäftsführer", "cxo", None), ("Co-Founder & CTO", "cxo", "engineering"),
    ("Head of Growth", "director", "marketing"), ("Ex-CEO", None, None),
    ("Former Head of Sales", None, None),
    ("CEO's office manager", "manager", "operations"), ("Werkstudent Marketing", "training", "marketing"),
    ("Assistant to the CEO", "entry", "operations"),
    ("Directeur Marketing", "director", "marketing"), ("Właściciel", "owner", None),
    ("Prezes zarządu", "cxo", None), ("Jefe de Producto", "manager", "product"),
    ("Chef de projet", "manager", "fulfillment"), ("Executive Chef", "senior", "hospitality"),
    ("Personal Assistant CEO", "entry", "operations"), ("EA to CEO", "entry", "operations"),
    ("Head of Office of the CEO", "director", "operations"), ("Business Owner", "owner", "operations"),
    ("HR Business Partner", "senior", "human_resources"), ("Data Process Owner", None, "engineering"),
    ("Sachbearbeiter Buchhaltung", "entry", "finance"), ("Retired", None, "unemployed"),
    ("Geschäftsführer*in", "cxo", None), ("Internal Auditor", None, "finance"),
    ("Vertriebsleiter", "director", "sales"), ("Werkstudent", "training", "education"),
    ("Product Marketing Manager", "manager", "marketing"), ("Marketingleitung", "director", "marketing"),
    ("Assistant Professor", "senior", "education"), ("Business Partner HR", "senior", "human_resources"),
    ("Talent Acquisition Partner", None, "human_resources"), ("Qualitätsmanager", "manager", "manufacturing"),
    ("Non-Executive Director", "director", "advisory"), ("Office of the CTO", None, "operations"),
    ("Vorstandsassistentin", "entry", "operations"), ("Rentner", None, "unemployed"),
    ("V.P. Sales", "vp", "sales"), ("C.E.O.", "cxo", None), ("Sr Mgr Ops", "manager", "operations"),
    ("Directrice Générale", "cxo", None), ("Chief Information Security Officer", "cxo", "engineering"),
    ("Sekretärin der Geschäftsführung", "entry", "operations"),
    ("Channel Partner Manager", "manager", "partnerships"),
    ("Pflegedienstleitung", "manager", "health"), ("International Sales Manager", "manager", "sales"),
])  # fmt: skip
def test_job_titles(title: str, level: str, role: str | None) -> None:
    assert (r.seniority(title), r.department(title)) == (level, role)


def test_vice_presidents_of_banks_are_managers() -> None:
    assert r.seniority("VP", "banking") == "manager"
    assert r.seniority("VP") == "vp"


@pytest.mark.parametrize(("one", "other"), [
    ("McDonald's", "McDonalds"), ("AT&T Inc.", "AT & T"), ("Ørsted A/S", "Orsted"), ("Yahoo!", "Yahoo"),
    ("The North Face", "North Face"), ("L'Oréal S.A.", "L’Oreal"),
    ("Procter & Gamble Co.", "Procter and Gamble"),
])  # fmt: skip
def test_spellings_of_one_company_have_one_key(one: str, other: str) -> None:
    assert r.company_key(one) == r.company_key(other)


def test_links_and_campaigns() -> None:
    for text, url in (
        ("http://uk.linkedin.com/pub/jane-doe/1/2B/345", "pub/jane-doe/1/2b/345"),
        ("https://de.linkedin.com/in/Jane/de", "in/jane"),
        ("linkedin.com/company/acme/about", "company/acme"),
    ):  # fmt: skip
        assert r.linkedin_url(text) == f"https://www.linkedin.com/{url}"
    for text in ("https://evil.com/linkedin.com/in/jane", "https://linkedin.com.evil.com/in/jane", "@jane"):
        assert r.linkedin_url(text) is None
    utm = {"utm_source": "Google", "UTM_Medium": "CPC", "utm_campaign": "Spring Sale"}
    assert r.normalize({"utm": utm, "tags": "VIP; Trade Show, vip,,"})["lead"] == {
        "tags": ["vip", "trade-show"],
        "utm": {"source": "google", "medium": "cpc", "campaign": "Spring Sale"},
    }


def test_places_numbers_domains_and_links() -> None:
    for text in ("Germany", "Allemagne", "DEU", "🇩🇪", "ドイツ", "Германия"):
        assert r.country_code(text) == "DE"
    for text in ("Germany (DE)", "Deutschland, Germany", "Germany, Federal Republic of"):
        assert r.country_code(text) == "DE"
    for text in ("США", "アメリカ", "EE.UU.", "U.S.", "🇺🇸", "États-Unis"):
        assert r.country_code(text) == "US"
    assert r.country_code("Korea, South") == r.country_code("Korea (South)") == "KR"
    assert r.country_code("Congo, Democratic Republic of the") == "CD"
    for text in ("Atlantis", "Germany, France", ","):
        assert r.country_code(text) is None
    for text in ("Texas (TX)", "TX, USA", "State of Texas", "Tex.", "TX."):
        assert r.region_code(text, "US") == "US-TX"
    assert r.region_code("Commonwealth of Virginia", "US") == "US-VA"
    assert r.region_code("Vic., Australia", "AU") == "AU-VIC"
    assert r.region_code("Texas, Canada", "US") is None
    assert r.region_code("Newfoundland & Labrador", "CA") == "CA-NL"
    assert [r.annual_revenue(t) for t in ("1,5 mln zł", "5 MEUR", "R$ 2 milhões", "2 млн руб")] == [
        1_500_000, 5_000_000, 2_000_000, 2_000_000]  # fmt: skip
    assert [r.annual_revenue(t) for t in ("C$5m", "5 millones de euros", "$5M/yr", "5 lakhs")] == [
        5_000_000, 5_000_000, 5_000_000, 500_000]  # fmt: skip
    for text in ("//acme.de", "https:acme.de", "HTTPS://WWW.ACME.DE", "https://u:p@acme.de/"):
        assert r.registrable_domain(text) == "acme.de"
    assert r.employee_count("10 000+ employees") == 10_001  # the band above 10,000
    assert r.employee_count("1,200+") == 1_200
    assert r.region_code("Calif.", "US") == "US-CA"
    assert [r.annual_revenue(t) for t in ("$12.5M", "12,5 Mio. €", "10-50M")] == [
        12_500_000, 12_500_000, 10_000_000]  # fmt: skip
    assert r.registrable_domain("https://www.acme.co.uk/x") == "acme.co.uk"
    assert r.registrable_domain("co.uk") is None
    assert (
        r.linkedin_url("http://de.linkedin.com/in/Jane-Doe/?trk=1")
        == "https://www.linkedin.com/in/jane-doe"
    )
    assert r.canonical_industry("SaaS") == "computer software"


@given(st.from_regex(r"\A(?:[hH]ttps?://|//|ftp:)?(?:jane@)?(?:[a-cA1-]{1,4}[.]{1,2}){0,3}(?:com|x1|de|-)?"
                     r"(?::80)?(?:[/?#\\].{0,3})?[. ]?\Z") | st.text())  # fmt: skip
def test_plain_hosts_are_read_as_the_others(text: str) -> None:
    assert host_of(text) == _general_host(text.strip())


def test_dns_answers() -> None:
    assert r.deliverability({"status": "nxdomain"}) == "undeliverable"
    assert r.deliverability({"status": "ok", "mx": [], "address": False}) == "undeliverable"
    assert r.deliverability({"status": "ok", "mx": [], "address": None}) == "unknown"
    assert r.deliverability({"status": "ok", "mx": [(0, "."), (5, "mx.example.")]}) == "deliverable"
    assert r.deliverability({"status": "ok", "mx": None, "address": True}) == "deliverable"
    assert r.deliverability({}) == "unknown"
    assert r.deliverability({"status": "ok", "mx": [(0, ".")]}) == "undeliverable"
    assert r.deliverability({"status": "ok", "mx": [(5, "mx.example.")]}) == "deliverable"
    assert r.deliverability({"status": "ok", "mx": [], "address": True}) == "deliverable"
    assert r.deliverability({"status": "timeout"}) == "unknown"
