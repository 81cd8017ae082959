"""Settings: read from the environment once, checked, and refused at start when wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType

from sidecar import environment
from sidecar.calendars.working import problem_of_holidays, problem_of_zone
from sidecar.channels import CHANNELS
from sidecar.channels.model import Channel
from sidecar.enrichment import PROVIDERS, priced
from sidecar.enrichment.money import Ceilings
from sidecar.enrichment.planning import wanted_with
from sidecar.environment import (
    SettingsError,
    boolean,
    integer,
    listing,
    one_of,
    optional,
    secret,
    setting,
    text,
    url,
)
from sidecar.routing.hours import Usual, read_hours
from sidecar.terms.scopes import ROLE_SCOPES
from sidecar.terms.states import GOALS, PURPOSES, Goal

__all__ = ["Settings", "SettingsError"]


def _jwt_keys(value: str) -> tuple[tuple[str, str], ...]:
    keys = tuple((kid, secret(key)) for kid, _, key in (k.partition(":") for k in listing(value)))
    if not keys or any(not kid for kid, _ in keys):
        raise ValueError("must be kid:secret[,kid:secret…]")
    return keys


def _fernet_keys(value: str) -> tuple[str, ...]:
    from cryptography.fernet import Fernet

    keys = listing(value)
    if not keys:
        raise ValueError("must hold at least one Fernet key")
    for key in keys:
        Fernet(key)
    return keys


def _prices(value: str) -> dict[str, tuple[float, float]]:
    """{"provider" or "provider.operation": (USD found, USD missed)} of "name=0.1, other=0.2/0.05"."""
    prices = {}
    for entry in listing(value):
        name, _, told = entry.partition("=")
        found, _, missing = told.partition("/")
        try:
            prices[name.strip()] = float(found), float(missing or 0)
        except ValueError:
            raise ValueError("must be name=price[/price of a miss][,…], in USD") from None
    if any(not 0 <= price <= 100 for pair in prices.values() for price in pair):
        raise ValueError("prices are from 0 to 100 USD")
    priced(prices)
    return prices


def _goals(value: str) -> dict[str, Goal]:
    """{lane or source, "" for all others: goal} of "fill, bulk=decision"."""
    goals: dict[str, Goal] = {}
    for entry in listing(value):
        name, _, goal = entry.rpartition("=")
        if goal not in GOALS:
            raise ValueError(f"must be [lane or source=]goal[,…], a goal one of {', '.join(GOALS)}")
        goals[name.strip()] = goal
    return goals


def _wanted(value: str) -> dict[str, frozenset[str]]:
    return wanted_with(listing(value))


def _usd(value: str) -> float:
    """USD; none: no ceiling."""
    try:
        usd = float(value or "inf")
    except ValueError:
        raise ValueError("must be an amount in USD") from None
    if not usd >= 0:
        raise ValueError("must be an amount in USD, 0 or more")
    return usd


def _share(value: str) -> float:
    try:
        share = float(value)
    except ValueError:
        raise ValueError("must be a number from 0 to 1") from None
    if not 0 <= share <= 1:
        raise ValueError("must be a number from 0 to 1")
    return share


def _provider_ceilings(value: str) -> dict[str, float]:
    """{provider: USD} of "hunter=49, clearbit=20"."""
    ceilings = {}
    for entry in listing(value):
        name, equals, usd = entry.partition("=")
        if not equals or not usd.strip() or name.strip() not in PROVIDERS:
            raise ValueError(f"must be provider=USD[,…], a provider one of {', '.join(PROVIDERS)}")
        ceilings[name.strip()] = _usd(usd)
    return ceilings


def _purposes(value: str) -> tuple[str, ...]:
    purposes = listing(value)
    if not PURPOSES.keys() >= set(purposes):
        raise ValueError(f"must be some of {', '.join(PURPOSES)}")
    return purposes


def _oidc_roles(value: str) -> dict[str, str]:
    """{group: role} of "sales=operator, *=viewer"."""
    roles = {}
    for entry in listing(value):
        group, _, role = entry.rpartition("=")
        if not group.strip() or role.strip() not in ROLE_SCOPES:
            raise ValueError(f"must be group=role[,…], a role one of {', '.join(ROLE_SCOPES)}")
        roles[group.strip()] = role.strip()
    return roles


def _lower_listing(value: str) -> tuple[str, ...]:
    return listing(value.lower())


def _zone(value: str) -> str:
    if problem_of_zone(value):
        raise ValueError("must be a time zone's IANA name, e.g. Europe/Berlin")
    return value


def _holidays(value: str) -> str:
    if problem := problem_of_holidays(value):
        raise ValueError(problem)
    return value


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that can be set (`environment.setting`); each channel's settings stand in its own file."""

    database_url: str = setting(
        "Postgres, e.g. postgresql://sidecar:secret@127.0.0.1:5432/sidecar",
        url("postgresql", "postgres"),
    )
    replica_database_url: str | None = setting(
        "A read replica for reads that allow lag; empty: the primary serves them.",
        optional(url("postgresql", "postgres")), "",
    )
    n8n_database_url: str | None = setting(
        "n8n's database, where people and files are forgotten; empty: they are not.",
        optional(url("postgresql", "postgres")), "",
    )
    redis_url: str = setting(
        "Redis or Valkey, e.g. redis://:secret@127.0.0.1:6379/0 (rediss:// for TLS)",
        url("redis", "rediss", "unix"),
    )
    jwt_keys: tuple[tuple[str, str], ...] = setting(
        "kid:secret[,kid:secret…]; the first signs, all verify. Secrets of 32 characters or more.",
        _jwt_keys,
    )
    encryption_keys: tuple[str, ...] = setting(
        "Fernet keys, comma-separated; the first encrypts, all decrypt.", _fernet_keys
    )
    hash_key: str = setting(
        "Key of the keyed hashes (provider calls, suppressions). Never change it.", secret
    )
    public_url: str = setting(
        "Where people reach the product, e.g. https://leads.example.com; used in links.",
        url("https", "http"),
    )
    wake_url: str | None = setting(
        "Webhook of the enrichment workflow; empty: only its schedule starts it.",
        optional(url("https", "http")), "",
    )
    imports_wake_url: str | None = setting(
        "Webhook of the workflow that steps imports; empty: only its schedule starts it.",
        optional(url("https", "http")), "",
    )
    wake_token: str = setting("Value of the X-Wake-Token header of those webhooks.", text, "")
    n8n_url: str | None = setting(
        "Where n8n's webhooks are reached from here, e.g. http://n8n-webhook:5678: events for its triggers go"
        " there; empty: through the edge.", optional(url("https", "http")), "",
    )
    n8n_editor_url: str | None = setting(
        "Where people reach n8n's editor, e.g. https://n8n.leads.example.com/; used in links to failed runs.",
        optional(url("https", "http")), "",
    )
    n8n_test_url: str | None = setting(
        "The same of its test webhooks, which n8n's main process serves.", optional(url("https", "http")), "",
    )
    subscriber_hosts: tuple[str, ...] = setting(
        "Hosts (name or name:port, comma-separated) that subscriptions may send to though their addresses are"
        " private; all others must be public.", listing, "",
    )
    sandbox_url: str | None = setting(
        "Sandbox providers, asked wherever n8n holds no key; empty: those are not asked.",
        optional(url("https", "http")), "",
    )
    callback_url: str | None = setting(
        "Where providers reach this API from outside, e.g. https://leads.example.com/api, for answers that"
        " they send later; empty: those are only asked for again.", optional(url("https", "http")), "",
    )
    default_region: str | None = setting(
        "Country (ISO 3166-1 alpha-2) of phone numbers that say nothing of theirs.",
        lambda value: value.upper() or None, "",
    )
    lease_seconds: int = setting(
        "How long a lead may go without a step of its run before it is taken back.", integer(5, 3600), "90"
    )
    interactive_batch: int = setting("Leads of an interactive batch.", integer(1, 500), "25")
    bulk_batch: int = setting("Leads of a bulk batch.", integer(1, 500), "500")
    interactive_batches: int = setting("Interactive batches at once.", integer(1, 100), "4")
    bulk_batches: int = setting("Bulk batches at once.", integer(1, 100), "2")
    max_rounds: int = setting("Provider rounds of a batch.", integer(1, 20), "8")
    max_attempts: int = setting("Tries of a lead alone before it is dead.", integer(1, 20), "3")
    raw_payload_days: int = setting(
        "Days for which raw leads, encrypted, and failed n8n executions are kept.", integer(1, 3650), "30")
    unknown_event_days: int = setting(
        "Days for which events are kept whose person is not known yet.", integer(1, 3650), "90")
    score_days: int = setting(
        "Days for which all scores of a lead are kept; of older ones its last and those that changed its"
        " grade are.", integer(62, 3650), "180")
    event_days: int = setting(
        "Days for which page views, opens and clicks are kept.", integer(90, 3650), "730")
    history_days: int = setting(
        "Days for which calls of providers, claims, finished jobs and submissions of no lead are kept"
        " one by one; then sums of them are.", integer(366, 3650), "400")
    audit_days: int = setting("Days for which the audit log is kept.", integer(366, 36_500), "1100")
    import_undo_days: int = setting("Days for which an import can be undone.", integer(1, 3650), "30")
    spreadsheet_mb: int = setting(
        "Megabytes that a spreadsheet may unpack to; larger lists come as CSV.", integer(1, 2000), "200")
    sign_ins_per_minute: int = setting(
        "Sign-ins and refreshes a minute from one address.", integer(1, 1_000_000), "30")
    session_idle_minutes: int = setting(
        "Minutes without a request after which a browser has to sign in again.", integer(5, 43_200), "720")
    session_days: int = setting(
        "Days after which it has to in any case.", integer(1, 365), "30")
    oidc_issuer: str | None = setting(
        "The OpenID Connect provider that people may sign in by, e.g."
        " https://login.example.com/realms/sales (docs/SIGN-IN.md); empty: none.",
        optional(url("https", "http")), "")
    oidc_client_id: str = setting("What this product is called there.", text, "")
    oidc_client_secret: str = setting("Its secret there; empty: it has none.", text, "")
    oidc_label: str = setting("What the button to sign in by it says.", text, "Single sign-on")
    oidc_scopes: str = setting("What is asked of it.", text, "openid email profile")
    oidc_groups_claim: str = setting("The claim that tells somebody's groups.", text, "groups")
    oidc_roles: Mapping[str, str] = setting(
        "Which group has which role, `*` those of no other group: sales-leads=admin,sales=operator,*=viewer;"
        " who has none is refused.", _oidc_roles, "")
    oidc_domains: tuple[str, ...] = setting(
        "Domains of the addresses that may sign in by it, comma-separated; empty: all.", _lower_listing, "")
    reads_per_minute: int = setting(
        "GET requests a minute of one user or client.", integer(1, 10_000_000), "1200")
    writes_per_minute: int = setting(
        "Other requests a minute of one user or client.", integer(1, 10_000_000), "1200")
    form_posts_per_minute: int = setting(
        "Posts of public web forms a minute from one address.", integer(1, 1_000_000), "10")
    page_views_per_minute: int = setting(
        "Page views a minute that track.js may tell from one address.", integer(1, 1_000_000), "240")
    link_requests_per_minute: int = setting(
        "Requests of links in messages a minute from one address.", integer(1, 1_000_000), "60")
    presses_per_minute: int = setting(
        "Buttons pressed in Slack a minute, from one of its addresses.", integer(1, 1_000_000), "1200")
    assistant_calls_per_minute: int = setting(
        "Calls a minute that an assistant's client may make (docs/MCP.md).", integer(1, 10_000), "30")
    assistant_calls_per_day: int = setting(
        "Calls a day (UTC) that it may make.", integer(1, 1_000_000), "1000")
    assistant_rows_per_day: int = setting(
        "Rows a day (UTC), leads above all, that it may read.", integer(1, 10_000_000), "5000")
    response_cache_seconds: int = setting(
        "Seconds for which Redis keeps answers of lists and figures, unless something is written; 0: none.",
        integer(0, 300), "5")
    metrics_seconds: int = setting(
        "Seconds for which Redis keeps what /metrics tells of Postgres, for all processes; what moves slowly"
        " 60 times as long; 0: each scrape asks anew.", integer(0, 60), "10")
    no_enrichment_after: tuple[str, ...] = setting(
        "Refusals after which no provider is asked about somebody: some of marketing_email, phone,"
        " any_contact, enrichment, any; empty: none.", _purposes, "enrichment,any_contact,any")
    no_alert_after: tuple[str, ...] = setting(
        "Refusals after which nobody is alerted about somebody because of lists or of what they only looked"
        " at.", _purposes, "any_contact,any")
    alert_own_requests: bool = setting(
        "Whether sales is told nevertheless of who asks themselves, with the refusal in the message: true"
        " or false.", boolean, "true")
    rearm_hours: int = setting(
        "Hours for which a lead must have been less than hot before it is told again when it becomes hot.",
        integer(0, 10_000), "24")
    tell_all_of_leads: bool = setting(
        "Whether the rooms and lists that are told of hot leads are told also of those whose owner is told"
        " where they want it: true or false.", boolean, "false")
    language: str = setting(
        "Language of messages to rooms and lists: en or de.", one_of("en", "de"), "en")
    digest_hour: int = setting(
        "Hour of the day, in their time zone, at which owners get their digest.", integer(0, 23), "8")
    take_link_days: int = setting("Days for which links in messages act.", integer(1, 365), "7")
    snooze_minutes: int = setting(
        "For how many minutes a lead is put off; 0: until the next working morning.", integer(0, 10_080), "0")
    enrichment_goals: Mapping[str, Goal] = setting(
        "What providers are asked for: decision (until the grade is settled), reach (also until they can be"
        " reached) or fill (all that is wanted); for all leads, a lane or a source:"
        " fill,bulk=decision,trade fair=reach.",
        _goals, "fill")
    wanted_fields: Mapping[str, frozenset[str]] = setting(
        "Fields that providers are asked for beside those that scoring and salespeople need:"
        " organization.spf,organization.dmarc,contact.phone.",
        _wanted, "")
    provider_prices: Mapping[str, tuple[float, float]] = setting(
        "What operations of providers cost here, in USD, found and (after /) missed, where it is not as in"
        " docs/PROVIDERS.md: hunter.person=0.01,clearbit=0.2/0.2.", _prices, "")
    ceiling_per_lead: float = setting(
        "USD that providers may cost for a lead at most; empty: no ceiling.", _usd, "")
    ceiling_per_day: float = setting(
        "USD that they may cost a day (UTC) for all leads; empty: no ceiling.", _usd, "")
    provider_ceilings: Mapping[str, float] = setting(
        "USD that a provider may cost a month (UTC): hunter=49,peopledatalabs=100.", _provider_ceilings, "")
    time_zone: str = setting(
        "Time zone (IANA) of people who say nothing of theirs.", _zone, "UTC")
    working_hours: Mapping[str, Sequence[Sequence[str]]] = setting(
        "When people work who say nothing of it: mon-fri 09:00-12:00 13:00-17:00, sat 10:00-12:00.",
        read_hours, "mon-fri 09:00-17:00")
    holidays: str = setting(
        "Whose public holidays are free for people who say nothing of it: a country or a part of one, DE or"
        " DE-BY; empty: none are.", _holidays, "")
    remind_after_minutes: int = setting(
        "Working minutes after which the owner of a hot lead that nobody touched is reminded.",
        integer(1, 10_000), "15")
    escalate_after_minutes: int = setting(
        "Working minutes after which who leads the owner's team, else an admin, is told of it.",
        integer(1, 10_000), "60")
    escalate_to_all_after_minutes: int = setting(
        "Working minutes after which everybody of the owner's team is told of it, else all admins.",
        integer(1, 10_000), "240")
    hand_on_when_away: bool = setting(
        "Whether leads of owners who are away go to somebody else at the first escalation: true or false.",
        boolean, "true")
    traces_endpoint: str | None = setting(
        "Where traces are sent, by OTLP over HTTP, e.g. http://collector:4318/v1/traces (docs/MONITORING.md);"
        " empty: nowhere.", optional(url("https", "http")), "")
    traces_ratio: float = setting("Share of traces that are kept, from 0 to 1.", _share, "0.05")
    log_level: str = setting("DEBUG, INFO, WARNING or ERROR.", text, "INFO")

    channels: Mapping[str, Channel]  # by name, each with the settings that its own file declares

    @property
    def follow_up_after(self) -> tuple[int, ...]:
        """After how many working minutes each of FOLLOW_UPS is due, ascending whatever is set."""
        minutes = (self.remind_after_minutes, self.escalate_after_minutes, self.escalate_to_all_after_minutes)
        return tuple(accumulate(minutes, max))

    @property
    def usual(self) -> Usual:
        """How people work of whom nothing else is said."""
        return Usual(self.time_zone, self.working_hours, self.holidays)

    @property
    def ceilings(self) -> Ceilings:
        """What providers may cost."""
        return Ceilings(self.ceiling_per_lead, self.ceiling_per_day, self.provider_ceilings)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read all settings, the channels' too. Raises SettingsError that names every wrong one."""
        own, *others = environment.read(environ, cls, *CHANNELS.values())
        return cls(**own, channels=MappingProxyType({
            name: channel(**values) for (name, channel), values in zip(CHANNELS.items(), others, strict=True)
        }))
