"""Which records are the same person: blocking, comparison, weights. Pure functions of their arguments.

The method is probabilistic record linkage (Fellegi & Sunter 1969) with weights estimated from the
records themselves. Only an identity key (sidecar.records.match_keys) joins two records without a
review; everything else is a candidate with a score and reasons.
"""

from .blocking import blocking_keys
from .columns import FIELDS, column_fields, fields_of
from .companies import Firm, keys_of_spellings, related_as
from .comparison import Comparison, compare, compare_people, strangers
from .dedupe import Pair, find_pairs, people_of
from .frequencies import Frequencies
from .learning import learn
from .mailboxes import mailbox_relation
from .names import (
    Named,
    NameRelation,
    family_changed,
    initials_of,
    name_relation,
    named,
    named_of,
    names_agree,
    names_contradict,
    sounds_of,
    whole_name,
)
from .person import Person, person_of

__all__ = [
    "FIELDS",
    "Comparison",
    "Firm",
    "Frequencies",
    "NameRelation",
    "Named",
    "Pair",
    "Person",
    "blocking_keys",
    "column_fields",
    "compare",
    "compare_people",
    "family_changed",
    "fields_of",
    "find_pairs",
    "initials_of",
    "keys_of_spellings",
    "learn",
    "mailbox_relation",
    "name_relation",
    "named",
    "named_of",
    "names_agree",
    "names_contradict",
    "people_of",
    "person_of",
    "related_as",
    "sounds_of",
    "strangers",
    "whole_name",
]
