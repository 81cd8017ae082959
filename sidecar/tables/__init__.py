"""Tables (CSV, spreadsheets, address books): read, understood, written. Pure functions of their arguments."""

from .encoding import detect_encoding
from .mapping import NOBODY, Column, columns_of, lead_of, plan_columns, row_problem
from .model import SKIPPED, Choices, Layout, Row, Table, TableError
from .names import refusal_of
from .reading import identities_of, open_table, rows_below
from .writing import BOM, cell, guard, line, unguard

__all__ = [
    "BOM",
    "NOBODY",
    "SKIPPED",
    "Choices",
    "Column",
    "Layout",
    "Row",
    "Table",
    "TableError",
    "cell",
    "columns_of",
    "detect_encoding",
    "guard",
    "identities_of",
    "lead_of",
    "line",
    "open_table",
    "plan_columns",
    "refusal_of",
    "row_problem",
    "rows_below",
    "unguard",
]
