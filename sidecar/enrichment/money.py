"""Money: what may still be spent, what an answer cost, how long a ceiling lasts. USD throughout."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from sidecar.enrichment.model import Operation

# Sums of floats may be off by so much; the ledger itself adds up exactly.
_EXACT: Final = 1e-9
# What went wrong before a question was sent, so that nothing can have been answered, let alone billed: errors
# of the network, and what n8n's node does not send (n8n/custom-nodes/shared/providers.ts).
_NEVER_SENT: Final = frozenset({
    "connection_refused", "host_not_found", "names_unavailable", "tls_failed", "not_sent",
    "provider_unknown", "url_invalid", "host_not_declared", "key_missing", "no_filter"})


@dataclass(frozen=True, slots=True)
class Ceilings:
    """What may be spent at most: for a lead, a day (UTC) for all of them, a month (UTC) at a provider."""

    lead: float = math.inf
    day: float = math.inf
    month: Mapping[str, float] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return self.lead < math.inf or self.day < math.inf or bool(self.month)


@dataclass(slots=True)
class Purse:
    """What may still be spent. What the sandbox costs is play money: its own, under the same ceilings.

    Spent are, each by whether it is the sandbox's: `leads` (lead id, sandbox), `days` {sandbox} today,
    `months` (provider, sandbox) this month.
    """

    ceilings: Ceilings
    leads: dict[tuple[str, bool], float] = field(default_factory=dict)
    days: dict[bool, float] = field(default_factory=dict)
    months: dict[tuple[str, bool], float] = field(default_factory=dict)

    def left(self, lead_id: str, provider: str, sandbox: bool) -> float:
        """What a call may cost."""
        return min(
            self.ceilings.lead - self.leads.get((lead_id, sandbox), 0.0),
            self.ceilings.day - self.days.get(sandbox, 0.0),
            self.ceilings.month.get(provider, math.inf) - self.months.get((provider, sandbox), 0.0))

    def affords(self, lead_id: str, provider: str, sandbox: bool, price: float) -> bool:
        """Whether a call may cost so much; what is free always may."""
        return price <= 0 or price <= self.left(lead_id, provider, sandbox) + _EXACT

    def spend(self, lead_id: str, provider: str, sandbox: bool, price: float) -> None:
        """Take so much out, or put it back."""
        for spent, of in ((self.leads, (lead_id, sandbox)), (self.months, (provider, sandbox))):
            spent[of] = spent.get(of, 0.0) + price
        self.days[sandbox] = self.days.get(sandbox, 0.0) + price

    def share(self, part: float) -> Purse:
        """A purse of its own for a part of what is to be bought, with that part of what is left under each
        ceiling but a lead's."""
        ceilings = replace(self.ceilings, day=self.ceilings.day * part, month={
            provider: ceiling * part for provider, ceiling in self.ceilings.month.items()})
        return Purse(ceilings, dict(self.leads), {of: spent * part for of, spent in self.days.items()},
                     {of: spent * part for of, spent in self.months.items()})

    def pay(self, lead_ids: Iterable[str], provider: str, sandbox: bool, price: float) -> str | None:
        """Pay for a call that these leads need: the first of them that can, whose money is taken, or None."""
        for lead_id in lead_ids:
            if self.affords(lead_id, provider, sandbox, price):
                self.spend(lead_id, provider, sandbox, price)
                return lead_id
        return None


def highest(operation: Operation) -> float:
    """The most that asking may cost: what is reserved until the answer is there."""
    return max(operation.price_found, operation.price_missing)


def cost(operation: Operation, outcome: str, error: str | None, credits: float = 0.0) -> float | None:
    """What an answer cost; None: nobody knows yet, so that what was reserved counts as spent. A record that
    tells nothing is none, but has the price of one (`credits`)."""
    if error:
        return 0.0 if error in _NEVER_SENT else None
    if outcome == "pending":
        return None
    if outcome == "not_found" and credits <= operation.miss_credits:
        return operation.price_missing
    return operation.price_found if outcome in ("found", "not_found") else 0.0


def runway(ceiling: float | None, spent: float, recent: float, days: int) -> float | None:
    """For how many days a month's ceiling lasts: `spent` of it, and `recent` in the last days. None where it
    is not known: without a ceiling, or where nothing was spent lately."""
    if ceiling is None or recent <= 0:
        return None
    return max(0.0, ceiling - spent) / (recent / days)
