"""A client of a running stack for tests and benchmarks, made from its stack.json facts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import requests

# n8n's form page is not served to robots, by which it means all that do not call themselves a browser.
AS_A_BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


class Client:
    """Signed in as the local-admin client; every path is below api_url."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = facts["ca_file"]
        self._expires = 0.0

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """One request, with a fresh token when the last is about to end."""
        if time.monotonic() > self._expires:
            answer = self.session.post(
                f"{self.facts['api_url']}/v1/auth/token", timeout=30,
                json={"grant_type": "client_credentials", "client_id": self.facts["client_id"],
                      "client_secret": self.facts["client_secret"]})
            answer.raise_for_status()
            self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            self._expires = time.monotonic() + answer.json()["expires_in"] - 60
        return self.session.request(
            method, f"{self.facts['api_url']}{path}", timeout=options.pop("timeout", 30), **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.call("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> requests.Response:
        return self.call("POST", path, json=json, **options)

    def webhook(self, lead: Any) -> requests.Response:
        """Send a lead as a web form's server would."""
        return requests.post(
            self.facts["webhook_url"], json=lead, timeout=30, verify=self.facts["ca_file"],
            headers={self.facts["webhook_header"]: self.facts["webhook_token"]})


    def settled(self, lead_id: str, timeout: float = 60) -> dict[str, Any]:
        """The lead once it has left the pipeline."""
        return until(
            lambda: (lead := self.get(f"/v1/leads/{lead_id}").json())["stage"] == "done" and lead,
            timeout, f"lead {lead_id} to be done")

    def messages(self, name: str) -> list[dict[str, Any]]:
        """What the mail or Slack sink has: name is mail_url or slack_url."""
        return requests.get(self.facts[name], timeout=10).json()

    def provider_calls(self) -> dict[str, Any]:
        """How often each thing was asked of the sandbox providers."""
        return requests.get(f"{self.facts['providers_url']}/_calls", timeout=10).json()


def until(check: Callable[[], Any], timeout: float, what: str) -> Any:
    """Poll until `check` is true; answers what it returned."""
    end = time.monotonic() + timeout
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout:.0f} s for {what}")
        time.sleep(0.25)
