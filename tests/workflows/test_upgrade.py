"""A release comes to an n8n in which people work: nothing of theirs is overwritten.

One release meets every case at once, a workflow each; people act through n8n's own REST interface, as
the editor does.
"""

from __future__ import annotations

import difflib
import json
import shutil
import ssl
from contextlib import closing

import psycopg2
import pytest
import requests

from deploy.live import PUBLISHED, wait_live
from local import browser, n8n, programs, workflows
from tests.client import until

FORM, INTAKE, IMPORTS = "leadForm00000001", "leadIntake000001", "csvImports000001"
SEARCH, ERRORS, ENRICHMENT = "duplicateSearch1", "errorHandler0001", "leadEnrichment01"
PROVIDERS = "providersCred0001"


class Editor:
    """A person at the editor."""

    def __init__(self, facts):
        self.url = f"{facts['n8n_url']}rest"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = facts["ca_file"]
        self("POST", "login", emailOrLdapLoginId=facts["login"]["email"], password=facts["login"]["password"])

    def __call__(self, method, path, **body):
        answer = self.session.request(method, f"{self.url}/{path}", json=body or None, timeout=30)
        assert answer.ok, (path, answer.status_code, answer.text[:300])
        return answer.json()["data"]

    def workflow(self, workflow_id):
        return self("GET", f"workflows/{workflow_id}")

    def workflows(self):
        return {workflow["id"]: workflow for workflow in self("GET", "workflows")}

    def drag(self, workflow_id):
        """Save the workflow with its first step 16 px further down; the new position."""
        workflow = self.workflow(workflow_id)
        x, y = workflow["nodes"][0]["position"]
        workflow["nodes"][0]["position"] = [x, y + 16]
        self("PATCH", f"workflows/{workflow_id}", **{
            key: workflow[key] for key in ("name", "nodes", "connections", "settings", "versionId")})
        return workflow["nodes"][0]["position"]

    def unpublish(self, workflow_id):
        self("POST", f"workflows/{workflow_id}/deactivate")

    def delete(self, workflow_id):
        self("POST", f"workflows/{workflow_id}/archive")
        # n8n answers 409 until the workflow is unpublished everywhere.
        until(lambda: self.session.delete(f"{self.url}/workflows/{workflow_id}", timeout=30).ok, 60,
              "the archived workflow to be deleted")

    def enter_key(self, provider, key):
        """Write a key into the credential, as it was when it was opened."""
        opened = self("GET", f"credentials/{PROVIDERS}?includeData=true")
        self("PATCH", f"credentials/{PROVIDERS}", name=opened["name"], type=opened["type"],
             data=opened["data"] | {provider: key})


class Release:
    """What this project ships, changed as a next release would, and deployed to the stack."""

    def __init__(self, stack, folder):
        self.stack, self.folder = stack.stack, folder
        shutil.copytree(n8n.WORKFLOWS, folder / "workflows")
        self.secrets = programs.n8n_secrets(self.stack)
        self.tree = n8n.install(self.stack.settings)
        self.environment = programs.n8n_environment(self.stack)

    def change(self, *names):
        for name in names:
            path = self.folder / f"workflows/{name}.json"
            workflow = json.loads(path.read_text())
            workflow["description"] = "Changed by the release."
            path.write_text(json.dumps(workflow))

    def set_keys(self, **keys):
        known = json.loads(self.secrets["provider_keys.json"])
        self.secrets["provider_keys.json"] = json.dumps(known | keys)

    def deploy(self, **options):
        return n8n.deploy(
            self.tree, self.environment, self.secrets, self.stack.sidecar_url, self.folder / "workflows",
            "9.9", **options)

    def database(self, statement, rows=None):
        """Of n8n's: what a question answers, or a statement done for each of these rows."""
        with closing(psycopg2.connect(self.stack.dsn("n8n", "N8N_DATABASE_PASSWORD"))) as connection, \
                connection, connection.cursor() as cursor:
            if rows is None:
                cursor.execute(statement)
                return cursor.fetchall()
            return cursor.executemany(statement, rows)

    def command(self, *arguments):
        return n8n.command(self.tree, self.environment, *arguments)

    def keys(self):
        """What the providers' credential holds."""
        path = self.folder / "credentials.json"
        self.command("export:credentials", "--decrypted", f"--id={PROVIDERS}", f"--output={path}")
        return json.loads(path.read_text())[0]["data"]

    def put_back(self, copies, editor):
        """The stack as it was before."""
        for copy in copies:
            editor.delete(copy)
        self.command("import:workflow", "--separate", f"--input={n8n.WORKFLOWS}", "--activeState=fromJson")
        path = self.folder / "credentials.json"
        path.write_text(json.dumps([self.credential]))
        self.command("import:credentials", f"--input={path}")
        self.database("UPDATE deployment.stamps SET stamp = %s::jsonb WHERE id = %s", self.stamps)

    def remember(self):
        path = self.folder / "before.json"
        self.command("export:credentials", "--decrypted", f"--id={PROVIDERS}", f"--output={path}")
        self.credential = json.loads(path.read_text())[0]
        self.stamps = self.database("SELECT stamp::text, id FROM deployment.stamps")


@pytest.fixture
def editor(stack):
    return Editor(stack.facts)


@pytest.fixture
def release(stack, editor, tmp_path):
    release = Release(stack, tmp_path)
    release.remember()
    before = set(editor.workflows())
    yield release
    release.put_back(set(editor.workflows()) - before, editor)


def test_nothing_of_theirs_is_overwritten(stack, editor, release, capsys):
    dragged = {workflow: editor.drag(workflow) for workflow in (IMPORTS, FORM)}
    editor.unpublish(SEARCH)
    editor.delete(INTAKE)
    editor.enter_key("hunter", "entered-in-the-editor")
    untouched = editor.workflow(ENRICHMENT)["versionId"]

    release.change("lead-form", "duplicate-search", "lead-intake", "error-handler")
    release.set_keys(peopledatalabs="from-the-settings")
    assert release.deploy() == [
        "Deployed 3 workflows.",
        '"Duplicate search" was updated and stays unpublished.',
        '"Lead form" was changed in n8n and in this release: yours was kept, the new one is beside it,'
        ' unpublished, as "Lead form (new in 9.9)".',
        '"Lead intake" was deleted or archived in n8n: this release leaves it so.',
    ]

    # only theirs, and neither
    assert editor.workflow(IMPORTS)["nodes"][0]["position"] == dragged[IMPORTS]
    assert editor.workflow(ENRICHMENT)["versionId"] == untouched
    # only ours
    taken = editor.workflow(ERRORS)
    assert taken["description"] == "Changed by the release."
    assert taken["activeVersionId"] == taken["versionId"]
    # unpublished, and deleted
    search = editor.workflow(SEARCH)
    assert (search["description"], search["activeVersionId"]) == ("Changed by the release.", None)
    assert INTAKE not in editor.workflows()
    # both
    theirs = editor.workflow(FORM)
    assert theirs["nodes"][0]["position"] == dragged[FORM] and not theirs["description"]
    assert theirs["activeVersionId"]
    copies = [w for w in editor.workflows().values() if w["name"] == "Lead form (new in 9.9)"]
    assert len(copies) == 1
    beside = editor.workflow(copies[0]["id"])
    assert (beside["description"], beside["activeVersionId"]) == ("Changed by the release.", None)
    # keys
    keys = release.keys()
    assert keys["hunter"] == "entered-in-the-editor" and keys["peopledatalabs"] == "from-the-settings"

    assert release.deploy() == ["The workflows are already deployed."]

    release.set_keys(hunter="from-the-settings-too", peopledatalabs="")
    assert release.deploy() == [
        '"hunter" of the credential "Enrichment providers" was changed in n8n and here: n8n\'s was kept.',
        '"peopledatalabs" of the credential "Enrichment providers" is no longer set here and stays in n8n;'
        ' empty it there to take it away.',
    ]
    assert release.keys() == keys

    # without an intake the stack is up all the same
    context = ssl.create_default_context(cafile=stack.facts["ca_file"])
    wait_live(stack.stack.ports["edge"], "localhost", context, "the logs",
              lambda: release.command(*PUBLISHED), seconds=30)
    assert "Lead intake is unpublished" in capsys.readouterr().out

    # what was deleted by mistake comes back, and nothing else
    assert release.deploy(restore=True) == ["Deployed 1 workflow."]
    back = editor.workflow(INTAKE)
    assert back["description"] == "Changed by the release." and back["activeVersionId"]
    assert editor.workflow(FORM)["nodes"] == theirs["nodes"]
    assert editor.workflow(IMPORTS)["nodes"][0]["position"] == dragged[IMPORTS]


def test_a_new_database_is_filled_and_one_from_a_backup_takes_the_release(stack, release):
    """What was deployed comes and goes with n8n's database."""
    assert release.deploy() == ["The workflows are already deployed."]
    postgres = stack.stack.dsn("postgres", "POSTGRES_PASSWORD")
    everything = len(list(n8n.WORKFLOWS.glob("*.json")))
    with closing(psycopg2.connect(postgres)) as admin:
        admin.autocommit = True
        cursor = admin.cursor()
        try:
            cursor.execute("CREATE DATABASE n8n_anew OWNER n8n")
            release.environment["DB_POSTGRESDB_DATABASE"] = "n8n_anew"
            assert release.deploy() == [f"Deployed {everything} workflows."]
            cursor.execute("CREATE DATABASE n8n_backup OWNER n8n TEMPLATE n8n_anew")
            release.change("lead-form")
            for database in ("n8n_anew", "n8n_backup"):
                release.environment["DB_POSTGRESDB_DATABASE"] = database
                assert release.deploy() == ["Deployed 1 workflow."]
                assert release.deploy() == ["The workflows are already deployed."]
        finally:
            release.environment["DB_POSTGRESDB_DATABASE"] = "n8n"
            for database in ("n8n_anew", "n8n_backup"):
                cursor.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def test_a_step_dragged_in_the_editor_comes_home_as_its_new_position(stack, release, tmp_path):
    release.command("import:workflow", "--separate", f"--input={n8n.WORKFLOWS}", "--activeState=fromJson")
    home = tmp_path / "home"
    shutil.copytree(n8n.WORKFLOWS, home)

    def changed_lines():
        workflows.take(stack.stack.settings, home)
        return [line for path in sorted(home.glob("*.json")) for line in difflib.ndiff(
            (n8n.WORKFLOWS / path.name).read_text().splitlines(), path.read_text().splitlines())
            if line.startswith(("+", "-"))]

    assert changed_lines() == []
    with browser.launched(stack.stack.settings, stack.stack.settings.state / "tls/edge.pem") as context:
        _drag_in_the_editor(context.new_page(), stack.facts, FORM, "Try again")
    assert [line[:18] for line in changed_lines()] == ['-       "position"', '+       "position"']


def _drag_in_the_editor(page, facts, workflow_id, step):
    page.set_viewport_size({"width": 1500, "height": 900})
    page.goto(f"{facts['n8n_url']}signin")
    page.fill("input[type=email]", facts["login"]["email"])
    page.fill("input[type=password]", facts["login"]["password"])
    page.click("button[type=submit], [data-test-id=form-submit-button]")
    page.wait_for_url(lambda url: "signin" not in url)
    page.goto(f"{facts['n8n_url']}workflow/{workflow_id}")
    found = page.locator(f'[data-test-id=canvas-node][data-node-name="{step}"]').first
    found.wait_for(state="attached")
    page.locator(".vue-flow__pane").click(position={"x": 5, "y": 300})
    page.keyboard.press("1")  # fit into the view

    def at_rest():
        before = found.bounding_box()
        page.wait_for_timeout(500)
        return before if before == found.bounding_box() else None

    box = until(at_rest, 60, "the view to have moved there")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    with page.expect_response(
            lambda answer: answer.request.method == "PATCH" and f"/workflows/{workflow_id}" in answer.url):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 40, y + 60, steps=10)
        page.mouse.up()  # the editor saves by itself
