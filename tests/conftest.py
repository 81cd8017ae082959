"""Fixtures that start real servers, and the rule that CI skips nothing that it could have."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling

from deploy.settings import Settings
from local import debian
from tests.stack import NO_MOUNT, running, running_services

# Where `make monitoring` put promtool, amtool, Prometheus and its companions.
os.environ["PATH"] = debian.path(Settings(Path(), os.environ))

# A busy machine fails no test. `make unit` tries a tenth of the examples (--hypothesis-profile=quick); `make
# test` all of them.
_BUSY = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("busy", _BUSY)
hypothesis.settings.register_profile("quick", _BUSY, max_examples=10)
hypothesis.settings.load_profile("busy")


@pytest.fixture(scope="session")
def stack():
    """A whole private stack with short leases, so that tests of crashes need not wait long."""
    with running(SIDECAR_LEASE_SECONDS="15") as started:
        yield started


@pytest.fixture(scope="session")
def services():
    """Postgres and Valkey with the schema."""
    with running_services() as started:
        yield started


# `make test` runs three groups beside each other, and a fourth when one is done: they mostly wait, for n8n to
# start, for leases to end. Each has a stack of its own; test_canvas, test_recovery and test_provider_calls
# start one more. The pages in the browser are a group, all modules that are named nowhere are another.
GROUPS = {
    "kills": {"workflows/test_kill", "workflows/test_trigger_kill", "workflows/test_canvas"},
    "leads": {"workflows/test_bad_input", "workflows/test_csv_imports", "workflows/test_end_to_end",
              "workflows/test_erasure", "workflows/test_intake_edge", "workflows/test_n8n_drives",
              "workflows/test_sources", "workflows/test_monitoring"},
    "others": {"browser/test_tracking"},  # which starts a browser of its own kind
}


class Groups(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.partition("::")[0])
        module = f"{path.parent.name}/{path.stem}"
        return next((name for name, modules in GROUPS.items() if module in modules),
                    "pages" if path.parent.name == "browser" else "others")


def pytest_xdist_make_scheduler(config, log):
    return Groups(config, log)


def skipped(reporter):
    """In CI everything is present, and a skip is a failure, but for programs of Debian that cannot be had and
    what a container does not allow."""
    return [report for report in reporter.stats.get("skipped", []) if os.environ.get("CI") == "true"
            and not any(why in str(report.longrepr) for why in (debian.HOW, NO_MOUNT))]


def pytest_terminal_summary(terminalreporter):
    if skipped(terminalreporter):
        terminalreporter.write_line("CI: tests were skipped, which counts as a failure", red=True)


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and reporter and skipped(reporter):
        session.exitstatus = 1
