"""Which records are the same person: blocking, comparison, weights. Pure functions of their arguments.

The method is probabilistic record linkage (Fellegi & Sunter 1969) with weights estimated from the
records themselves. Only an identity key (sidecar.records.match_keys) joins two records without a
review; everything else is a candidate with a score and reasons.
"""

from .blocking import blocking_keys
from .columns import FIELDS, column_fields, fields_of
from .comparison import Comparison, compare, compare_people, strangers
from .dedupe import Pair, find_pairs, people_of
from .frequencies import Frequencies
from .learning import learn
from .names import Named, initials_of, named_of, names_agree, names_contradict, sounds_of, whole_name
from .person import Person, person_of

__all__ = [
    "FIELDS",
    "Comparison",
    "Frequencies",
    "Named",
    "Pair",
    "Person",
    "blocking_keys",
    "column_fields",
    "compare",
    "compare_people",
    "fields_of",
    "find_pairs",
    "initials_of",
    "learn",
    "named_of",
    "names_agree",
    "names_contradict",
    "people_of",
    "person_of",
    "sounds_of",
    "strangers",
    "whole_name",
]
