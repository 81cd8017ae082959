"""The compose file: valid, and as closed as it can be."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import check_jsonschema
import jsonschema
import pytest
import yaml

from deploy import certificates, compose
from deploy.settings import Settings

ROOT = Path(__file__).parents[2]
FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = FILE["services"]
NETWORK = {"nginx": "service:edge"}  # that two of them listen at one address during an upgrade


def test_it_is_a_compose_file():
    vendored = Path(check_jsonschema.__file__).parent / "builtin_schemas/vendor/compose-spec.json"
    jsonschema.validate(FILE, json.loads(vendored.read_text()))


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_as_closed_as_it_can_be(name):
    service = SERVICES[name]
    user = service["user"].split(":")[0]
    assert user.isdigit() and user != "0"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"] and "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged") and service.get("network_mode") == NETWORK.get(name)
    assert service["logging"]["options"]["max-size"]
    assert service["deploy"]["resources"]["limits"]["memory"]


def test_only_the_edge_is_published_and_the_data_has_no_way_out():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["edge"]
    assert FILE["networks"]["back"]["internal"] is True
    assert SERVICES["edge"]["networks"] == ["front"]
    for name in ("postgres", "postgres-replica", "backup", "restore", "redis", "prometheus"):
        assert SERVICES[name]["networks"] == ["back"]


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned(name):
    image = SERVICES[name]["image"]
    assert image.startswith("enrichment-engine/") or re.search(r":v?\d+\.\d+", image)


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_are_files_and_never_in_the_environment(name):
    service = SERVICES[name]
    mounted = set(service.get("secrets", ()))
    for variable in service.get("environment", {}):
        if re.search(r"PASSWORD|SECRET|TOKEN|_KEY(S)?(_|$)|DATABASE_URL|REDIS_URL", variable):
            assert variable.endswith(("_FILE", "__FILE")) or variable == "NGINX_CERTIFICATE_KEY", variable
    for path in re.findall(r"/run/secrets/([\w.]+)", json.dumps(service)):
        assert path in mounted, f"{name} names {path} and does not mount it"


@pytest.mark.parametrize("name", [n for n in SERVICES if n not in ("migrate", "n8n-import", "restore")])
def test_services_that_stay_have_a_health_check_or_are_simple(name):
    """Compose waits for a simple one to run, and fails on one whose check is disabled."""
    simple = {"edge", "postgres-exporter", "redis-exporter", "nginx-exporter", "node-exporter", "providers",
              "sinks", "backup"}
    baked = {"nginx", "sidecar"}
    assert (name in simple | baked) is ("healthcheck" not in SERVICES[name])
    for folder in baked:
        assert "HEALTHCHECK" in (ROOT / folder / "Dockerfile").read_text()


def test_every_setting_of_the_file_is_explained():
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    for name in used - {"SECRETS_DIR", "RESTORING"}:
        assert re.search(rf"^#{name}=", text, re.M), name


def test_every_setting_of_the_sidecar_reaches_its_container(tmp_path):
    from sidecar import environment
    from sidecar.channels import CHANNELS
    from sidecar.settings import Settings as SidecarSettings

    given = SERVICES["sidecar"]["environment"]
    names = environment.explained(SidecarSettings, *CHANNELS.values())
    secrets = {"SECRETS_DIR": str(tmp_path / "secrets")}
    compose.prepare(Settings(state=tmp_path, root=ROOT, values=dict.fromkeys(names, "7") | secrets))
    assert given["SIDECAR_SETTINGS_FILE"] == "/run/secrets/sidecar_settings.json"
    told = json.loads((tmp_path / "secrets/sidecar_settings.json").read_text())
    assert told == dict.fromkeys(names, "7")
    required = {name for name, (_, default) in names.items() if default is None}
    assert required <= {name.removesuffix("_FILE") for name in given}


@pytest.fixture
def prepared(tmp_path):
    found = Settings(state=tmp_path, root=ROOT, values={
        "SECRETS_DIR": str(tmp_path / "secrets"), "SIDECAR_SMTP_URL": "smtp://me:pass%40word@mail.example:587",
        "SIDECAR_OPERATIONS_MAIL_TO": "ops@example.com"})
    compose.prepare(found)
    return found, tmp_path / "secrets"


def test_every_secret_of_the_file_is_made(prepared):
    _, folder = prepared
    for name, secret in FILE["secrets"].items():
        assert secret["file"] == f"${{SECRETS_DIR:-./secrets}}/{name}"
        assert (folder / name).exists(), name
    assert folder.stat().st_mode & 0o777 == 0o700


def test_secrets_are_kept_and_settings_follow(prepared):
    found, folder = prepared
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    compose.prepare(Settings(state=found.state, root=ROOT, values=dict(found.values) | {
        "HUNTER_API_KEY": "a-key"}))
    assert json.loads((folder / "provider_keys.json").read_text())["hunter"] == "a-key"
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {name for name in after if before.get(name) != after[name]} == {
        "provider_keys.json", "secrets.sealed"}


def test_alertmanager_gets_what_is_set_in_env_and_its_secrets_as_files(prepared):
    _, folder = prepared
    page, *_ = json.loads((folder / "alertmanager.yml").read_text())["receivers"]
    assert page["email_configs"][0]["smarthost"] == "mail.example:587"
    assert page["email_configs"][0]["auth_password_file"] == "/run/secrets/smtp_password"
    assert (folder / "smtp_password").read_text() == "pass@word"
    assert (folder / "alerts_slack_url").read_text() == (folder / "alerts_pagerduty_key").read_text() == ""


def test_in_the_sandbox_alerts_go_to_its_slack(tmp_path):
    compose.prepare(Settings(state=tmp_path, root=ROOT, values={
        "SECRETS_DIR": str(tmp_path), "COMPOSE_PROFILES": "sandbox"}))
    assert (tmp_path / "alerts_slack_url").read_text() == "http://sinks:8026/services/T000/B000/operations"
    page, *_ = json.loads((tmp_path / "alertmanager.yml").read_text())["receivers"]
    assert page["slack_configs"] and "email_configs" not in page


def test_when_each_certificate_ends_is_told_to_the_node_exporter(prepared):
    _, folder = prepared
    now = datetime.now(UTC)
    ends = {name: datetime.fromtimestamp(float(time), UTC) for name, time in re.findall(
        r'enrich_certificate_expiry_timestamp_seconds{certificate="(\w+)"} (\d+)',
        (folder / "certificates.prom").read_text())}
    assert ends.keys() == {"edge", "postgres", "redis"}
    assert all(timedelta(days=820) < end - now < timedelta(days=826) for end in ends.values())


def test_a_given_certificate_is_kept_and_half_of_one_refused(tmp_path):
    folder = tmp_path / "secrets"
    folder.mkdir()
    certificates.ensure(folder, ["leads.example.com"])
    mine, key = (folder / "edge.crt").read_text(), folder / "edge.key"
    key.rename(folder / "aside")
    (folder / "edge-ca.crt").unlink()
    found = Settings(state=tmp_path, root=ROOT, values={"SECRETS_DIR": str(folder)})
    with pytest.raises(compose.Problem, match=r"edge\.key"):
        compose.prepare(found)
    (folder / "aside").rename(key)
    compose.prepare(found)
    assert (folder / "edge.crt").read_text() == mine
    assert not (folder / "edge-ca.crt").exists()
