"""Tables of text (CSV and its kin): read, understood, written. Pure functions of their arguments."""

from .mapping import Column, lead_of, plan_columns, row_problem
from .reading import Shape, TableError, decode, detect_encoding, detect_shape, open_table, read_table, text_of
from .writing import BOM, cell, guard, line, unguard

__all__ = [
    "BOM",
    "Column",
    "Shape",
    "TableError",
    "cell",
    "decode",
    "detect_encoding",
    "detect_shape",
    "guard",
    "lead_of",
    "line",
    "open_table",
    "plan_columns",
    "read_table",
    "row_problem",
    "text_of",
    "unguard",
]
