"""What those who deploy or send leads need to know of the sidecar: `make catalogue` writes it anew.

The sidecar's registries say which providers and which settings there are, its channels' settings too. What
n8n's nodes and both stacks need of the providers stands in a JSON file, so that `make up` reads it without
any package, that of the sources in another; `.env.example` explains the keys and the settings; docs/LEADS.md
lists the fields of a lead, docs/PROVIDERS.md what providers are asked and what that costs,
docs/MONITORING.md what is measured, docs/RETENTION.md what is kept for how long.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from deploy.settings import ROOT, Settings

if TYPE_CHECKING:
    from sidecar.api.metrics import Measured
    from sidecar.enrichment.model import Provider
    from sidecar.store.retention import Rule

_FILE = "n8n/custom-nodes/shared/catalogue.json"
_SOURCES = "n8n/custom-nodes/shared/sources.json"
_MADE = re.compile(r"(<!-- made by make catalogue -->\n).*?(?=<!-- end -->)", re.DOTALL)
_FIELDS = re.compile(r"(the other fields are\s+)`[^`]*`")
_PROVIDERS = re.compile(r"(^# --- Providers .*\n(?:# .*\n)*)(?:#\w+=\n)*", re.MULTILINE)
_SIDECAR = re.compile(r"(^# --- The sidecar [^\n]*\n).*", re.MULTILINE | re.DOTALL)


def key_settings(root: Path = ROOT) -> dict[str, str]:
    """Provider name to the setting that holds its key."""
    entries = json.loads((root / _FILE).read_text(encoding="utf-8"))
    return {entry["name"]: entry["key_setting"] for entry in entries}


def provider_keys(found: Settings) -> dict[str, str]:
    """Provider name to its key; empty: the sandbox answers for it."""
    return {name: found.get(setting) for name, setting in key_settings(found.root).items()}


def example(
    text: str, keys: Iterable[str], settings: Mapping[str, tuple[str, str | None]]
) -> str:
    """`.env.example` with these keys' settings, and those of the sidecar: {name: (help, default or None)}."""
    told = "\n".join(_explained(name, *about) for name, about in settings.items())
    text = _PROVIDERS.sub(lambda section: section[1] + "".join(f"#{name}=\n" for name in keys), text)
    return _SIDECAR.sub(lambda section: section[1] + told, text)


def _explained(name: str, about: str, default: str | None) -> str:
    if default is None:
        about = f"{about.rstrip('.')}. Made by make run and make up."
    value = f'"{default}"' if default and " " in default else default or ""  # as .env is read
    return "\n".join([*(f"# {line}" for line in wrap(about, 96)), f"#{name}={value}"]) + "\n"


def leads(text: str, fields: Iterable[str]) -> str:
    """docs/LEADS.md with these fields of a lead, beside those of which it needs one."""
    listed = "\n".join(wrap(", ".join(fields), 110))
    return _FIELDS.sub(lambda found: f"{found[1]}`{listed}`", text)


def prices(text: str, providers: Iterable[Provider]) -> str:
    """docs/PROVIDERS.md with these providers' operations and prices."""
    lines = ["| provider | asked for | needs one of | tells | USD found | USD missed |",
             "| --- | --- | --- | --- | --- | --- |"]
    sources = []
    for provider in providers:
        for operation in provider.operations:
            needs = "; ".join(", ".join(names) for names in operation.needs)
            lines.append(
                f"| {provider.title} | `{provider.name}.{operation.name}` | {needs} |"
                f" {', '.join(sorted(operation.provides))} | {operation.price_found:g} |"
                f" {operation.price_missing:g} |")
        sources.append(f"- {provider.title}: {provider.prices}")
    table = "\n".join([*lines, "", *sources, ""])
    return _MADE.sub(lambda found: found[1] + table, text)


def metrics(text: str, measured: Iterable[Measured]) -> str:
    """docs/MONITORING.md with what is measured."""
    lines = ["| metric | kind | labels | says |", "| --- | --- | --- | --- |"]
    for one in measured:
        labels = ", ".join(f"`{label}`" for label in one.labels)
        lines.append(f"| `{one.name}` | {one.kind} | {labels} | {one.text} |")
    table = "\n".join([*lines, ""])
    return _MADE.sub(lambda found: found[1] + table, text)


def retention(
    text: str, rules: Iterable[Rule], kept: Mapping[str, Iterable[str]],
    settings: Mapping[str, tuple[str, str | None]],
) -> str:
    """docs/RETENTION.md with these rules, and the tables that have none by what their rows stay for."""
    lines = ["| rows of | kept for | what goes |", "| --- | --- | --- |"]
    for rule in rules:
        if isinstance(rule.days, int):
            days = f"{rule.days} day{'s' * (rule.days > 1)}" if rule.days else "until they end"
        else:
            setting = f"SIDECAR_{rule.days.upper()}"
            days = f"{settings[setting][1]} days (`{setting}`)"
        lines.append(f"| `{rule.table}` | {days} | {rule.name}: {rule.why} |")
    lines += ["", "All other rows stay:", ""]
    lines += [f"- {reason}: {', '.join(f'`{table}`' for table in tables)}" for reason, tables in kept.items()]
    return _MADE.sub(lambda found: found[1] + "\n".join([*lines, ""]), text)


def write(root: Path = ROOT) -> None:
    """Write the files from the sidecar's registries."""
    from sidecar import environment
    from sidecar.api.metrics import measured
    from sidecar.channels import CHANNELS
    from sidecar.enrichment import PROVIDERS, catalogue
    from sidecar.records.schema import FIELDS, IDENTITIES
    from sidecar.settings import Settings as SidecarSettings
    from sidecar.sources import registry
    from sidecar.store.retention import KEPT, RULES

    (root / _SOURCES).write_text(json.dumps(registry.catalogue(), indent=2) + "\n", encoding="utf-8")
    (root / _FILE).write_text(json.dumps(catalogue(), indent=2) + "\n", encoding="utf-8")
    path = root / ".env.example"
    path.write_text(example(
        path.read_text(encoding="utf-8"), key_settings(root).values(),
        environment.explained(SidecarSettings, *CHANNELS.values())), encoding="utf-8")
    path = root / "docs/PROVIDERS.md"
    path.write_text(prices(path.read_text(encoding="utf-8"), PROVIDERS.values()), encoding="utf-8")
    path = root / "docs/MONITORING.md"
    path.write_text(metrics(path.read_text(encoding="utf-8"), measured()), encoding="utf-8")
    path = root / "docs/RETENTION.md"
    path.write_text(retention(
        path.read_text(encoding="utf-8"), RULES, KEPT, environment.explained(SidecarSettings)),
        encoding="utf-8")
    path = root / "docs/LEADS.md"
    path.write_text(leads(
        path.read_text(encoding="utf-8"), (name for name in FIELDS if name not in IDENTITIES)),
        encoding="utf-8")


if __name__ == "__main__":
    write()
