"""The configuration of nginx, from the template that the deployment uses too, and what it serves.

What is worked out here in `values`, nginx/start.envsh works out there.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path

from deploy.problem import Problem
from deploy.settings import Settings
from local import n8n
from local.certificates import Certificates
from local.ports import HOST

_PLACEHOLDER = re.compile(r"\$\{(NGINX_[A-Z0-9_]+)\}")


def render(template: str, values: Mapping[str, str]) -> str:
    """Fill in the `${NGINX_…}` placeholders; a missing value is a Problem."""
    def fill(match: re.Match[str]) -> str:
        name = match[1]
        if name not in values:
            raise Problem(f"The nginx template needs {name}, which is not set.")
        return values[name]

    return _PLACEHOLDER.sub(fill, template)


def directives(name: str, addresses: str, end: str = "") -> str:
    """Addresses and networks, between blanks or commas, as directives: `allow 10.0.0.0/8;`, then `end`.

    An empty list is no directive at all. Raises a Problem for what is no address.
    """
    found = addresses.replace(",", " ").split()
    for address in found:
        try:
            ip_network(address)
        except ValueError as error:
            raise Problem(f"{address} is no address or network for nginx: {error}.") from None
    return " ".join([*(f"{name} {address};" for address in found), *([end] if found else [])])


def values(settings: Settings, ports: Mapping[str, int], certificates: Certificates,
           folder: Path) -> dict[str, str]:
    """What the template needs for one machine. NGINX_… settings win, for trying limits out."""
    return {
        "NGINX_TEMP": str(folder),
        # Started by root, the workers must still be able to read the checkout.
        "NGINX_USER": "user root;" if os.geteuid() == 0 else "",
        "NGINX_RESOLVER": "",
        "NGINX_ACCESS_LOG": "/dev/stdout",
        "NGINX_CERTIFICATE": str(certificates.chain),
        "NGINX_CERTIFICATE_KEY": str(certificates.key),
        "NGINX_HTML": str(html_folder(settings)),
        "NGINX_PACKED": "" if edits_dashboard(settings) else "packed",
        "NGINX_HTTP_LISTEN": f"{HOST}:{ports['plain']}",
        "NGINX_HTTPS_LISTEN": f"{HOST}:{ports['edge']}",
        "NGINX_EDITOR_LISTEN": f"{HOST}:{ports['editor']}",
        "NGINX_SERVER_NAME": "localhost",
        "NGINX_EDITOR_NAME": "localhost",
        "NGINX_PUBLIC_PORT": f":{ports['edge']}",
        # This build has no figures: a server of another name at a port that is open anyway.
        "NGINX_STATUS_LISTEN": f"{HOST}:{ports['plain']}",
        "NGINX_STATUS": "return 404;",
        # Nor does it have HTTP/3.
        "NGINX_HTTP3": "",
        "NGINX_ALT_SVC": "",
        "NGINX_RESOLVE": "",
        "NGINX_KEEPALIVE_MIN": "0s",
        "NGINX_REAL_IP": directives(
            "set_real_ip_from", settings.get("NGINX_TRUSTED_PROXIES"), "real_ip_recursive on; real_ip_header "
            f"{settings.get('NGINX_REAL_IP_HEADER', 'X-Forwarded-For')};"),
        "NGINX_EDITOR_ACCESS": directives("allow", settings.get("NGINX_EDITOR_ALLOW"), "deny all;"),
        "NGINX_LOG_ADDRESSES": "masked",
        "NGINX_GRAFANA": "",
        "NGINX_ASSISTANTS": "",
        # Browsers keep this per host name, whatever the port: other people's http://localhost
        # must go on working.
        "NGINX_HSTS": "max-age=0",
        "NGINX_SIDECAR": f"{HOST}:{ports['sidecar']}",
        "NGINX_N8N_WEBHOOKS": f"{HOST}:{ports['n8n']}",
        "NGINX_N8N_EDITOR": f"{HOST}:{ports['n8n']}",
        # Everybody is one client here, so the limits are those of a whole company.
        "NGINX_SIGN_IN_RATE": "20r/s",
        "NGINX_SIGN_IN_BURST": "50",
        "NGINX_API_RATE": "500r/s",
        "NGINX_API_BURST": "1000",
        "NGINX_INTAKE_RATE": "500r/s",
        "NGINX_INTAKE_BURST": "1000",
    } | settings.starting_with("NGINX_")


def edits_dashboard(settings: Settings) -> bool:
    """Whether somebody edits nginx/html: then it is served as it stands, and a reload shows an edit."""
    return settings.get("LOCAL_DASHBOARD") == "sources"


def html_folder(settings: Settings) -> Path:
    """What nginx serves: `plain` and the packed `br` and `gzip` (nginx/html/build.mjs)."""
    return settings.state / "nginx" / "html"


def place_html(settings: Settings) -> None:
    """The dashboard where nginx serves it: built, or the sources themselves for who edits them."""
    target = html_folder(settings)
    target.parent.mkdir(mode=0o711, exist_ok=True)
    if not edits_dashboard(settings):
        n8n.build_dashboard(settings, target)
        return
    n8n.build_dashboard(settings)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    (target / "plain").symlink_to(settings.root / "nginx" / "html")


def write_config(settings: Settings, ports: Mapping[str, int], certificates: Certificates) -> Path:
    """Write nginx.conf into the state folder and return its path."""
    folder = settings.state / "nginx"
    folder.mkdir(mode=0o711, exist_ok=True)
    template = (settings.root / "nginx" / "nginx.conf.template").read_text(encoding="utf-8")
    config = folder / "nginx.conf"
    config.write_text(render(template, values(settings, ports, certificates, folder)))
    return config
