"""What deployers and n8n know of the providers is made from the registry, a new one's too."""

from __future__ import annotations

import json
import re

import pytest

from deploy import catalogue
from deploy.settings import ROOT, Settings, read_env_file
from sidecar import environment
from sidecar.api.metrics import measured
from sidecar.channels import CHANNELS
from sidecar.enrichment import PROVIDERS
from sidecar.records.schema import FIELDS, IDENTITIES
from sidecar.settings import Settings as SidecarSettings
from sidecar.sources import registry
from sidecar.store.retention import KEPT, RULES
from tests.product_copy import copy_product, python

# A provider in its one file, and its twin.
PROVIDER = '''
from sidecar.enrichment.model import Answer, Auth, Inputs, Operation, Provider, get_request

FIRM = Inputs({"domain": "company_domain"})

PROVIDER = Provider(
    name="zephyr", title="Zephyr", key_setting="ZEPHYR_TOKEN", base_url="https://api.zephyr.example/v1",
    hosts=("api.zephyr.example",), auth=Auth("query", "token"), pace_per_second=1.0,
    operations=(Operation(
        name="company", subject="organization", needs=FIRM.needs, lookup=FIRM, price_found=0.01,
        provides=frozenset({"company_name"}), request=get_request("/firm"),
        read=lambda status, headers, body: Answer("not_found")),),
)
'''
TWIN = '''
from sandbox.twin import Twin, reply

TWIN = Twin("zephyr", {"/v1/firm": "company"}, lambda *asked: reply({"asked": asked}))
'''
ASK_THE_TWIN = '''
import asyncio, json
from aiohttp.test_utils import TestClient, TestServer
from sandbox.server import create_app

async def ask():
    async with TestClient(TestServer(create_app())) as client:
        answer = await client.get("/zephyr/v1/firm", params={"domain": "acme.example"})
        print(json.dumps(await answer.json()))

asyncio.run(ask())
'''


def test_env_example_explains_the_key_of_every_provider_and_every_setting_of_the_sidecar():
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    keys = [provider.key_setting for provider in PROVIDERS.values()]
    settings = environment.explained(SidecarSettings, *CHANNELS.values())
    assert catalogue.example(text, keys, settings) == text
    assert all(f"\n#{name}=" in text for name in (*keys, *settings))


def test_the_page_of_the_providers_lists_what_each_is_asked_and_what_it_costs():
    text = (ROOT / "docs/PROVIDERS.md").read_text(encoding="utf-8")
    assert catalogue.prices(text, PROVIDERS.values()) == text
    assert "`hunter.verifier`" in text and "`home_page.imprint`" in text


def test_the_page_of_monitoring_lists_what_is_measured():
    text = (ROOT / "docs/MONITORING.md").read_text(encoding="utf-8")
    assert catalogue.metrics(text, measured()) == text
    assert "`enrich_work_items`" in text and "`enrich_leads_received_total`" in text


def test_the_page_of_retention_lists_every_rule_and_every_table_without_one():
    text = (ROOT / "docs/RETENTION.md").read_text(encoding="utf-8")
    assert catalogue.retention(text, RULES, KEPT, environment.explained(SidecarSettings)) == text
    assert "| `provider_calls` | 400 days (`SIDECAR_HISTORY_DAYS`) | calls: " in text


def test_the_nodes_know_the_sources_whose_vendors_are_asked():
    written = json.loads((ROOT / "n8n/custom-nodes/shared/sources.json").read_text(encoding="utf-8"))
    assert written == registry.catalogue()
    assert {"meta_lead_ads", "linkedin_lead_sync", "typeform"} <= {entry["name"] for entry in written}


def test_the_page_of_leads_lists_every_field_of_a_lead_a_new_ones_too():
    text = (ROOT / "docs/LEADS.md").read_text(encoding="utf-8")
    names = [name for name in FIELDS if name not in IDENTITIES]
    assert catalogue.leads(text, names) == text
    assert "custom, pronouns`" in " ".join(catalogue.leads(text, [*names, "pronouns"]).split())


def test_every_line_of_env_example_can_be_uncommented(tmp_path):
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    (tmp_path / ".env").write_text(re.sub(r"(?m)^#(?=[A-Z_0-9]+=)", "", text), encoding="utf-8")
    declared = environment.explained(SidecarSettings, *CHANNELS.values())
    found = read_env_file(tmp_path / ".env")
    assert {name: found[name] for name in declared} == {
        name: default or "" for name, (_, default) in declared.items()}


def test_keys_are_found_by_their_settings(tmp_path):
    found = Settings(tmp_path, {"HUNTER_API_KEY": "a-key"})
    assert catalogue.provider_keys(found) == dict.fromkeys(PROVIDERS, "") | {"hunter": "a-key"}


@pytest.fixture
def tree(tmp_path):
    """A copy of the product with one more provider and its twin, after `make catalogue`."""
    root = copy_product(tmp_path, "sidecar", "sandbox", "deploy", "n8n/custom-nodes/shared", ".env.example",
                        "docs/LEADS.md", "docs/MONITORING.md", "docs/PROVIDERS.md", "docs/RETENTION.md")
    (root / "sidecar/enrichment/providers/zephyr.py").write_text(PROVIDER)
    (root / "sandbox/providers/zephyr.py").write_text(TWIN)
    python(root, "-m", "deploy.catalogue")
    return root


def test_a_provider_is_one_file_and_its_twin(tree):
    entries = json.loads((tree / "n8n/custom-nodes/shared/catalogue.json").read_text())
    entry = next(one for one in entries if one["name"] == "zephyr")
    assert entry == {"name": "zephyr", "title": "Zephyr", "key_setting": "ZEPHYR_TOKEN",
                     "auth": {"location": "query", "name": "token"}, "hosts": ["api.zephyr.example"]}
    assert "#PEOPLEDATALABS_API_KEY=\n#ZEPHYR_TOKEN=\n" in (tree / ".env.example").read_text()
    found = Settings(tree, {"ZEPHYR_TOKEN": "a-key"}, tree)
    assert catalogue.provider_keys(found)["zephyr"] == "a-key"
    assert json.loads(python(tree, "-c", ASK_THE_TWIN)) == {"asked": ["company", "acme.example", "", 1]}


def test_a_new_providers_key_reaches_n8n_in_both_stacks(tree):
    from deploy import compose
    from local import programs

    found = Settings(tree, {"ZEPHYR_TOKEN": "a-key", "SECRETS_DIR": "secrets"}, tree)
    compose.prepare(found)
    by_compose = json.loads((tree / "secrets/provider_keys.json").read_text())
    stack = programs.Stack(found, dict.fromkeys(PORTS, 1), Everything(), None)
    embedded = json.loads(programs.n8n_secrets(stack)["provider_keys.json"])
    assert by_compose == embedded == dict.fromkeys(PROVIDERS, "") | {"zephyr": "a-key"}


PORTS = ("edge", "editor", "sidecar", "postgres", "valkey", "n8n", "providers", "sinks", "smtp")


class Everything(dict):
    """A secret of any name."""

    def __missing__(self, name):
        return f"secret {name}"


def test_no_other_file_of_the_product_names_a_provider():
    shared = [ROOT / name for name in ("docker-compose.yml", "Makefile", "n8n/start.sh", "tests/stack.py")]
    for path in [*shared, *(p for room in ("deploy", "local") for p in (ROOT / room).rglob("*.*"))]:
        if path.suffix in (".pyc", ".csv") or path.name == "package-lock.json":
            continue
        text = path.read_text(encoding="utf-8").casefold()
        assert not [name for name in PROVIDERS if re.search(rf"(?<![a-z]){name}(?![a-z])", text)], path
