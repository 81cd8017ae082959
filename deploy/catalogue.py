"""The providers as those know them who deploy: `make catalogue` writes its two files anew.

The sidecar's registry says which providers there are. What n8n's nodes and both stacks need of it stands
in a JSON file, so that `make up` reads it without any package, and in the provider section of
`.env.example`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from deploy.settings import ROOT, Settings

_FILE = "n8n/custom-nodes/shared/catalogue.json"
_SECTION = re.compile(r"(^# --- Providers .*\n(?:# .*\n)*)(?:#\w+=\n)*", re.MULTILINE)


def key_settings(root: Path = ROOT) -> dict[str, str]:
    """Provider name to the setting that holds its key."""
    entries = json.loads((root / _FILE).read_text(encoding="utf-8"))
    return {entry["name"]: entry["key_setting"] for entry in entries}


def provider_keys(found: Settings) -> dict[str, str]:
    """Provider name to its key; empty: the sandbox answers for it."""
    return {name: found.get(setting) for name, setting in key_settings(found.root).items()}


def example(text: str, settings: Iterable[str]) -> str:
    """`.env.example` with these settings in its provider section."""
    return _SECTION.sub(lambda section: section[1] + "".join(f"#{name}=\n" for name in settings), text)


def write(root: Path = ROOT) -> None:
    """Write both files from the sidecar's registry."""
    from sidecar.enrichment import catalogue

    (root / _FILE).write_text(json.dumps(catalogue(), indent=2) + "\n", encoding="utf-8")
    path = root / ".env.example"
    path.write_text(example(path.read_text(encoding="utf-8"), key_settings(root).values()),
                    encoding="utf-8")


if __name__ == "__main__":
    write()
