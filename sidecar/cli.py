"""The command line: `sidecar …`. Heavy modules are imported by the command that needs them."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sidecar import __version__
from sidecar.terms.states import PURPOSES

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sidecar.engine import Engine
    from sidecar.services.versions import Versions
    from sidecar.settings import Settings
    from sidecar.terms.states import Goal


@click.group()
@click.version_option(__version__, prog_name="sidecar")
def main() -> None:
    """Customer Data Enrichment Engine."""
    from sidecar import logs
    from sidecar.ids import new_id

    logs.configure("WARNING")
    logs.begin(f"command:{new_id()}")


def _lines(process: Callable[[Iterable[str]], Iterable[str]]) -> None:
    # Bytes that are no UTF-8 spoil their own line, not the rest.
    for line in process(line.decode("utf-8", "surrogateescape") for line in sys.stdin.buffer):
        click.echo(line)


@main.command()
@click.option("--strict", is_flag=True, help="A value that cannot be used makes its lead invalid.")
def validate(strict: bool) -> None:
    """Check leads: JSON lines in, one result a line out, in order."""
    from sidecar.sources import validate_lines

    _lines(lambda lines: validate_lines(lines, strict=strict))


@main.command()
def normalize() -> None:
    """Tidy leads: JSON lines in, one result a line out, in order."""
    from sidecar.sources import normalize_lines

    _lines(normalize_lines)


@main.command()
def score() -> None:
    """Score leads with the default model: JSON lines in, one result a line out, in order."""
    from sidecar.engine import utc_now
    from sidecar.scoring import default_model, score_lines

    now = utc_now()
    _lines(lambda lines: score_lines(lines, now, default_model()))


@main.group()
def events() -> None:
    """What people did, and what machines did."""


@events.command("judge")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def judge_events(file: Path) -> None:
    """Which opens, clicks and page views are a machine's: each event (a JSON line) again, with `machine`.

    `machine` is the code of the sign, or null. Events of one person, mailbox or address are judged together.
    """
    from sidecar.robots import judge_lines

    with file.open(encoding="utf-8", errors="surrogateescape") as lines:
        for line in judge_lines(lines):
            click.echo(line)


@main.group(invoke_without_command=True)
@click.option("--dry-run", is_flag=True, help="Tell what it will cost; nothing is asked or paid.")
@click.option("--lead", "lead_ids", multiple=True, type=click.UUID, help="A lead, by its id.")
@click.option("--import", "import_id", type=click.UUID, help="The leads of an import, by its id.")
@click.option("--source", help="The leads of a source.")
@click.option("--stage", help="Leads at a stage; queued if no leads are named.")
@click.pass_context
def enrich(
    context: click.Context, dry_run: bool, lead_ids: tuple[UUID, ...], import_id: UUID | None,
    source: str | None, stage: str | None,
) -> None:
    """What is bought from providers: how much it will cost (--dry-run), as JSON and as a table."""
    if context.invoked_subcommand:
        return
    if not dry_run:
        raise click.UsageError("Leads are enriched by the workflow; --dry-run tells what it will cost.")
    filters = {"lead_ids": [*map(str, lead_ids)], "import_id": import_id and str(import_id),
               "source": source, "stage": stage}
    from sidecar.services import leads

    with _administration() as engine:
        told = leads.estimate(
            engine, {name: value for name, value in filters.items() if value}, reveal=True)
    click.echo(json.dumps(told))
    click.echo("\n".join(_estimated(told)), err=True)


def _estimated(told: dict[str, Any]) -> Iterator[str]:
    part = "" if told["gone_through"] == told["leads"] else f" ({told['gone_through']} gone through)"
    yield (f"{told['leads']} leads{part}: {told['asked']} to ask about, {told['settled']} settled,"
           f" {told['refused']} refuse it, {told['ceiling']} stop at a ceiling.")
    for name, of in (("cost", ""), ("sandbox_cost", " of play money (sandbox)")):
        cost = told[name]
        if cost["high"] or name == "cost":
            yield f"USD {cost['expected']:.2f}{of}, likely {cost['low']:.2f} to {cost['high']:.2f}"
    for row in told["operations"]:
        yield (f"  {row['provider'] + '.' + row['operation']:28} {row['calls']:9.0f} calls"
               f" {row['found']:9.0f} found {row['cost']:11.2f} USD{' (sandbox)' if row['sandbox'] else ''}")
    for row in told["ceilings"]:
        more = row["runway_leads"]
        yield (f"  {row['provider'] or 'all providers'}, a {row['per']}: {row['left']:.2f} of"
               f" {row['ceiling']:.2f} USD left"
               + ("" if more is None else f", enough for {more} more leads like these"))
    if told["away"]:
        yield f"Not asked until they answer again: {', '.join(told['away'])}."


@enrich.command("simulate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--goal", type=click.Choice(["decision", "reach", "fill"]), required=True,
              help="Buy until the grade is settled; also until they can be reached; until all is known.")
@click.option("--model", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A scoring model (JSON) in place of the default one.")
@click.option("--ceiling-per-lead", type=click.FloatRange(0), default=math.inf, help="USD at most a lead.")
@click.option("--ceiling-per-day", type=click.FloatRange(0), default=math.inf, help="USD at most for all.")
def simulate_market(
    file: Path, goal: Goal, model: Path | None, ceiling_per_lead: float, ceiling_per_day: float,
) -> None:
    """Let the planner of production buy in a market (JSON): a JSON line for each lead.

    A table compares it with buying everything and with a fixed order that knows the hit rates.
    """
    from sidecar.enrichment import market
    from sidecar.scoring import check_model, default_model

    try:
        scoring = _json(model) if model else default_model()
        world = market.Market.read(_json(file))
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    problems = check_model(scoring)
    if problems:
        raise click.ClickException("The model cannot be used: " + "; ".join(map(str, problems)))
    lines = []
    for line in market.simulate(world, scoring, goal, ceiling_per_lead=ceiling_per_lead,
                                ceiling_per_day=ceiling_per_day):
        lines.append(line)
        click.echo(json.dumps(line, ensure_ascii=False))
    wanted = market.fixed_order_wants(world, scoring, goal)
    click.echo(market.summary(world, {
        goal: lines, "all at once": list(market.all_at_once(world, scoring)),
        "fixed order": list(market.fixed_order(world, scoring, market.tuned_order(world, wanted), wanted)),
    }), err=True)


@main.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True,
              help="Of the database: tell every pair nobody decided on, and enter none.")
@click.option("--map", "maps", multiple=True, metavar="COLUMN=FIELD",
              help="What a column holds where its header does not tell; COLUMN= leaves it out.")
@click.option("--threshold", type=click.FloatRange(0, 1), default=0.5, show_default=True,
              help="The least score of a pair.")
@click.option("--region", help="The country (ISO alpha-2) of telephone numbers that name none.")
def dedupe(
    file: Path | None, dry_run: bool, maps: tuple[str, ...], threshold: float, region: str | None,
) -> None:
    """Find people who are there twice: a JSON line for each pair.

    Without FILE it compares the contacts of the database that are new or changed since the last time,
    and enters the pairs for a review; nothing is merged.

    In a CSV FILE left and right count the rows from 0. auto: an e-mail address, LinkedIn profile, or
    mobile number with the name says so; any other pair is for a review.
    """
    if file is not None:
        _dedupe_file(file, maps, threshold, region)
    elif maps or region:
        raise click.UsageError("--map and --region are for a FILE.")
    else:
        _dedupe_store(threshold, dry_run)


def _dedupe_store(threshold: float, dry_run: bool) -> None:
    from sidecar.services import duplicates

    def tell(pair: duplicates.Pair) -> None:
        click.echo(json.dumps(vars(pair) | {"score": round(pair.score, 4)}))

    with _administration() as engine:
        if dry_run:
            count = 0
            for pair in duplicates.preview(engine, threshold=threshold):
                tell(pair)
                count += 1
            click.echo(f"{count} pairs; none was entered.", err=True)
        else:
            result = duplicates.find(engine, seconds=math.inf, threshold=threshold, told=tell)
            click.echo(f"{result['checked']} contacts checked, {result['found']} new pairs.", err=True)


def _dedupe_file(file: Path, maps: tuple[str, ...], threshold: float, region: str | None) -> None:
    from sidecar.matching import column_fields, fields_of, find_pairs, people_of
    from sidecar.records import RecordSettings
    from sidecar.tables import Choices, open_table

    given = _mapping(maps)
    try:
        with file.open("rb") as content:
            table = open_table(content, Choices(columns=frozenset(given)))
            mapping = column_fields(table.header, given)
            if not mapping:
                raise click.ClickException("No column is known; say what they hold with --map.")
            click.echo("Compared are " + ", ".join(f"{c} as {f}" for c, f in mapping.items()), err=True)
            fields = [mapping.get(column) for column in table.header]
            leads = (fields_of((cell.strip() for cell in row.cells), fields) for row in table.rows)
            people = people_of(leads, RecordSettings(default_region=region))
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{len(people)} rows read.", err=True)
    count = auto = told = 0
    for pair in find_pairs(people, threshold):
        count, auto = count + 1, auto + pair.auto
        click.echo(json.dumps({**pair._asdict(), "score": round(pair.score, 4)}))
        if pair.right - told >= 100_000:
            told = pair.right
            click.echo(f"{told} rows compared, {count} pairs.", err=True)
    click.echo(f"{count} pairs, {auto} of them need no review.", err=True)


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--map", "maps", multiple=True, metavar="COLUMN=FIELD",
              help="What a column holds where its header does not tell; COLUMN= leaves it out.")
@click.option("--dry-run", is_flag=True, help="Tell what would be done; no lead is written.")
@click.option("--source", default="import", show_default=True, help="Source of rows that name none.")
@click.option("--ignore-unknown", is_flag=True, help="Leave out columns that are not known.")
@click.option("--again", is_flag=True, help="Import a file once more that was imported before.")
@click.option("--encoding", help="How a text is written, e.g. cp1250 or shift_jis; without it that is found.")
@click.option("--delimiter", help="What stands between the cells of a text; tab for a tab.")
@click.option("--header-row", type=click.IntRange(1), help="The line that holds the names of the columns.")
@click.option("--sheet", help="Which sheet of a spreadsheet.")
@click.option("--save-mapping", metavar="NAME",
              help="Read files with this header as this one is read from now on.")
@click.option("--refused", type=click.Choice([*PURPOSES, "nothing"]),
              help="What everybody in the file refuses; without it its name may say so (unsubscribed….csv).")
def import_(
    file: Path, maps: tuple[str, ...], dry_run: bool, source: str, ignore_unknown: bool, again: bool,
    refused: str | None, **choices: Any,
) -> None:
    """Import leads from a CSV file of any size, a spreadsheet (XLSX, XLS, ODS) or vCards.

    What the file is, its encoding, delimiter, header line and columns are found; the same command goes on
    where one was stopped. Rows that are refused are written to FILE.rejected.csv with the reasons, to be
    corrected and imported in their turn; those of which something was left out to FILE.warnings.csv.
    """
    from sidecar.errors import EngineError
    from sidecar.services import imports
    from sidecar.services.import_files import import_file
    from sidecar.tables import TableError, refusal_of

    if choices["delimiter"] in ("tab", "\\t"):
        choices["delimiter"] = "\t"
    if choices["delimiter"] and len(choices["delimiter"]) > 1:
        raise click.UsageError("--delimiter is one character.")
    options = imports.Options(
        mapping=_mapping(maps), unknown_columns="ignore" if ignore_unknown else "custom",
        source=source, dry_run=dry_run, refused=refusal_of(file.name, refused), **choices)
    if options.refused:
        click.echo(f"Everybody in this file refuses {options.refused}.", err=True)
    try:
        with _engine() as engine, file.open("rb") as content:
            with click.progressbar(length=file.stat().st_size, label=file.name, file=sys.stderr) as bar:
                job, done = import_file(
                    engine, content, options, client="command line", again=again,
                    told=lambda position: bar.update(position - bar.pos))
            _told(job, done)
            for kind, wanted, lines, sentence in (
                    ("rejected", job["counts"]["rejected"], imports.rejects_file, "The refused rows"),
                    ("warnings", job["warnings"] or job["counts"]["skipped"], imports.warnings_file,
                     "Rows that were skipped, or of which something was left out,")):
                if wanted:
                    path = file.with_name(f"{file.name}.{kind}.csv")
                    with path.open("w", encoding="utf-8", newline="") as told:
                        told.writelines(lines(engine, job))
                    click.echo(f"{sentence} are in {path}.")
    except TableError as error:
        raise click.ClickException(str(error)) from None
    except EngineError as error:
        raise click.ClickException(f"{error.detail} The same command goes on where it stopped.") from None


@main.group()
def imports() -> None:
    """Imports that were made, and the mappings that were saved."""


@imports.command("list")
def list_imports() -> None:
    """The last 50 imports, newest first."""
    from sidecar.services import jobs

    with _administration() as engine:
        for job in jobs.listed(engine, limit=50, after=None, state=None)[0]:
            counts = job["counts"]
            click.echo(f"{job['id']} {job['created_at']:%Y-%m-%d %H:%M} {job['state']:9}"
                       f" {'dry run ' if job['dry_run'] else ''}{counts['handled']} rows,"
                       f" {counts['created']} created, {counts['updated']} updated, by {job['created_by']}")


@imports.command("undo")
@click.argument("job_id", type=click.UUID)
def undo_import(job_id: Any) -> None:
    """Take an import back: everything as before, except what others changed since, which is told."""
    from sidecar.services import imports
    from sidecar.services.audit import COMMAND_LINE

    with _administration() as engine:
        while (job := imports.undo(engine, str(job_id), by=COMMAND_LINE))["state"] == "undoing":
            pass
    for kept in job["kept"]:
        fields = ", ".join(kept["fields"]).replace("*", "all of it")
        click.echo(f"  kept {kept['kind']} {kept['id']}: {fields}")
    click.echo(f"The import is undone; {job['kept_count']} people, companies or leads keep what others"
               " changed since.")


@imports.command("mappings")
@click.option("--forget", metavar="NAME", help="Read files with that header by its names again.")
def list_mappings(forget: str | None) -> None:
    """The mappings that were saved with --save-mapping."""
    from sidecar.services import import_mappings
    from sidecar.services.audit import COMMAND_LINE

    with _administration() as engine:
        if forget:
            import_mappings.forget(engine, forget, by=COMMAND_LINE)
        for row in import_mappings.listed(engine):
            click.echo(f"{row['name']:32} source {row['source']}: " + ", ".join(
                f"{column}={field}" for column, field in row["mapping"].items()))


def _told(job: dict[str, Any], done: bool) -> None:
    from sidecar.terms.states import ROW_OUTCOMES

    certain = f" ({job['encoding_certainty']:.0%} certain)" if job["encoding_certainty"] < 1 else ""
    where = f"sheet {job['sheet']}" if job["sheet"] else f"{job['encoding']}{certain}"
    click.echo(f"Read as {job['format']}, {where}, header at line {job['header_line']}"
               + (f", mapping {job['mapping_name']}" if job["mapping_name"] else ""), err=True)
    for column in job["columns"]:
        click.echo(f"  {column['column']:32} {column['field'] or '-':28} {column['how']}", err=True)
    if not done:
        click.echo(f"This file was imported already, on {job['updated_at']:%Y-%m-%d}; "
                   "--again imports it once more.")
    would = "would be " if job["dry_run"] else ""
    if not job["dry_run"]:
        click.echo(f"sidecar imports undo {job['id']} takes it back.", err=True)
    counts = job["counts"]
    click.echo(f"{counts['total']} rows: " + ", ".join(
        f"{counts[name]} {would}{name}" for name in ROW_OUTCOMES) + ".")
    for warning in job["warnings"]:
        click.echo(f"  {warning['column'] or '-':32} {warning['code']:28} {warning['rows']} rows")
    for problem in job["problems"]:
        for error in problem["errors"]:
            click.echo(f"  line {problem['line']} {problem['outcome']}: "
                       f"{error['pointer'].strip('/') or 'row'}: {error['detail']}", err=True)


def _mapping(maps: tuple[str, ...]) -> dict[str, str]:
    given = {}
    for text in maps:
        column, equals, field = text.rpartition("=")
        if not equals:
            raise click.ClickException(f"--map {text} is not COLUMN=FIELD.")
        given[column.strip()] = field.strip()
    return given


@main.group()
def messages() -> None:
    """Messages to people."""


@messages.command("preview")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default="messages",
              show_default=True, help="The folder of the pages.")
def preview_messages(out: Path) -> None:
    """Write a page of each kind of message, channel and language, with invented data; needs no database."""
    from sidecar import environment
    from sidecar.channels import CHANNELS
    from sidecar.channels.previews import pages

    try:
        read = environment.read(os.environ, *CHANNELS.values())
    except environment.SettingsError as error:
        raise click.ClickException(str(error)) from None
    made = {name: channel(**values) for (name, channel), values in zip(CHANNELS.items(), read, strict=True)}
    out.mkdir(parents=True, exist_ok=True)
    for name, page in pages(made):
        (out / name).write_text(page, encoding="utf-8")
    click.echo(f"Open {out / 'index.html'} in a browser.")


@main.group()
def scoring() -> None:
    """Scoring models: check, try out, publish; score all leads again."""


_MODEL = click.Path(exists=True, dir_okay=False, path_type=Path)
_OF_KEY = click.option("--key", default="default", show_default=True, help="Which model it is a version of.")


@scoring.command("check")
@click.argument("file", type=_MODEL)
def check_scoring(file: Path) -> None:
    """Tell what keeps a model (JSON) from being published; needs no database."""
    from sidecar.scoring import check_model

    _check_model(check_model, file)


@scoring.command("list")
@click.option("--key", help="Only the versions of one model.")
def list_scoring(key: str | None) -> None:
    """The last 50 versions, newest first."""
    from sidecar.services.models import SCORING

    _list_versions(SCORING, key)


@scoring.command("publish")
@click.argument("file", type=_MODEL)
@_OF_KEY
def publish_scoring(file: Path, key: str) -> None:
    """Put a model (JSON) in force as the next version of its key."""
    from sidecar.services.models import SCORING

    version = _publish_version(SCORING, file, key)
    click.echo(f"{version} is in force. `sidecar scoring rescore` scores all leads by it.")


@scoring.command("simulate")
@click.argument("file", type=_MODEL)
@_OF_KEY
def simulate_scoring(file: Path, key: str) -> None:
    """Tell what would change for all leads if a model (JSON) were in force, as JSON and in words."""
    from sidecar.services import models

    definition = _definition(file)
    with _administration() as engine:
        told = models.simulate(
            engine, definition, key, most=None, reveal=True,
            progress=lambda done: click.echo(f"\r{done} leads", nl=False, err=True))
    click.echo(json.dumps(told))
    click.echo("\r" + "\n".join(_simulated(told)), err=True)


def _simulated(told: dict[str, Any]) -> Iterator[str]:
    yield f"{told['changed']} of {told['leads']} leads change grade."
    for row in told["grades"]:
        if row["from"] != row["to"] and row["leads"]:
            yield f"  {row['from']} to {row['to']}: {row['leads']}"
    for row in told["rules"][:10]:
        yield f"  {row['component']}, {row['rule']}: {row['up']} up, {row['down']} down"
    alerts = told["alerts_a_week"]
    yield f"Alerts a week: {alerts['after']}, now {alerts['before']}."


@scoring.command("rescore")
def rescore_all() -> None:
    """Score all leads again by the models in force; it goes on by itself where it is interrupted."""
    from sidecar.services import jobs, rescoring
    from sidecar.services.audit import COMMAND_LINE

    with _administration() as engine:
        job = rescoring.begin(engine, by=COMMAND_LINE)
        while job["state"] in ("queued", "running"):
            job, outcomes = jobs.step(engine, job["id"])
            counts = job["counts"]
            click.echo(f"\r{counts['handled']} of {counts['total']} leads", nl=False, err=True)
            if not outcomes:  # n8n's workflow has the job
                time.sleep(1)
    click.echo(err=True)
    click.echo(f"{job['state']}: {counts['updated']} leads have another score or other reasons,"
               f" {counts['skipped']} the same, {counts['rejected']} could not be scored.")


@main.command()
@click.argument("request_id")
def find(request_id: str) -> None:
    """What a request caused, the earliest first, from what it brought to the messages.

    REQUEST_ID is what an error shows, the header X-Request-Id of an answer, or `request_id` in a log; a run
    of n8n is n8n-execution-NUMBER, an import job:ID.
    """
    from datetime import datetime

    from sidecar.services import requests

    with _administration() as engine:
        after = None
        while True:
            story, following = requests.find(engine, request_id, limit=1000, after=after, reveal=True)
            for row in story["data"]:
                details = {"lead": row["lead_id"], **row["details"]}
                said = " ".join(f"{name}={value}" for name, value in details.items() if value is not None)
                click.echo(f"{row['at']:%Y-%m-%d %H:%M:%S.%f} {row['kind']:9} {said}")
            if following is None:
                break
            after = datetime.fromisoformat(following[0]), following[1]
    if story["more_leads"]:
        click.echo(f"It brought more than these {len(story['leads'])} leads.", err=True)
    click.echo("The lines of the edge and of the sidecar: search their logs for the same id"
               " (docs/MONITORING.md).", err=True)


@main.command()
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
              help="When the stall began (UTC).")
@click.option("--dry-run", is_flag=True, help="Tell what leads lack; nothing is taken up.")
@click.option("--no-pull", is_flag=True, help="Ask no vendor for what was missed.")
def backfill(since: datetime, dry_run: bool, no_pull: bool) -> None:
    """After a stall: take up again what came since then and lacks something; nothing is paid for twice."""
    from datetime import UTC

    from sidecar.services import backfill as service
    from sidecar.services import jobs
    from sidecar.services.audit import COMMAND_LINE

    begun = since.replace(tzinfo=UTC)
    with _administration() as engine:
        found, _ = service.preview(engine, begun)
        for lacks, count in found.items():
            click.echo(f"{count} leads: {lacks}")
        if dry_run:
            return
        job = service.begin(engine, begun, pull=not no_pull, by=COMMAND_LINE)
        while job["state"] in ("queued", "running"):
            job, outcomes = jobs.step(engine, job["id"])
            counts = job["counts"]
            click.echo(f"\r{counts['handled']} of {counts['total']} leads", nl=False, err=True)
            if not outcomes and job["state"] != "done":  # n8n's workflow has the job
                time.sleep(1)
    click.echo(err=True)
    click.echo(f"{job['state']}: {counts['updated']} leads are taken up again.")


@main.group()
def routing() -> None:
    """The routing model: show, check, try out, publish; its history."""


@routing.command("show")
def show_routing() -> None:
    """Print the model in force (JSON)."""
    from sidecar.services import routing as service

    with _administration() as engine:
        click.echo(json.dumps(service.in_force(engine), indent=2, ensure_ascii=False))


@routing.command("check")
@click.argument("file", type=_MODEL)
def check_routing(file: Path) -> None:
    """Tell what is wrong with a model (JSON); needs no database, and so asks for no team."""
    from sidecar.routing.model import check_model

    _check_model(check_model, file)


@routing.command("history")
def routing_history() -> None:
    """The last 50 versions, newest first."""
    from sidecar.services.routing import ROUTING

    _list_versions(ROUTING)


@routing.command("publish")
@click.argument("file", type=_MODEL)
def publish_routing(file: Path) -> None:
    """Put a model (JSON) in force as the next version."""
    from sidecar.services.routing import ROUTING

    click.echo(f"{_publish_version(ROUTING, file)} is in force.")


@routing.command("simulate")
@click.argument("file", type=_MODEL)
@click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True,
              help="Which leads: those that became hot in the last days.")
def simulate_routing(file: Path, days: int) -> None:
    """Tell who would have got the hot leads of the last days by a model (JSON), as JSON and in words."""
    from sidecar.services import routing as service

    definition = _definition(file)
    with _administration() as engine:
        told = service.simulate(
            engine, definition, days=days, most=None,
            progress=lambda done: click.echo(f"\r{done} leads", nl=False, err=True))
    click.echo(json.dumps(told))
    click.echo(f"\r{told['changed']} of {told['leads']} leads go another way.", err=True)
    for what in ("people", "rules"):
        for row in told[what]:
            click.echo(f"  {row.get('owner') or row['rule']}: {row['after']}, now {row['before']}", err=True)


@routing.command("schema")
def routing_schema() -> None:
    """Print the JSON Schema of routing models (docs/routing-model.schema.json is made so)."""
    from sidecar.routing.model import model_schema as schema

    click.echo(json.dumps(schema(), indent=2))


def _check_model(check: Callable[[object], Sequence[object]], file: Path) -> None:
    if problems := check(_definition(file)):
        raise click.ClickException("The model cannot be used:\n" + "\n".join(map(str, problems)))
    click.echo("The model can be published.")


def _list_versions(versions: Versions, key: str | None = None) -> None:
    with _administration() as engine:
        for row in versions.listed(engine, limit=50, after=None, key=key, state=None)[0]:
            since = f" since {row['published_at']:%Y-%m-%d %H:%M}" if row["state"] == "published" else ""
            click.echo(
                f"{row['id']:4} {row['model_version']:20} {row['state']}{since}, by {row['created_by']}")


def _publish_version(versions: Versions, file: Path, key: str | None = None) -> str:
    """Put the model of a file in force: its version. Where it is refused, no draft of it stays."""
    from sidecar.services.audit import COMMAND_LINE

    definition = _definition(file)
    with _administration() as engine, engine.database.write():
        versions.check(definition)
        draft = versions.create(engine, key=key, definition=definition, based_on=None, by=COMMAND_LINE)
        return str(versions.publish(engine, draft["id"], by=COMMAND_LINE)["model_version"])


def _definition(file: Path) -> Any:
    """A model of a file, which need not name a version: that is given when it is published."""
    try:
        model = _json(file)
    except ValueError as error:
        raise click.ClickException(f"{file} is not JSON: {error}") from None
    return {"version": "draft"} | model if isinstance(model, dict) else model


@main.command()
def migrate() -> None:
    """Bring the database up to date."""
    from sidecar.errors import Conflict, Unavailable
    from sidecar.services import models
    from sidecar.store.migrations import migrate as apply

    try:
        applied = apply(_settings().database_url)
    except (Conflict, Unavailable) as error:
        raise click.ClickException(error.detail) from None
    with _administration() as engine:
        models.keep_shipped(engine)
    click.echo("\n".join(f"applied {name}" for name in applied) or "The database is up to date.")


@main.command()
def recount() -> None:
    """Count leads, work and intake again, after somebody changed tables without the triggers."""
    from sidecar.store import statistics

    with _administration() as engine, engine.database.write() as cursor:
        wrong = statistics.recount(cursor)
    click.echo(f"{wrong} figures were wrong and are corrected." if wrong else "Every figure is right.")


@main.command("retention")
@click.option("--dry-run", is_flag=True, help="Tell what would go; nothing does.")
def forget(dry_run: bool) -> None:
    """Let what is over its time go, all of it at once; else it goes in parts, every minute."""
    from sidecar.pipeline import retention

    with _administration() as engine:
        for rule, rows in (retention.tell if dry_run else retention.forget_all)(engine):
            click.echo(f"{rows:12,} {rule.name} after {retention.days_of(engine, rule)} days ({rule.table}):"
                       f" {rule.why}")


@main.command()
def providers() -> None:
    """Print the provider catalogue as JSON (the n8n credential's fields are made from it)."""
    from sidecar.enrichment import catalogue

    click.echo(json.dumps(catalogue(), indent=2))


@main.command("model-schema")
def model_schema() -> None:
    """Print the JSON Schema of scoring models (docs/scoring-model.schema.json is made so)."""
    from sidecar.scoring import model_schema as schema

    click.echo(json.dumps(schema(), indent=2))


@main.command()
def openapi() -> None:
    """Print the API's OpenAPI document (docs/openapi.json is made so)."""
    import sidecar.app  # noqa: F401  (the routes register themselves)
    from sidecar.api.openapi import document

    click.echo(json.dumps(document(), indent=2, ensure_ascii=False))


@main.group()
def clients() -> None:
    """Programs that call the API."""


@clients.command("add")
@click.argument("name")
@click.option("--scopes", required=True, help="Comma-separated, e.g. leads,pii:read; or all.")
@click.option("--secret-file", type=click.Path(exists=True, path_type=Path),
              help="File that holds the secret; without it one is made and printed once.")
@click.option("--keep", is_flag=True, help="Leave a client that exists as it is.")
@click.option("--keep-scopes", is_flag=True,
              help="One that exists gets the secret, keeps the scopes that it has besides, stays disabled.")
def add_client(
    name: str, scopes: str, secret_file: Path | None, keep: bool, keep_scopes: bool,
) -> None:
    """Create a client, or give it a new secret and scopes."""
    from sidecar.services import administration
    from sidecar.services.audit import COMMAND_LINE
    from sidecar.terms.scopes import SCOPES

    wanted = list(SCOPES) if scopes == "all" else [s.strip() for s in scopes.split(",")]
    secret = _read(secret_file) if secret_file else None
    with _administration() as engine:
        if keep and any(row["id"] == name for row in administration.list_clients(engine)):
            click.echo(f"The client {name} exists already.")
            return
        made = administration.add_client(
            engine, name, wanted, secret=secret, replace=True, keep_scopes=keep_scopes, by=COMMAND_LINE)
    click.echo(f"client_id={name}" + ("" if secret else f"\nclient_secret={made['client_secret']}"))


@clients.command("list")
def list_clients() -> None:
    """All clients."""
    from sidecar.services import administration

    with _administration() as engine:
        for row in administration.list_clients(engine):
            click.echo(f"{row['id']:24} {'enabled' if row['enabled'] else 'disabled':9} "
                       f"{','.join(row['scopes'])}")


@clients.command("rotate")
@click.argument("name")
def rotate_secret(name: str) -> None:
    """Give a client a new secret, printed once; the old one is refused at once."""
    from sidecar.services import administration
    from sidecar.services.audit import COMMAND_LINE

    with _administration() as engine:
        made = administration.rotate_secret(engine, name, by=COMMAND_LINE)
    click.echo(f"client_id={name}\nclient_secret={made['client_secret']}")


@clients.command("disable")
@click.argument("name")
def disable_client(name: str) -> None:
    """Refuse new tokens to a client."""
    _enable_client(name, False)


@clients.command("enable")
@click.argument("name")
def enable_client(name: str) -> None:
    """Give a disabled client tokens again."""
    _enable_client(name, True)


def _enable_client(name: str, enabled: bool) -> None:
    from sidecar.services import administration
    from sidecar.services.audit import COMMAND_LINE

    with _administration() as engine:
        administration.enable_client(engine, name, enabled, by=COMMAND_LINE)


@main.group()
def ml() -> None:
    """Predictive models: how good they are, training them on the outcomes of leads."""


@ml.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--target", required=True, help="The column that tells the outcome.")
@click.option("--exclude", multiple=True, help="A column that is not to be used.")
def evaluate_table(file: Path, target: str, exclude: tuple[str, ...]) -> None:
    """How well a table's columns predict its outcome on rows not seen (5-fold), as JSON.

    Columns that give the outcome away or only tell rows apart are refused, with the reasons.
    """
    from sidecar.tables import SKIPPED, Choices, TableError, open_table

    with _training():
        from sidecar.scoring.ml.columns import OutcomeError
        from sidecar.scoring.ml.evaluation import evaluate
    try:
        with file.open("rb") as content:
            table = open_table(content, Choices(columns=frozenset((target, *exclude))))
            rows = [row.cells for row in table.rows if (row.problem or ("",))[0] not in SKIPPED]
        told = evaluate(table.header, rows, target, exclude)
    except (TableError, OutcomeError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


@ml.command("train")
@click.option("--by", default="command line", hidden=True)
def train_model(by: str) -> None:
    """Learn from the outcomes of the store's leads; the better model is put in force."""
    from sidecar.services import predictions
    from sidecar.services.audit import Actor

    with _administration() as engine:
        told = predictions.train(engine, by=Actor(by))
    click.echo(f"{told['model_version']}: {told['reason']}" + (
        " It is in force." if told["state"] == "published" else ""))


@ml.command("report")
@click.option("--id", "model_id", type=int, help="Of this model; else of the one that was trained last.")
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), help="Write it as SVG, too.")
def report_model(model_id: int | None, picture: Path | None) -> None:
    """How good a predictive model is on later leads, as JSON and as a picture."""
    from sidecar.services import predictions

    with _administration() as engine:
        if model_id is None:
            newest, _ = predictions.listed(engine, limit=1, after=None)
            if not newest:
                raise click.ClickException("No model was trained yet: sidecar ml train")
            model_id = newest[0]["id"]
        told = predictions.read(engine, model_id)
    drawn = told.pop("picture")
    if picture:
        if drawn is None:
            raise click.ClickException(told["reason"])
        picture.write_text(drawn, encoding="utf-8")
    click.echo(json.dumps(told, default=str, ensure_ascii=False, indent=2))


def _training() -> AbstractContextManager[None]:
    """What trains is imported in here."""
    return _extra("ml", "Training needs scikit-learn")


@contextmanager
def _extra(name: str, needs: str) -> Iterator[None]:
    """What not every installation has is imported in here."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"{needs}, which is not installed here ({error.name} is missing):"
            f" pip install 'enrichment-engine[{name}]'.") from None


@main.command()
@click.option("--client", help="Serve this client (its id) over standard input and output.")
@click.option("--secret-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="File that holds the client's secret; without it that is in SIDECAR_CLIENT_SECRET.")
@click.option("--http", is_flag=True, help="Serve clients over HTTP at /mcp, by their access tokens.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8100, show_default=True)
def mcp(client: str | None, secret_file: Path | None, http: bool, host: str, port: int) -> None:
    """Let an assistant ask about leads by the Model Context Protocol (docs/MCP.md)."""
    if http == bool(client):
        raise click.UsageError("Give --client, or --http.")
    with _extra("mcp", "This needs the package mcp"):
        from sidecar.assistants.server import serve_http, serve_stdio
    from sidecar import logs
    from sidecar.services import access

    with _administration() as engine:
        logs.configure(engine.settings.log_level)
        if client is None:
            serve_http(engine, host, port)
            return
        secret = _read(secret_file) if secret_file else os.environ.get("SIDECAR_CLIENT_SECRET", "")
        access.client_token(engine, client, secret)
        serve_stdio(engine, client)


@main.group()
def users() -> None:
    """People who sign in."""


@users.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(["admin", "operator", "viewer"]), default="operator")
@click.option("--name", help="The person's name.")
@click.option("--password-file", type=click.Path(exists=True, path_type=Path),
              help="File that holds the password; without it you are asked.")
@click.option("--keep", is_flag=True, help="Leave a user who exists as they are.")
def add_user(
    email: str, role: str, name: str | None, password_file: Path | None, keep: bool,
) -> None:
    """Create a user, or give them a new password and role."""
    from sidecar.errors import NotFound
    from sidecar.services import administration
    from sidecar.services.audit import COMMAND_LINE

    password = _read(password_file) if password_file else _ask_password()
    with _administration() as engine:
        if keep:
            with suppress(NotFound):
                administration.id_of(engine, email)
                click.echo(f"The user {email} exists already.")
                return
        administration.add_user(
            engine, email=email, role=role, password=password, name=name, replace=True,
            by=COMMAND_LINE)
    click.echo(f"{email} may sign in as {role}.")


@users.command("list")
def list_users() -> None:
    """All users, newest first."""
    from sidecar.services import administration

    with _administration() as engine:
        after: list[Any] | None = None
        while True:
            rows, after = administration.list_users(engine, limit=200, after=after)
            for row in rows:
                enabled = "enabled" if row["enabled"] else "disabled"
                click.echo(f"{row['email']:40} {row['role']:9} {enabled:9} {row['state']}")
            if after is None:
                return


@users.command("password")
@click.argument("email")
@click.option("--password-file", type=click.Path(exists=True, path_type=Path),
              help="File that holds the password; without it you are asked.")
def set_password(email: str, password_file: Path | None) -> None:
    """Give a user a new password; their sign-ins end, a lock after wrong passwords opens."""
    from sidecar.services import administration
    from sidecar.services.audit import COMMAND_LINE

    password = _read(password_file) if password_file else _ask_password()
    with _administration() as engine:
        administration.set_password(
            engine, administration.id_of(engine, email), password, by=COMMAND_LINE)


@users.command("disable")
@click.argument("email")
def disable_user(email: str) -> None:
    """End a user's sign-ins and refuse new ones; their open leads go to others."""
    _enable_user(email, False)


@users.command("enable")
@click.argument("email")
def enable_user(email: str) -> None:
    """Let a disabled user sign in again."""
    _enable_user(email, True)


def _enable_user(email: str, enabled: bool) -> None:
    from sidecar.services import administration
    from sidecar.services.audit import COMMAND_LINE

    with _administration() as engine:
        administration.enable_user(
            engine, administration.id_of(engine, email), enabled, by=COMMAND_LINE)


def _ask_password() -> str:
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


@users.command("edit")
@click.argument("email")
@click.option("--time-zone", help="Of the IANA, e.g. Europe/Berlin.")
@click.option("--hours", help='E.g. "mon-thu 09:00-12:00 13:00-17:30, fri 09:00-14:00"; other days are free.')
@click.option("--holidays", help="Whose public holidays are free: a country, or a part of one (DE-BY).")
@click.option("--capacity", type=click.IntRange(0), help="How many open hot leads they take at most.")
@click.option("--language", type=click.Choice(["en", "de"]))
def edit_user(email: str, hours: str | None, **given: Any) -> None:
    """Say how somebody works; what is not named stays."""
    from sidecar.services import administration, owners
    from sidecar.services.audit import COMMAND_LINE

    changes = {name: value for name, value in given.items() if value is not None}
    if hours is not None:
        changes["working_hours"] = _hours(hours)
    with _administration() as engine:
        owners.set_working(engine, administration.id_of(engine, email), changes, by=COMMAND_LINE)


def _hours(text: str) -> Mapping[str, Any]:
    from sidecar.routing.hours import read_hours

    try:
        return read_hours(text)
    except ValueError as error:
        raise click.UsageError(f"--hours {error}.") from error


@users.command("away")
@click.argument("email")
@click.argument("starts", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]))
@click.argument("ends", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]))
def user_away(email: str, starts: datetime, ends: datetime) -> None:
    """Say that somebody is away from one time to another, of their time zone."""
    from zoneinfo import ZoneInfo

    from sidecar.calendars.working import zone_or
    from sidecar.services import administration, owners
    from sidecar.services.audit import COMMAND_LINE

    with _administration() as engine:
        user_id = administration.id_of(engine, email)
        zone = ZoneInfo(zone_or(
            administration.read_user(engine, user_id)["time_zone"], engine.settings.time_zone))
        owners.add_absence(engine, user_id, starts.replace(tzinfo=zone), ends.replace(tzinfo=zone),
                           by=COMMAND_LINE)


@users.command("calendar")
@click.argument("email")
@click.argument("url", required=False)
@click.option("--remove", is_flag=True, help="Read it no more.")
def user_calendar(email: str, url: str | None, remove: bool) -> None:
    """Read when somebody is away from their calendar feed (iCalendar), every hour."""
    from sidecar.services import administration, owners
    from sidecar.services.audit import COMMAND_LINE

    if remove is (url is not None):
        raise click.UsageError("Name the address of the feed, or --remove.")
    with _administration() as engine:
        owners.set_calendar(engine, administration.id_of(engine, email), url, by=COMMAND_LINE)


@users.command("channels")
@click.argument("email")
@click.argument("places", nargs=-1, metavar="[CHANNEL=ADDRESS]...")
@click.option("--quiet", nargs=2, type=click.DateTime(["%H:%M"]), metavar="FROM UNTIL",
              help="When nothing comes, e.g. 20:00 07:30 in their time zone.")
@click.option("--always-hot", is_flag=True, help="Hot leads come then, too.")
def user_channels(
    email: str, places: tuple[str, ...], quiet: tuple[datetime, datetime] | None, always_hot: bool,
) -> None:
    """Say where somebody is told of leads, in place of all that was said before; without channels, show it.

    E.g. slack_bot=U0123ABCD email=ada@example.com
    """
    from sidecar.services import administration
    from sidecar.services import user_channels as service
    from sidecar.services.audit import COMMAND_LINE
    from sidecar.terms.states import WISHED_KINDS

    begins, ends = (f"{at:%H:%M}" for at in quiet) if quiet else (None, None)
    rows = [{"channel": channel, "address": address, "kinds": list(WISHED_KINDS), "quiet_from": begins,
             "quiet_until": ends, "always_hot": always_hot}
            for channel, _, address in (place.partition("=") for place in places)]
    with _administration() as engine:
        user_id = administration.id_of(engine, email)
        told = (service.replace(engine, user_id, rows, by=COMMAND_LINE) if rows
                else service.read(engine, user_id))
    for row in told:
        not_in = f", not {row['quiet_from']} to {row['quiet_until']}" if row["quiet_from"] else ""
        click.echo(f"{row['channel']:10} {row['address']}: {', '.join(row['kinds']) or 'nothing'}{not_in}")


@main.group()
def teams() -> None:
    """Teams of users."""


@teams.command("list")
def list_teams() -> None:
    """All teams with their members and weights."""
    from sidecar.services import owners

    with _administration() as engine:
        for team in owners.teams(engine):
            members = ", ".join(f"{row['user']} ({row['weight']})" for row in team["members"])
            led = f", led by {team['lead']}" if team["lead"] else ""
            click.echo(f"{team['name']}{led}: {members or 'nobody'}")


@teams.command("save")
@click.argument("name")
@click.option("--lead", help="Who leads it, by mail address.")
@click.option("--member", "members", multiple=True, metavar="EMAIL[=WEIGHT]",
              help="All members, each with their share of what the team is dealt.")
def save_team(name: str, lead: str | None, members: tuple[str, ...]) -> None:
    """Make a team, or change it: who leads it, who its members are; what is not named stays."""
    from sidecar.errors import NotFound
    from sidecar.services import owners
    from sidecar.services.audit import COMMAND_LINE

    body: dict[str, Any] = {"name": name} | ({"lead": lead} if lead else {})
    if members:
        body["members"] = [_member(text) for text in members]
    with _administration() as engine:
        try:
            owners.edit_team(engine, owners.team_id(engine, name), body, by=COMMAND_LINE)
        except NotFound:
            owners.add_team(engine, body, by=COMMAND_LINE)


def _member(text: str) -> dict[str, Any]:
    user, _, weight = text.partition("=")
    if weight and not (weight.isdecimal() and int(weight) <= 100):
        raise click.UsageError(f"--member {text}: a weight is 0 to 100.")
    return {"user": user, "weight": int(weight or 1)}


@teams.command("remove")
@click.argument("name")
def remove_team(name: str) -> None:
    """Take a team away; its members stay."""
    from sidecar.services import owners
    from sidecar.services.audit import COMMAND_LINE

    with _administration() as engine:
        owners.delete_team(engine, owners.team_id(engine, name), by=COMMAND_LINE)


def _settings() -> Settings:
    """The environment's settings; where it has none, those of the stack that runs in this checkout."""
    from sidecar.settings import Settings, SettingsError

    given = dict(os.environ)
    if not {"SIDECAR_DATABASE_URL", "SIDECAR_DATABASE_URL_FILE", "SIDECAR_SETTINGS_FILE"} & given.keys():
        running = Path(given.get("LOCAL_STATE") or ".local")
        stack = Path(__file__).resolve().parents[1] / running / "stack.json"
        if not stack.exists():
            raise click.ClickException(
                "There are no settings: start the stack with `make run`, or set SIDECAR_DATABASE_URL and the"
                " other settings that .env.example explains.")
        given = json.loads(stack.read_text(encoding="utf-8"))["internal"]["sidecar_environment"] | given
    try:
        return Settings.from_env(given)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def _engine() -> Iterator[Engine]:
    from sidecar.engine import Engine

    engine = Engine.build(_settings())
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def _administration() -> Iterator[Engine]:
    """An engine; its refusals end the command with their sentence, and with each place that is wrong."""
    from sidecar.errors import EngineError, Invalid

    try:
        with _engine() as engine:
            yield engine
    except Invalid as error:
        raise click.ClickException("\n".join([error.detail, *(
            f"{problem['pointer']}: {problem['detail']}" for problem in error.errors)])) from None
    except EngineError as error:
        raise click.ClickException(error.detail) from None


@main.group()
def forms() -> None:
    """Public web forms."""


@forms.command("add")
@click.argument("name")
@click.option("--origin", "origins", multiple=True, required=True,
              help="Where its pages are, e.g. https://www.example.com; may be given several times.")
@click.option("--source", default="web_form", show_default=True, help="Source of its leads.")
def add_form(name: str, origins: tuple[str, ...], source: str) -> None:
    """Create a form, or change its origins; prints what a page needs to embed it, with and without script."""
    from sidecar.services import forms
    from sidecar.services.audit import COMMAND_LINE

    with _administration() as engine:
        key = forms.save(engine, name, list(origins), source, by=COMMAND_LINE)
        click.echo(forms.snippet(engine, key))


@forms.command("list")
def list_forms() -> None:
    """All forms."""
    from sidecar.services import forms

    with _administration() as engine:
        for row in forms.list_forms(engine):
            click.echo(f"{row['name']:24} {'disabled' if row['disabled_at'] else 'enabled':9} "
                       f"{row['key']}  {' '.join(row['origins'])}")


@forms.command("disable")
@click.argument("name")
def disable_form(name: str) -> None:
    """Refuse what a form sends from now on."""
    from sidecar.services import forms
    from sidecar.services.audit import COMMAND_LINE

    with _administration() as engine:
        forms.disable(engine, name, by=COMMAND_LINE)


@main.group()
def sources() -> None:
    """Forms, ad platforms and other systems that send leads."""


@sources.command("kinds")
def source_kinds() -> None:
    """What KIND may be."""
    from sidecar.sources.registry import SOURCES

    for source in SOURCES.values():
        click.echo(f"{source.name:20} {source.title}")


@sources.command("add")
@click.argument("kind")
@click.option("--name", required=True, help="What you call it, e.g. Website.")
@click.option("--secret-file", type=click.Path(exists=True, path_type=Path),
              help="File that holds the vendor's own secret, where it signs with one.")
@click.option("--pull-of", help="The vendor's id of the form or account to ask for what an outage missed.")
def add_source(kind: str, name: str, secret_file: Path | None, pull_of: str | None) -> None:
    """Create a source; prints what to enter at the vendor."""
    from sidecar.services import sources
    from sidecar.services.audit import COMMAND_LINE

    secret = _read(secret_file) if secret_file else None
    with _administration() as engine:
        made = sources.add(engine, kind, name, secret=secret, pull_of=pull_of, by=COMMAND_LINE)
    click.echo(f"{made['url']}\n" + (f"secret {made['secret']}\n" if made["secret"] else ""))
    for number, step in enumerate(made["steps"], 1):
        click.echo(f"{number}. {step}")


@sources.command("list")
def list_sources() -> None:
    """All sources: what came, what was refused, when."""
    from sidecar.services import sources

    with _administration() as engine:
        for row in sources.list_sources(engine):
            last = f"{row['last_delivery_at']:%Y-%m-%d %H:%M}" if row["last_delivery_at"] else "nothing yet"
            state = "disabled" if row["disabled_at"] else "checked" if row["has_secret"] else "by its URL"
            click.echo(f"{row['name']:24} {row['kind']:20} {state:10} {row['leads']} leads, {row['refused']}"
                       f" refused, last {last}\n  {row['url']}")
            if row["last_refusal"]:
                click.echo(f"  last refused {row['last_refused_at']:%Y-%m-%d %H:%M}: {row['last_refusal']}")


@sources.command("disable")
@click.argument("name")
def disable_source(name: str) -> None:
    """Refuse what a source sends from now on."""
    _edit_source(name, disabled=True)


@sources.command("enable")
@click.argument("name")
def enable_source(name: str) -> None:
    """Take what a source sends again."""
    _edit_source(name, disabled=False)


@sources.command("secret")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
def source_secret(name: str, file: Path) -> None:
    """Tell the secret that the vendor signs with, from a file; from now on it is checked."""
    _edit_source(name, secret=_read(file))


@sources.command("sample")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--map", "maps", multiple=True, metavar="POINTER=FIELD",
              help="What a place of the body is, e.g. /contact/mail=email; POINTER= leaves it out.")
@click.option("--save", is_flag=True, help="Read deliveries so from now on.")
def source_sample(name: str, file: Path, maps: tuple[str, ...], save: bool) -> None:
    """Show what a body (JSON in FILE) is read as; with --save keep that reading."""
    from sidecar.services import sources
    from sidecar.services.audit import COMMAND_LINE
    from sidecar.sources.mapping import guessed, mapped

    try:
        body = _json(file)
    except ValueError:
        raise click.ClickException(f"{file} holds no JSON.") from None
    given = _mapping(maps)
    with _administration() as engine:
        key = sources.key_of(engine, name)
        if maps or save:
            kept = sources.read(engine, key)["mapping"] or guessed(body)
            mapping = kept | {"fields": {
                pointer: field for pointer, field in (kept["fields"] | given).items() if field}}
            if save:
                sources.edit(engine, key, {"mapping": mapping}, by=COMMAND_LINE)
            leads = [one.lead for one in mapped(mapping, body)]
        else:
            told = sources.sample(engine, key, body)
            mapping, leads = told["mapping"] or {"fields": {}}, [one["lead"] for one in told["leads"]]
    for pointer, field in mapping["fields"].items():
        click.echo(f"  {pointer:40} {field}", err=True)
    for lead in leads:
        click.echo(json.dumps(lead, ensure_ascii=False))


def _edit_source(name: str, **changes: Any) -> None:
    from sidecar.services import sources
    from sidecar.services.audit import COMMAND_LINE

    with _administration() as engine:
        sources.edit(engine, sources.key_of(engine, name), changes, by=COMMAND_LINE)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig").strip()


def _json(path: Path) -> Any:
    """The value of a file of JSON. Raises ValueError for what is none, and for NaN, which JSON lacks."""
    def refuse(word: str) -> Any:
        raise ValueError(f"{path.name}: JSON has no {word}.")

    try:
        return json.loads(_read(path), parse_constant=refuse)
    except RecursionError:
        raise ValueError(f"{path.name}: it is nested too deeply.") from None


@main.group()
def privacy() -> None:
    """How long people are kept."""


@privacy.command("retention")
@click.option("--dry-run", is_flag=True, help="Tell who is to be erased and why; nobody is erased.")
@click.option("--days", type=click.IntRange(0, 3660), default=0, show_default=True,
              help="With --dry-run: those too who will be due within so many days.")
def retain_people(dry_run: bool, days: int) -> None:
    """Erase those whose time is over by the rules of privacy: who was announced, after the cooling period.

    An admin has to switch it on first, in the dashboard or by PATCH /v1/privacy/settings.
    """
    from sidecar.pipeline import privacy as rounds
    from sidecar.services import jobs
    from sidecar.services import privacy as service

    with _administration() as engine:
        rounds.begin_anew(engine)
        while (more := rounds.survey(engine)) is not False:
            if more is None:  # the housekeeping does a part
                time.sleep(0.2)
        if dry_run:
            number, after = 0, None
            while True:
                rows, following = service.due(engine, days=days, limit=500, after=after)
                number += len(rows)
                for row in rows:
                    click.echo(f"{row['id']}  {row['why']}")
                if following is None:
                    break
                after = following[0], following[1]
            click.echo(f"{number} to be erased", err=True)
            return
        if not service.settings(engine)["erase"]:
            raise click.ClickException("Nobody is erased by rule: that is switched off.")
        job_id, erased = rounds.begin_erasure(engine), 0
        while job_id:
            job, outcomes = jobs.step(engine, job_id)
            erased += outcomes["updated"]
            if job["state"] not in ("queued", "running"):
                break
            if not outcomes:  # n8n's workflow has the job
                time.sleep(1)
    click.echo(f"{erased} erased")


@privacy.command("asked")
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]),
              help="A time with its zone, as 2026-03-01T14:30:00+01:00.")
def asked_since(since: datetime) -> None:
    """Tell as JSON what people asked for since then, to be forgotten, to be left alone: `repeat` reads it."""
    from sidecar.services import carrying

    with _administration() as engine:
        click.echo(json.dumps(carrying.asked(engine, since), default=str))


@privacy.command("repeat")
def repeat_asked() -> None:
    """Do again, after a restore, what people asked for since its backup was made: the JSON of `asked` on the
    standard input."""
    from sidecar.services import carrying

    told = json.loads(sys.stdin.read())
    with _administration() as engine:
        done = carrying.repeat(engine, told)
    said = (f"{done['erased']} erased again, {done['refusals']} statements of refusing and agreeing"
            " kept")
    for holder, ids in done["within"].items():
        said += (f"\nContact {holder} may still hold somebody who was parted from it and then erased"
                 f" ({', '.join(ids)}): part them again, and erase them.")
    if done["left"]:
        raise click.ClickException(f"{said}\nThese contacts could not be erased: {', '.join(done['left'])}")
    click.echo(said)
