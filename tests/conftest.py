"""Fixtures that start real servers, and the rule that CI skips nothing."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.stack import running, running_services

# `make unit` tries a tenth of the examples (--hypothesis-profile=quick); `make test` all of them.
hypothesis.settings.register_profile("quick", max_examples=10)


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


class Groups(LoadScopeScheduling):
    """`make test` runs three groups beside each other: they mostly wait, for n8n to start, for leases to end.

    Two of them have a stack each; test_canvas and test_recovery start their own.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.partition("::")[0])
        if path.stem in ("test_kill", "test_trigger_kill", "test_canvas"):
            return "kills"
        on_a_stack = path.parts[1] in ("workflows", "browser") and path.stem != "test_recovery"
        return "stack" if on_a_stack else "others"


def pytest_xdist_make_scheduler(config, log):
    return Groups(config, log)


def pytest_terminal_summary(terminalreporter):
    """In CI everything is present: a skip there is a failure."""
    if os.environ.get("CI") == "true" and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("CI: tests were skipped, which counts as a failure", red=True)


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = 1
