"""What user agents say of who is behind them."""

from __future__ import annotations

from sidecar.robots import agents
from tests.cases import check_each

CHROME = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0"
          " Safari/537.36")
PEOPLE = (
    CHROME, CHROME + " Edg/131.0.0.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Linux; Android 10; CUBOT X19) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0"
    " Chrome/121.0.0.0 Mobile Safari/537.36",
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; "
    "Microsoft Outlook 16.0.14931; ms-office; MSOffice 16)",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.14931; Pro)",
    "Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Thunderbird/102.0", "Outlook-iOS/728.5",
    "MobileMail/3774 CFNetwork/1410 Darwin/22.6",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 "
    "[LinkedInApp]/9.29",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Trident/7.0; rv:11.0) like Gecko",
)
PROGRAMS = (
    "", "-", "curl/8.4.0", "python-requests/2.31.0", "Go-http-client/2.0", "Java/17.0.2", "undici",
    "axios/1.6.0",
    "Apache-HttpClient/4.5.13 (Java/11)", "okhttp/4.10.0", "Amazon CloudFront", "PhantomJS/2.1.1",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "HeadlessChrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Microsoft Office Existence Discovery",
    "Mozilla/5.0 (Windows; U; Windows NT 5.1; en-GB; rv:1.8.1.16) Gecko/20080702 Firefox/2.0.0.16",
    "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1; Trident/6.0)",
)
FILTERS = (
    "Barracuda Sentinel (EE)", "Mozilla/5.0 (compatible; Proofpoint)", "Mimecast", "Microsoft-URLAnalyzer",
    "SafeLinks", "CiscoSecureEmail/1.0", "MessageLabs", "TMES/2.0",
    "Trend Micro", "FireEye", "Sophos", "Symantec",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b",
)
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
AHEAD = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0")


def test_people_machines_and_filters() -> None:
    def check(agent: str, code: str | None) -> None:
        assert agents.machine(agent, False) == code
        assert agents.machine(agent, True) == code

    check_each(check, [
        *((agent, None) for agent in PEOPLE), *((agent, "agent") for agent in PROGRAMS),
        *((agent, "gateway") for agent in FILTERS), (AHEAD, "prefetch")])


def test_image_proxies_open_for_people_and_never_click() -> None:
    for agent in (GMAIL, "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"):
        assert agents.is_image_proxy(agent)
        assert agents.machine(agent, False) is None
        assert agents.machine(agent, True) == "agent"


def test_the_bare_agent_is_the_privacy_proxys_of_an_open() -> None:
    assert agents.machine("Mozilla/5.0", False) == "privacy_proxy"
    assert agents.machine("Mozilla/5.0", True) == "agent"
