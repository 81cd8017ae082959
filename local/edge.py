"""The configuration of nginx, from the template that the deployment uses too."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from deploy.problem import Problem
from deploy.settings import Settings
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
        "NGINX_HTML": str(settings.root / "nginx" / "html"),
        "NGINX_HTTP_LISTEN": f"{HOST}:{ports['plain']}",
        "NGINX_HTTPS_LISTEN": f"{HOST}:{ports['edge']}",
        "NGINX_EDITOR_LISTEN": f"{HOST}:{ports['editor']}",
        "NGINX_SERVER_NAME": "localhost",
        "NGINX_EDITOR_NAME": "localhost",
        "NGINX_PUBLIC_PORT": f":{ports['edge']}",
        # This build has no figures: a server of another name at a port that is open anyway.
        "NGINX_STATUS_LISTEN": f"{HOST}:{ports['plain']}",
        "NGINX_STATUS": "return 404;",
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


def write_config(settings: Settings, ports: Mapping[str, int], certificates: Certificates) -> Path:
    """Write nginx.conf into the state folder and return its path."""
    folder = settings.state / "nginx"
    folder.mkdir(mode=0o711, exist_ok=True)
    template = (settings.root / "nginx" / "nginx.conf.template").read_text(encoding="utf-8")
    config = folder / "nginx.conf"
    config.write_text(render(template, values(settings, ports, certificates, folder)))
    return config
