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


# `make test` runs three groups beside each other: they mostly wait, for n8n to start, for leases to end. Two
# groups have a stack each; test_canvas and test_recovery start their own.
KILLS = {"test_kill", "test_trigger_kill", "test_canvas"}
STACK = ("tests/workflows/", "tests/browser/")


def group(item):
    """The group of a test; one process runs it."""
    if item.path.stem in KILLS:
        return "kills"
    return "stack" if item.nodeid.startswith(STACK) and item.path.stem != "test_recovery" else "others"


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group(item)))


def pytest_terminal_summary(terminalreporter):
    """In CI everything is present: a skip there is a failure."""
    if os.environ.get("CI") == "true" and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("CI: tests were skipped, which counts as a failure", red=True)


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped") and exitstatus == 0:
        session.exitstatus = 1
