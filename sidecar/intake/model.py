"""What comes in, what is known of it, and what is to be written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sidecar.terms.states import Goal

Key = tuple[str, str]
Row = dict[str, Any]


@dataclass(eq=False, slots=True)  # frozen would make each three times as dear
class Entry:
    """One raw lead, read: its `errors`, or the normalised `lead` with its identity keys (kind, value) and
    the keys of its submission, if it is one (`delivery_keys`); and what of it could not be used (see
    records/validation.py). submitted: it may be the person's own act, if it says so itself, and is no row of
    a file; said_at: when it was made, None for now; account: who vouches for the ids of other systems in it
    (see `match_keys`); device: the keyed hash of the anonymous id that came with it."""

    raw: Any
    source: str = "api"
    lead: Row = field(default_factory=dict)
    keys: list[Key] = field(default_factory=list)
    deliveries: list[str] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)
    warnings: list[Row] = field(default_factory=list)
    submitted: bool = False
    said_at: datetime | None = None
    account: str | None = None
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is the same for all leads that come in together."""

    client: str
    request_id: str | None
    lane: str
    max_batch: int
    listed: bool = False  # they are the rows of a file: nobody's own act, whatever their source says
    goal: Goal | None = None  # what providers are asked for about them


@dataclass(slots=True)
class Known:
    """What the store knows of leads that come in.

    suppressed: keys of those who asked to be forgotten; contacts: identity key -> the people who have it, the
    oldest first: ids of contacts, also of those that were merged; names: (identity key, person) -> the words
    of the names under which they came with it (`names_of_key`); merged: of these the contact that each is
    now; deliveries: key of a submission -> contact id of whom it told before; made: -> id of the lead that it
    made or changed, open or not; domains,
    company_keys (of organizations without a domain): -> organization id; leads: contact id -> its open
    lead {id, tags, warnings, is_test}; values: kind -> entity id -> what every source said of it, as
    `FieldValue`'s
    fields; permissions: contact id -> {consent, refused}; refusals: statements about these contacts and
    addresses, {id, contact_id or None, key (the address, None for none of these), undoable (whether it came
    by an import that can be undone)} and the fields of `Statement`; hashes: identity key -> the keyed hash by
    which it is stored; listening: whether anybody subscribed to events; waiting: keyed hashes of keys for
    whose people events wait.
    """

    suppressed: set[Key] = field(default_factory=set)
    contacts: dict[Key, list[str]] = field(default_factory=dict)
    names: dict[tuple[Key, str], set[str]] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    deliveries: dict[str, str] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    domains: dict[str, str] = field(default_factory=dict)
    company_keys: dict[str, str] = field(default_factory=dict)
    leads: dict[str, Row] = field(default_factory=dict)
    values: dict[str, dict[str, list[Row]]] = field(
        default_factory=lambda: {"contact": {}, "organization": {}})
    permissions: dict[str, Row] = field(default_factory=dict)
    refusals: list[Row] = field(default_factory=list)
    hashes: dict[Key, str] = field(default_factory=dict)
    listening: bool = False
    waiting: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Writes:
    """What is to be written, in this order, and the results: one for each entry.

    organizations, contacts: new ones in canonical fields (contacts with org_id, consent and refused);
    changes: kind -> id of a known one -> the fields that it gets; provenance: documents of all of them;
    identities: new keys {kind, value, contact_id, person_id, names}, and known ones under a new name;
    duplicates: pairs to review {left_id, right_id, score, reasons}, people who share a key and whose names
    contradict each other; employers: {id, org_id} of known contacts, for those without one; new_leads:
    whole rows; open_leads: {id, org_id, tags, message, utm, first_utm, custom, external_ids, owner_name,
    outcome, outcome_at, goal}, what is added to known ones, and their warnings, all there are; work_items:
    {lead_id, lane, max_batch}; intake: what came and what became of it, its payload raw; refusals, adopted,
    permissions: see `Permissions`, the last for known contacts alone; results: {index, lead_id, contact_id,
    organization_id, outcome: created | updated | rejected | suppressed, errors, warnings}.
    """

    organizations: list[Row]
    contacts: list[Row]
    changes: dict[str, dict[str, Row]]
    provenance: list[Row]
    identities: list[Row]
    duplicates: list[Row]
    employers: list[Row]
    new_leads: list[Row]
    open_leads: list[Row]
    work_items: list[Row]
    events: list[Row]
    intake: list[Row]
    refusals: list[Row]
    adopted: list[Row]
    permissions: list[Row]
    results: list[Row]
