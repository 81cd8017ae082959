"""What a user agent says of who is behind it.

Sources: the patterns of crawlers and HTTP libraries are CrawlerDetect's (PyPI `crawlerdetect`, maintained
with JayBizzle/Crawler-Detect). It takes mail programs for crawlers, whose pictures people do look at; they
are told apart first. What it does not know stands here:
- filters that name themselves: Barracuda ("Barracuda Sentinel (EE)", Crawler-Detect issue 552), Microsoft
  ("Microsoft-URLAnalyzer", BingPreview: phpList issue 415), Proofpoint, Mimecast, Cisco, Trend Micro
  ("TMES"): live-direct-marketing.online, "Bot clicks from security scanners"; the rest are names of their
  products;
- the bare "Mozilla/5.0" of Apple's Mail Privacy Protection, and the agent by which Gmail loads pictures
  ahead, which is no browser's: Mailgun, "Open and click bot detection" and "Privacy, automatic
  engagements"; gmass.co, "False opens in Gmail"; mautic pull request 10245;
- image proxies (Google, Yahoo, Outlook.com) fetch when somebody looks: wordtothewise.com, "Gmail deploys
  image proxy servers". They open, and never click;
- browsers too old for today's sites are scanners' (groundhogg lists Firefox 2 and MSIE 10).

"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from crawlerdetect import CrawlerDetect

_BARE: Final = re.compile(r"Mozilla/\d\.\d")
_AHEAD: Final = re.compile(r"Edge/12\.246 Mozilla/5\.0$|Chrome/42\.0\.2311\.135 Safari/537\.36 Edge/12\.246$")
_PROXY: Final = re.compile(
    r"GoogleImageProxy|ggpht\.com|YahooMailProxy|Yahoo! ?Mail ?Proxy|OutlookImageProxy|ImageProxy", re.I)
_FILTER: Final = re.compile(
    r"""barracuda | cudasvc | proofpoint | urldefense | ppe-hosted | mimecast | safe-?links | \batp\b |
    microsoft-?(?:urlanalyzer|atp|defender|safelinks) | microsoft\ defender | bingpreview | msnbot |
    ironport |
    cisco-?(?:secure|ironport|email|esa|talos|umbrella) | cisco\ (?:secure|email|umbrella) | messagelabs |
    symantec | broadcom | norton-?safe | trend-?\s?micro | \btmes\b | \btmase\b | fireeye | trellix |
    mandiant |
    sophos | reflexion | mcafee | skyhigh | forti(?:mail|guard|net|sandbox) | fortinet | forcepoint |
    websense |
    zscaler | netskope | check-?\s?point | avanan | ironscales | abnormal-?\s?security | hornetsecurity |
    vade-?\s?(?:secure|retro)? (?=[/\s;)]) | cloudmark | egress-?(?:defend|protect) | darktrace | agari |
    area\s?1 | cloudflare-?email | f-?secure | withsecure | eset\b | bitdefender | kaspersky | avast |
    \bavg\b |
    clamav | spamtitan | spamexperts | spamassassin | mailguard | mailscanner | mailmarshal | mailassure |
    trustwave | sonicwall | watchguard | palo\s?alto | wildfire | cortex | cyren | retarus | antivirus |
    anti-?virus | virustotal | urlscan | url-?(?:check|scan|analy|inspect|defen) |
    link-?(?:check|scan|protect|
    inspect|verif|valid) | phish | sandbox | malware | security-?(?:scan|gateway|check) |
    (?:mail|e-?mail|web)-?(?:scan|security|gateway|filter|protect) | safe-?brows | \bscmguard\b
    """, re.I | re.X)
_PROGRAM: Final = re.compile(
    r"""headless | phantomjs | puppeteer | playwright | selenium | webdriver | cypress | splash | htmlunit |
    (?:existence|protocol)\ discovery | crawl | spider | scrap(?:er|y|e\b|ing) | scanner | \bbot\b |
    [a-z]bot[/;\s)] |
    preview | prefetch | fetch(?:er)?\b | monitor | checker | validator | http-?client | \blibrary\b |
    (?:^|[\s;(]) (?: java | jersey | jakarta | python | perl | ruby | php | go | dart | deno | bun |
    undici | axios |
      node | node\.js | got | reqwest | hyper | colly | guzzle(?:http)? | symfony | okhttp | resty |
      faraday | curl |
      libcurl | wget | aria2 | lynx | w3m | links | httpie | insomnia | postman\w* | restsharp | ahc |
      jetty | netty |
      lua-resty-http | winhttp\w* | mechanize | nutch | cfschedule | cortex | aws |
      amazon ) (?:[/\s-][\w.]|$) |
    python-? | powershell | amazon\ cloudfront | libwww | apache-http | windows-?update | winhttp | urlgrabber
    """, re.I | re.X)
# Mail programs, and the windows in which other programs show pages: people look at what they load.
_PEOPLE: Final = re.compile(
    r"""microsoft\ (?:office|outlook) | ms-?office | outlook-(?:ios|android|express) | macoutlook |
    thunderbird |
    postbox | airmail | mobilemail | \bmail/\d | canary | polymail | superhuman | spark | em\ ?client |
    evolution |
    lotus-?notes | hcl-?notes | bluemail | newton | mailspring | kmail | claws | geary | yahoomobilemail |
    gmail |
    protonmail | electron/ | \bteams/ | fban/ | fbav/ | instagram | linkedinapp | cfnetwork
    """, re.I | re.X)
# The everyday browsers, whom nothing else need be asked about.
_BROWSER: Final = re.compile(
    r"Mozilla/5\.0 \((?!compatible)[^()]*\) (?:AppleWebKit/[\d.]+ \(KHTML, like Gecko\)|Gecko/[\d.]+)"
    r"(?: (?:Version|Chrome|Mobile|Safari|Firefox|Edge?|EdgA|EdgiOS|OPR|CriOS|FxiOS|SamsungBrowser|Vivaldi"
    r"|YaBrowser|UCBrowser|MiuiBrowser|DuckDuckGo|Ddg|GSA|Brave)/[\w.]+| Mobile)*")
_OLD: Final = re.compile(r"(?:Chrome/(?:[1-4]?\d)|Firefox/(?:[1-4]?\d)|MSIE (?:[4-9]|10))(?:\.|;|\b)")
_CRAWLERS: Final = CrawlerDetect()


@lru_cache(maxsize=16_384)
def is_image_proxy(agent: str | None) -> bool:
    """Whether it fetches pictures for people who look at a mail."""
    return bool(agent and _PROXY.search(agent))


@lru_cache(maxsize=16_384)
def machine(agent: str, click: bool) -> str | None:
    """The code of the machine that this agent is, None for a person's; '' is an agent that was left out."""
    agent = agent.strip()
    if agent.lower() in ("", "-", "none", "null", "unknown", "(none)"):
        return "agent"
    if _BARE.fullmatch(agent):
        return "agent" if click else "privacy_proxy"
    if _AHEAD.search(agent):
        return "prefetch"
    if _PROXY.search(agent):
        return "agent" if click else None
    if _FILTER.search(agent):
        return "gateway"
    if _BROWSER.fullmatch(agent):
        return "agent" if _OLD.search(agent) else None
    if re.search(r"(?:existence|protocol) discovery", agent, re.I):
        return "agent"
    if _PEOPLE.search(agent):
        return None
    if _PROGRAM.search(agent) or _OLD.search(agent) or _CRAWLERS.is_crawler(agent):
        return "agent"
    return None
