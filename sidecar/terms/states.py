"""What may stand where the engine knows all that there is: grades, statuses, stages, lanes, events…

The CHECK constraints of the database say the same; a test holds them equal. People read a name by
`sidecar.terms.label`.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

# Of a score, the best first.
GRADES: Final = ("hot", "warm", "cold")

# Of a lead, to the people who work on it.
STATUSES: Final = ("new", "working", "qualified", "converted", "lost", "archived")
OPEN: Final = ("new", "working", "qualified")  # of these a person has one lead at most

# Of a lead in the pipeline.
STAGES: Final = ("queued", "leased", "waiting", "scored", "done", "let_go", "dead")
DUE: Final = ("queued", "waiting")  # a claim may take it
HELD: Final = ("leased", "scored")  # a claim has it
LEFT: Final = ("let_go", "dead")  # until somebody takes it up again
UNFINISHED: Final = tuple(stage for stage in STAGES if stage != "done")

# In the order in which they are served: people before imports.
LANES: Final = ("interactive", "bulk")

# What people do. By the first they only tell who they are.
IDENTIFY: Final = "identify"
EVENTS: Final = (
    IDENTIFY,
    "page_view", "pricing_view", "form_submit", "demo_request", "contact_request", "content_download",
    "webinar", "email_open", "email_click", "email_reply", "meeting_booked", "unsubscribe", "resubscribe",
    "bounce",
)
# A mail arrived: nobody's deed, but it tells of the address, as do those by which a mail is known to have.
DELIVERED: Final = "email_delivered"
LOOKED: Final = ("page_view", "email_open", "email_click")  # they come by the thousand, machines' too
OF_A_MAIL: Final = (DELIVERED, "email_open", "email_click", "email_reply", "bounce")
WORDS: Final = ("unsubscribe", "resubscribe")  # by these they refuse marketing mail, or agree to it
OF_A_MAILBOX: Final = (*WORDS, "bounce")  # about everybody who is reached there
# By these they ask to be answered; by all others they are only looked at.
ASKING: Final = ("form_submit", "demo_request", "contact_request", "email_reply", "meeting_booked")

# How an open, a click or a page view is known to be a machine's (`sidecar.robots`): code -> in words, after
# "does not count: ". One that is a machine's is kept, and scores nothing.
MACHINES: Final = {
    "vendor": "the mail service says that it was a machine",
    "privacy_proxy": "a privacy service loads the pictures of every mail, read or not",
    "prefetch": "it was loaded ahead, before anybody looked",
    "method": "only the headers of the page were asked for",
    "hidden_link": "a link was followed that people cannot see",
    "agent": "it was a program, not a browser",
    "gateway": "it was a filter that checks mail",
    "automation": "it was a browser that a program drives",
    "at_delivery": "it came within seconds of the mail's delivery",
    "burst": "it was one of too many in too short a time",
    "crowd": "the same address did it for many recipients within seconds",
    "data_centre": "it came from a data centre, soon after the delivery",
    "same_source": "it came from a machine's address and program, within seconds of that machine's others",
    "echo": "somebody else's computer followed the same link within seconds of a person",
}

# What somebody refuses or agrees to: purpose -> what it takes in beside itself.
PURPOSES: Final = {
    "marketing_email": (), "phone": (), "any_contact": ("marketing_email", "phone"), "enrichment": (),
    "any": ("marketing_email", "phone", "any_contact", "enrichment"),
}
OF_MAIL: Final = tuple(
    purpose for purpose, parts in PURPOSES.items() if "marketing_email" in (purpose, *parts))

# On what legal ground data of a person are kept -> its letter in Art. 6(1) GDPR.
GROUNDS: Final = {
    "consent": "a", "contract": "b", "legal_obligation": "c", "vital_interest": "d", "public_interest": "e",
    "legitimate_interest": "f",
}
GROUNDS_BY: Final = ("rule", "source", "person")  # who says so
# How data of a person came. By the first three they gave it themselves (Art. 13 GDPR), by the others not
# (Art. 14).
ORIGINS: Final = ("request", "form", "event", "list", "system", "provider")
GIVEN_BY_THEM: Final = ORIGINS[:3]
# Of a person, for how long their data are kept; the first that is so.
STANDINGS: Final = ("customer", "objected", "open", "closed")
PRIVACY_KINDS: Final = ("ground", "notice")  # of what people say of somebody
NOTICE_STATES: Final = ("overdue", "due_soon", "due", "sent")

# What happens to leads: subscribers are told of it.
LEAD_EVENTS: Final = (
    "lead.created", "lead.enriched", "lead.scored", "lead.became_hot", "lead.cooled", "lead.status_changed",
    "lead.assigned", "lead.claimed", "lead.contacted", "lead.won", "lead.employer_changed",
    "lead.refusals_changed", "lead.refused", "lead.dead", "lead.let_go",
)
# By what a hot lead is touched first; by CONTACTS somebody was in contact with its person.
BUTTONS: Final = ("call", "mail")  # of a lead's page
CONTACTS: Final = ("reply", *BUTTONS)
TOUCHES: Final = ("claim", "status", "button", *CONTACTS)
# What is done about a hot lead that nobody touches, in turn: the owner is reminded, then others are told.
FollowUp = Literal["reminder", "escalation"]
FOLLOW_UPS: Final[tuple[FollowUp, ...]] = ("reminder", "escalation", "escalation")
SUBSCRIPTION_STATES: Final = ("active", "paused")
DELIVERY_STATES: Final = ("owed", "delivered", "failed")

# What became of what a source delivered: proof missing or wrong, no delivery of its kind.
SOURCE_OUTCOMES: Final = ("accepted", "rejected", "unproven", "unreadable")
NOT_TAKEN: Final = ("unproven", "unreadable")

# What became of a lead that came in; of a lead in a step of the pipeline.
TAKEN_IN: Final = ("created", "updated")
INTAKE_OUTCOMES: Final = (*TAKEN_IN, "rejected", "suppressed")
ROW_OUTCOMES: Final = (*INTAKE_OUTCOMES, "skipped")  # of a file
STEP_OUTCOMES: Final = ("ok", "retry", "dead", "elsewhere", "finished")
LET_GO_AS: Final = ("skipped", "later", "done")  # by the flow

CALL_STATES: Final = ("planned", "started", "answered", "in_doubt", "dropped")
Goal = Literal["decision", "reach", "fill"]  # what providers are asked for
GOALS: Final[tuple[Goal, ...]] = get_args(Goal)
# Why no more is asked about a lead.
Stop = Literal["settled", "not_worth", "known", "nothing_left", "ceiling", "waiting", "refused", "skipped"]
STOPS: Final[tuple[Stop, ...]] = get_args(Stop)
UNDER_WAY: Final = ("planned", "started")  # of identical calls one at most
MessageKind = Literal["hot_lead", "reminder", "escalation", "digest", "handled", "operations"]
MESSAGE_KINDS: Final[tuple[MessageKind, ...]] = get_args(MessageKind)
# What people are told of leads: by these they choose where.
WISHED_KINDS: Final[tuple[MessageKind, ...]] = ("hot_lead", "reminder", "escalation", "digest")
Handling = Literal["claim", "snooze", "not_a_fit", "wrong_person"]  # what people do about a message
HANDLINGS: Final[tuple[Handling, ...]] = get_args(Handling)
# By which kind of decision a lead went to somebody.
AssignmentKind = Literal[
    "routing", "person", "claim", "owner_name", "left", "escalation", "merge", "undo"]
ASSIGNMENT_KINDS: Final[tuple[AssignmentKind, ...]] = get_args(AssignmentKind)
OF_MACHINES: Final[tuple[AssignmentKind, ...]] = ("routing", "owner_name", "left", "escalation")
ABSENCE_SOURCES: Final = ("person", "calendar")
LANGUAGES: Final = ("en", "de")  # in which users are written to
USER_STATES: Final = ("active", "away", "left")
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # of working hours, from Monday on
MESSAGE_STATES: Final = ("owed", "sending", "sent", "withdrawn", "dead")
OWED: Final = ("owed", "sending")  # it is not delivered yet
NO_LONGER_OWED: Final = ("sent", "withdrawn", "dead")
JOB_STATES: Final = ("queued", "running", "done", "failed", "cancelled", "undoing", "undone")
JOB_DUE: Final = ("queued", "running")  # it takes steps
JOB_UNFINISHED: Final = ("queued", "running", "failed")  # it may still go on
# What became of a lead of a change of many; `kept`: the change was undone, but somebody had changed it since.
Change = Literal["changed", "same", "refused", "undone", "kept"]
CHANGES: Final[tuple[Change, ...]] = get_args(Change)
SessionWay = Literal["password", "oidc"]  # how somebody signed in in a browser
SESSION_WAYS: Final[tuple[SessionWay, ...]] = get_args(SessionWay)
# Why a session was ended: on this page, on another, or for the user's password, role or leave.
SessionEnd = Literal["signed_out", "elsewhere", "password", "role", "disabled"]
SESSION_ENDS: Final[tuple[SessionEnd, ...]] = get_args(SessionEnd)
JOB_AT_REST: Final = ("done", "failed", "cancelled", "undone")
ROUTING_STATES: Final = ("draft", "published", "retired")
MODEL_STATES: Final = (*ROUTING_STATES, "shipped")
PREDICTION_STATES: Final = ("waiting", "draft", "published", "retired")
Correction = Literal["edited", "bounced", "wrong_subject"]  # why something of an answer is not so
CORRECTIONS: Final[tuple[Correction, ...]] = get_args(Correction)
HELD_ANSWER_STATES: Final = ("held", "accepted", "rejected")
DUPLICATE_STATES: Final = ("open", "dismissed", "merged")
DUPLICATES_LISTED: Final = ("open", "dismissed")  # merged, a pair is one contact
IDENTITY_KINDS: Final = ("email", "linkedin", "mobile", "external")
ENTITIES: Final = ("contact", "organization")  # of which facts are known, by several sources

# Vocabularies. Seniorities, departments, sizes and revenues are People Data Labs' enumerations
# job_title_levels, job_title_role, job_company_size and inferred_revenue (docs.peopledatalabs.com).
SENIORITIES: Final = (
    "owner", "cxo", "partner", "vp", "director", "manager", "senior", "entry", "training", "unpaid",
)
DEPARTMENTS: Final = (
    "advisory", "analyst", "creative", "education", "engineering", "finance", "fulfillment",
    "health", "hospitality", "human_resources", "legal", "manufacturing", "marketing",
    "operations", "partnerships", "product", "professional_service", "public_service", "research",
    "sales", "sales_engineering", "support", "trade", "unemployed",
)
COMPANY_SIZES: Final = (
    "1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "5001-10000", "10001+",
)
REVENUE_RANGES: Final = (
    "$0-$1M", "$1M-$10M", "$10M-$25M", "$25M-$50M", "$50M-$100M", "$100M-$250M", "$250M-$500M",
    "$500M-$1B", "$1B-$10B", "$10B+",
)
EMAIL_TYPES: Final = ("corporate", "free", "role", "disposable")
# Whether a mailbox takes mail, as verifiers say. catch_all: its domain takes every address, so that nobody
# knows; catch_all_likely: the same, but something else speaks for the mailbox.
EMAIL_STATUSES: Final = ("valid", "catch_all_likely", "catch_all", "invalid", "unknown")
# libphonenumber's PhoneNumberType.
PHONE_TYPES: Final = (
    "mobile", "fixed_line", "fixed_line_or_mobile", "toll_free", "premium_rate", "shared_cost", "voip",
    "personal", "pager", "uan", "voicemail", "unknown",
)
