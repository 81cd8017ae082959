"""The borders between the rooms of the sidecar, read from its imports: they run downwards only."""

from __future__ import annotations

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "sidecar"

# From the ground up; a room imports from its own and from lower floors.
FLOORS = (
    ("terms", "errors", "ids", "jsons", "looks", "sheets"),
    ("records", "masking", "calendars"),
    ("sources",),
    ("scoring", "robots", "watching"),
    ("tables",),
    ("matching",),
    ("enrichment",),
    ("intake", "routing"),
    ("webhooks",),
    ("environment", "secrets", "logs"),
    ("tracing",),
    ("channels",),
    ("privacy",),
    ("settings",),
    ("metrics",),
    ("store",),
    ("engine",),
    ("pipeline",),
    ("services",),
    ("api",),
    ("assistants",),
    ("app",),
    ("gunicorn.conf",),
    ("cli",),
    ("__main__",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms} | {"__init__": -1}
PURE = ("terms", *(room for rooms in FLOORS[1:9] for room in rooms), "privacy")

# Which rooms may touch what lies outside.
ONLY_IN = {
    "flask": ("api", "app"),
    "psycopg2": ("store",),
    "requests": ("channels", "pipeline", "gunicorn.conf"),
    "smtplib": ("channels",),
    "dns": ("services",),
    "mcp": ("assistants",),
    "opentelemetry": ("tracing",),
}
IMPURE = {"flask", "psycopg2", "redis", "requests", "os", "socket", "subprocess", "time", "random", "secrets"}


def modules() -> dict[str, Path]:
    """Dotted name below `sidecar` -> file."""
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
        for path in sorted(PACKAGE.rglob("*.py"))
    }


MODULES = modules()


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def room(module: str) -> str:
    return module if module in FLOOR else module.split(".")[0]


def imports(module: str) -> set[str]:
    """What a module imports, anywhere in its text: `sidecar.store.work`, `flask` …"""
    found = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = ["sidecar", *module.split(".")][:-node.level] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def own(name: str) -> str | None:
    """The module of ours that an imported name is, or stands in."""
    if name.split(".")[0] != "sidecar":
        return None
    parts = name.split(".")[1:]
    while parts:
        for candidate in (".".join(parts), ".".join([*parts, "__init__"])):
            if candidate in MODULES:
                return candidate
        parts.pop()
    return "__init__"


GRAPH = {module: {known for name in imports(module) if (known := own(name))} - {module} for module in MODULES}


def test_every_room_has_a_floor():
    assert {room(module) for module in MODULES} <= set(FLOOR)


def test_imports_run_downwards():
    upwards = [
        f"{module} imports {target}" for module, targets in GRAPH.items() for target in sorted(targets)
        if room(target) != room(module) and FLOOR[room(target)] >= FLOOR[room(module)]
    ]
    assert not upwards


def test_no_module_imports_itself_in_a_circle():
    try:
        TopologicalSorter(GRAPH).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_the_core_is_pure():
    """It knows no server, environment, clock or chance: `now` and settings are arguments."""
    touched = [
        f"{module} imports {name}" for module in MODULES if room(module) in PURE
        for name in sorted(imports(module)) if name.split(".")[0] in IMPURE
    ]
    clocks = [
        f"{module}:{node.lineno}" for module in MODULES if room(module) in PURE
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("now", "utcnow", "today")
    ]
    assert not touched and not clocks


def test_postgres_is_asked_of_no_time_zone_but_utc():
    """It has a list of its own: a name that only Python knows would fail the statement."""
    files = [*(PACKAGE / "store").rglob("*.py"), *(ROOT / "sql").glob("*.sql")]
    asked = {name for path in files
             for name in re.findall(r"(?i)\bat time zone\s+(\S{1,5})", path.read_text(encoding="utf-8"))}
    assert {name.strip("')") for name in asked} == {"UTC"}


@pytest.mark.parametrize("library", ONLY_IN)
def test_what_lies_outside_is_touched_in_its_rooms_only(library):
    elsewhere = [module for module in MODULES if room(module) not in ONLY_IN[library]
                 and library in {name.split(".")[0] for name in imports(module)}]
    assert not elsewhere


def test_sql_stands_in_the_store_only():
    words = ("SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ")
    elsewhere = [
        f"{module}:{node.lineno}" for module in MODULES if room(module) != "store"
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        and node.value.lstrip().startswith(words)
    ]
    assert not elsewhere
