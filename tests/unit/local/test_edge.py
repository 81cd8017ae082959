"""What nginx is told is the same in both ways of running."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from deploy.problem import Problem
from deploy.settings import ROOT, Settings
from local import edge
from local.certificates import Certificates

TEMPLATE = (ROOT / "nginx/nginx.conf.template").read_text(encoding="utf-8")
NEEDED = set(re.findall(r"\$\{(NGINX_[A-Z0-9_]+)\}", TEMPLATE))
LISTS = {
    "": "", "10.0.0.0/8": "allow 10.0.0.0/8; deny all;",
    "192.0.2.1, 2001:db8::/32": "allow 192.0.2.1; allow 2001:db8::/32; deny all;",
}
START = """. nginx/start.envsh
printf '%s\\n' "$NGINX_REAL_IP" "$NGINX_EDITOR_ACCESS" "$NGINX_HTTP3" "$NGINX_ALT_SVC"
"""


def started(tmp_path: Path, build: str, **settings: str) -> list[str]:
    """NGINX_REAL_IP, …_EDITOR_ACCESS, …_HTTP3 and …_ALT_SVC as a container starts with them."""
    nginx = tmp_path / "nginx"
    nginx.write_text(f"#!/bin/sh\necho 'configure arguments: {build}' >&2\n")
    nginx.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-euc", START], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30,
        env={"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "NGINX_HTTPS_LISTEN": "8443"} | settings)
    assert not done.stderr
    return done.stdout.splitlines()


def values(tmp_path: Path, **settings: str) -> dict[str, str]:
    files = Certificates(tmp_path / "ca", tmp_path / "chain", tmp_path / "key")
    ports = dict.fromkeys(("plain", "edge", "editor", "sidecar", "n8n"), 1)
    return edge.values(Settings(state=tmp_path, values=settings), ports, files, tmp_path)


@pytest.mark.parametrize(("given", "directives"), LISTS.items())
def test_a_list_becomes_the_same_directives_in_both(tmp_path, given, directives):
    trusted = directives.replace("allow", "set_real_ip_from").replace(
        "deny all;", "real_ip_recursive on; real_ip_header X-Real-IP;")
    settings = {"NGINX_EDITOR_ALLOW": given, "NGINX_TRUSTED_PROXIES": given,
                "NGINX_REAL_IP_HEADER": "X-Real-IP"}
    found = values(tmp_path, **settings)
    here = [found["NGINX_REAL_IP"], found["NGINX_EDITOR_ACCESS"]]
    there = started(tmp_path, "", **settings)[:2]
    assert here == [" ".join(text.split()) for text in there] == [trusted, directives]


@pytest.mark.parametrize("given", ["10.0.0.0/33", "editor.example", "10.0.0.1; deny", "10.1.2.3/8"])
def test_what_is_no_address_is_said(tmp_path, given):
    with pytest.raises(Problem, match="no address"):
        values(tmp_path, NGINX_EDITOR_ALLOW=given)


@pytest.mark.parametrize(("build", "settings", "there"), [
    ("--with-http_v3_module", {}, True), ("--with-http_v2_module", {}, False),
    ("--with-http_v3_module", {"HTTP3": "off"}, False),
])
def test_http_3_is_spoken_where_nginx_has_it(tmp_path, build, settings, there):
    _, _, listen, told = started(tmp_path, build, NGINX_PUBLIC_PORT=":9443", **settings)
    assert (listen, told) == (
        ("listen 8443 quic reuseport;", 'h3=":9443"; ma=86400') if there else ("", ""))


def test_both_fill_in_the_whole_template(tmp_path):
    assert set(values(tmp_path)) >= NEEDED
    edge.render(TEMPLATE, values(tmp_path))
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    exported = set(re.findall(r"NGINX_\w+", (ROOT / "nginx/start.envsh").read_text().rpartition("export")[2]))
    assert set(compose["services"]["nginx"]["environment"]) | exported >= NEEDED
    with pytest.raises(Problem, match="NGINX_NOTHING"):
        edge.render("${NGINX_NOTHING}", {})
