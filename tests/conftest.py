"""Fixtures that start real servers, and the rule that CI skips nothing."""

from __future__ import annotations

import os

import hypothesis
import pytest

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


# Tests of these places share the stack above. `make test` runs them beside the others, in a second process:
# both mostly wait, for n8n to start and for leases to end.
STACK = ("tests/workflows/", "tests/browser/")
OWN_STACK = ("test_recovery", "test_canvas")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items):
    for item in items:
        shared = item.nodeid.startswith(STACK) and not item.path.stem.startswith(OWN_STACK)
        item.add_marker(pytest.mark.xdist_group("stack" if shared else "others"))


def pytest_terminal_summary(terminalreporter):
    """In CI everything is present: a skip there is a failure."""
    if os.environ.get("CI") == "true" and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("CI: tests were skipped, which counts as a failure", red=True)


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = 1
