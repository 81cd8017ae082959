"""Who gets a hot lead: the account's owner, else whose turn it is in the pool of the first rule that holds.

Never somebody who left, is away or has as many hot leads as they take, as long as there is anybody else;
never nobody, as long as there is anybody. What kept the lead from where it would have gone is said in the
reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sidecar.matching import Firm, keys_of_spellings, related_as
from sidecar.routing.hours import Calendar
from sidecar.routing.model import ACCOUNT, Model, Rule
from sidecar.routing.turns import Turns
from sidecar.scoring.subject import Subject

EVERYBODY: Final = "everybody"  # the pool of all who work on leads
# While nobody of a pool works, its leads go to those who begin together with the first.
TOGETHER: Final = timedelta(hours=2)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works on leads and did not leave. `open_hot`: how many open hot leads they have;
    `capacity`: how many they take at most, None: any number."""

    id: str
    email: str
    calendar: Calendar
    capacity: int | None = None
    open_hot: int = 0


@dataclass(frozen=True, slots=True)
class Team:
    """`lead`: the id of who leads it; `weights`: those of its members by id, 0: they are dealt none."""

    id: str
    name: str
    lead: str | None
    weights: Mapping[str, int]


class Account(NamedTuple):
    """A company of which somebody has a lead since a moment."""

    organization_id: str
    name: str | None
    domain: str | None
    user_id: str
    at: datetime


class Decision(NamedTuple):
    """Who gets a lead, and why, in a sentence. `rule`: the model's rule that decided, ACCOUNT or OTHERWISE;
    `pool`: whose turn it was in, None: nobody's."""

    user_id: str
    reason: str
    rule: str
    pool: str | None


class Presence(NamedTuple):
    """`away`: an absence covers the moment. `begins`: when they work from then on."""

    away: bool
    begins: datetime


class _Pool(NamedTuple):
    key: str
    name: str
    weights: Mapping[str, int]
    lead: str | None


class Routing:
    """Decides about one lead after the other, as one after the other becomes hot. `dealt`: pool -> person ->
    leads of the round that is under way (`Turns`), from which it goes on."""

    def __init__(self, model: Model, people: Iterable[Person], teams: Iterable[Team],
                 dealt: Mapping[str, Mapping[str, int]]) -> None:
        self._model = model
        self._people = {person.id: person for person in people}
        self._open = {person.id: person.open_hot for person in self._people.values()}
        by_email = {person.email.casefold(): person.id for person in self._people.values()}
        self._everybody = _Pool(EVERYBODY, "all who work on leads", dict.fromkeys(self._people, 1), None)
        by_name = {team.name: team for team in teams}
        self._pools = {rule.name: self._pool_of(rule, by_name, by_email) for rule in model.rules}
        self._turns = {pool.key: Turns(dealt.get(pool.key, {}), pool.weights)
                       for pool in (*self._pools.values(), self._everybody)}
        self._accounts: dict[str, list[Account]] = {}
        self._presence: dict[str, Presence] = {}  # at one moment
        self._at = _NEVER

    @property
    def dealt(self) -> dict[str, dict[str, int]]:
        """What is to be gone on from."""
        return {key: turns.dealt for key, turns in self._turns.items()}

    def decide(self, facts: Mapping[str, Any], accounts: Sequence[Account], now: datetime) -> Decision | None:
        """Who gets a lead with these facts (as scoring has them); None: there is nobody at all. `accounts`:
        those that may be its company's (`keys_of_account`)."""
        if not self._people:
            return None
        organization = facts.get("organization") or {}
        found, passed = self._account_owner(organization, accounts, now)
        decision = found or self._by_rules(Subject(facts, now), passed, now)
        self._open[decision.user_id] += 1
        for key in keys_of_account(organization):
            self._accounts.setdefault(key, []).append(_account(organization, decision.user_id, now))
        return decision

    def _account_owner(self, organization: Mapping[str, Any], accounts: Sequence[Account], now: datetime
                       ) -> tuple[Decision | None, str]:
        """(the decision for who has the account, else why they do not get it)."""
        if not self._model.account_owner_first or not organization:
            return None, ""
        lately = [account for key in keys_of_account(organization, spelt=True)
                  for account in self._accounts.get(key, ())]
        ours = _account(organization, "", now)
        passed: dict[str, str] = {}
        for account in sorted({*accounts, *lately}, key=lambda one: (one.at, one.user_id), reverse=True):
            if account.user_id in passed or account.user_id not in self._people or not same(ours, account):
                continue
            email = self._people[account.user_id].email
            if not (hindered := self._hindered(account.user_id, now)):
                said = [f"the account {account.name or account.domain} is {email}'s already"
                        f"{self._begins_in_words(account.user_id, now)}"]
                return Decision(account.user_id, _sentence([*passed.values(), *said]), ACCOUNT, None), ""
            passed[account.user_id] = f"the account is {email}'s, who {hindered}"
        return None, "; ".join(passed.values())

    def _by_rules(self, subject: Subject, passed: str, now: datetime) -> Decision:
        rule = self._model.rule_for(subject)
        said = [passed] * bool(passed)
        said.append(f"rule {rule.name}{rule.text and f' ({rule.text})'}" if rule != self._model.otherwise
                    else "no rule is for this lead")
        pools = [self._pools[rule.name]]
        if (default := self._pools[self._model.otherwise.name]).key != pools[0].key:
            pools.append(default)
        for pool in pools:
            if taking := [one for one in pool.weights if not self._hindered(one, now)]:
                return self._turn(pool, taking, rule.name, said, now)
            said.append(f"nobody of {pool.name} can take it now")
        for pool in pools:
            if pool.lead in self._people and self._works(pool.lead, now):
                said.append(f"the lead of {pool.name} takes it")
                return Decision(pool.lead, _sentence(said), rule.name, None)
        if taking := [one for one in self._people if self._works(one, now)]:
            return self._turn(self._everybody, taking, rule.name, [*said, "all are full"], now)
        first = min(self._people, key=lambda one: (self._present(one, now).begins, one))
        said.append(f"all are away, {self._people[first].email} is back first")
        return Decision(first, _sentence(said), rule.name, None)

    def _turn(self, pool: _Pool, taking: Sequence[str], rule: str, said: list[str], now: datetime
              ) -> Decision:
        """Whose turn it is: of those that work now, else of those that begin next."""
        begins = {one: self._present(one, now).begins for one in taking}
        first = min(begins.values())
        chosen = self._turns[pool.key].next(
            [one for one in taking if begins[one] <= (first if first == now else first + TOGETHER)])
        said = [*said, f"{self._people[chosen].email} is next of {pool.name}"
                       f"{self._begins_in_words(chosen, now)}"]
        return Decision(chosen, _sentence(said), rule, pool.key)

    def _pool_of(self, rule: Rule, teams: Mapping[str, Team], by_email: Mapping[str, str]) -> _Pool:
        """The pool of a rule, with those of its people who are there."""
        if "team" in rule.pool:
            team = teams.get(rule.pool["team"], Team("", rule.pool["team"], None, {}))
            return _Pool(f"team:{team.id}", team.name, {
                one: weight for one, weight in team.weights.items() if weight and one in self._people},
                team.lead)
        if "people" in rule.pool:
            return _Pool(f"rule:{rule.name}", f"the people of rule {rule.name}", {
                by_email[email]: person.get("weight", 1) for person in rule.pool["people"]
                if (email := person["email"].casefold()) in by_email}, None)
        return self._everybody

    def _hindered(self, one: str, now: datetime) -> str:
        """Why somebody takes no lead now, in words; "": they take it."""
        presence, capacity = self._present(one, now), self._people[one].capacity
        if presence.away:
            return "is away"
        if presence.begins == _NEVER:
            return "has no working hours"
        full = capacity is not None and self._open[one] >= capacity
        return "has as many hot leads as they take" if full else ""

    def _works(self, one: str, now: datetime) -> bool:
        presence = self._present(one, now)
        return not presence.away and presence.begins != _NEVER

    def _present(self, one: str, now: datetime) -> Presence:
        if now != self._at:
            self._presence, self._at = {}, now
        found = self._presence.get(one)
        if found is None:
            calendar = self._people[one].calendar
            found = self._presence[one] = Presence(
                any(start <= now < end for start, end in calendar.absences),
                calendar.next_working(now) or _NEVER)
        return found

    def _begins_in_words(self, one: str, now: datetime) -> str:
        begins = self._present(one, now).begins
        if begins == now:
            return ""
        local = begins.astimezone(ZoneInfo(self._people[one].calendar.time_zone))
        return f", out of hours: works from {local:%Y-%m-%d %H:%M} ({local.tzname()})"


def keys_of_account(organization: Mapping[str, Any], *, spelt: bool = False) -> set[str]:
    """By what a company's account is found: its id, and its name for matching; `spelt`: in all spellings that
    it may have."""
    keys = {organization.get("id"), organization.get("company_key")}
    if spelt and (name := organization.get("name")):
        keys |= keys_of_spellings(name)
    return {key for key in keys if key}


def same(one: Account, other: Account) -> bool:
    """Whether two are one company, as the matcher has it: U.S. Bank and US Bank National Association are, US
    Bank and Bank of America are not."""
    return one.organization_id == other.organization_id or related_as(_firm(one), _firm(other)) in (
        "same", "likely")


def _firm(account: Account) -> Firm:
    return Firm(frozenset({account.name} if account.name else ()),
                frozenset({account.domain} if account.domain else ()))


def _account(organization: Mapping[str, Any], user_id: str, at: datetime) -> Account:
    return Account(organization.get("id", ""), organization.get("name"), organization.get("domain"),
                   user_id, at)


def _sentence(said: Sequence[str]) -> str:
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}."
