"""`labelloop start`: from somebody's file to a labeling page, in one command."""

from __future__ import annotations

import json
import os
import sys
import threading
import webbrowser
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.cli.client import HubClient, load_settings, talking
from api.cli.file_project import FileProject, slug_of
from api.cli.import_report import counts_of, refuse_if_nothing, summary, warn_of_refused
from api.cli.importing import FilePath, KeyColumn, ShowColumn, checked_source
from api.cli.people import link_for_operator
from api.cli.problems import CommandFailedError
from api.cli.sending import send_source
from api.cli.serve import Port
from api.cli.serving import listen, served, told_to_end, wait_for_the_end
from labeling.errors import LabelloopError
from labeling.items.service import ImportReport

PATIENCE_SECONDS: Final = 1.0
"""How long the first line waits for a whole file; a larger one goes on behind it."""


def start_labeling(
    file: FilePath,
    labels: Annotated[
        str | None,
        typer.Option("--labels", help="The classes, with commas between: good,bad,unclear"),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", help="Instead: a Label Studio config (XML), for other kinds of question."
        ),
    ] = None,
    project: Annotated[
        str | None,
        typer.Option("--project", help="Name of the project. [default: from the file's name]"),
    ] = None,
    show: ShowColumn = None,
    key: KeyColumn = None,
    port: Port = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the link, open nothing.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what happens as JSON, one object a line.")
    ] = False,
) -> None:
    """Label your own file: opens a page with the first question, and learns while you answer.

    Active learning, truth and retraining are on. The same command again goes on where you left
    off. `labelloop export PROJECT` gives the file back with its labels.
    """
    from api.installation import running_url
    from labeling.items.sources import propose

    asked = read_question(labels, config)
    source = checked_source(file)
    proposal = propose(source, show=show or asked.shown, key=key)
    plan = Start(
        FileProject(project or slug_of(file), asked.classes, source, proposal, asked.config)
    )
    settings = load_settings(port=port)
    running = running_url(settings)
    if running is not None:
        with talking(running, settings) as client:
            plan.begin(client, no_browser=no_browser, as_json=as_json)
            plan.finish(as_json=as_json)
        return
    door = listen("127.0.0.1", settings.port, may_move=port is None)
    with (
        told_to_end(),
        served(settings, door, is_announced=True) as url,
        talking(url, settings) as client,
    ):
        plan.begin(client, no_browser=no_browser, as_json=as_json)
        plan.finish(as_json=as_json)
        wait_for_the_end()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of every row: classes, or what a config says; `shown` is its first field."""

    classes: list[str]
    config: str = ""
    shown: str | None = None


def read_question(labels: str | None, config: Path | None) -> Asked:
    """Return what `--labels` or `--config` asks.

    Raises
    ------
    CommandFailedError
        Not exactly one of the two, or one that cannot be asked.

    """
    from labeling.schema.label_config import parse_label_config

    if (labels is None) == (config is None):
        text = "Give the classes with --labels good,bad, or a config with --config FILE.xml."
        raise CommandFailedError(text, is_wrong_use=True)
    if config is None:
        return Asked(read_labels(labels or ""))
    if not config.is_file():
        raise CommandFailedError(f"There is no file {str(config)!r}.")
    xml = config.read_text(encoding="utf-8")
    schema = parse_label_config(xml)
    return Asked(list(schema.target().class_keys()), xml, schema.objects[0].field)


def read_labels(labels: str) -> list[str]:
    """Return the classes in a comma-separated list.

    Raises
    ------
    CommandFailedError
        Fewer than two, or one twice.

    """
    classes = [label.strip() for label in labels.split(",") if label.strip()]
    if len(classes) < 2:  # noqa: PLR2004 - one class is no choice
        text = "--labels needs at least two classes with a comma between them: --labels good,bad"
        raise CommandFailedError(text, is_wrong_use=True)
    twice = [label for label in classes if classes.count(label) > 1]
    if twice:
        raise CommandFailedError(f"--labels names {twice[0]!r} twice.", is_wrong_use=True)
    return classes


@dataclass(slots=True)
class Start:
    """One file on its way to a labeling page."""

    project: FileProject
    report: ImportReport = field(default_factory=ImportReport)
    _first_part: threading.Event = field(default_factory=threading.Event)
    _importer: threading.Thread | None = None
    _failure: Exception | None = None
    _was_told: bool = False

    def begin(self, client: HubClient, *, no_browser: bool, as_json: bool) -> None:
        """Make or find the project, bring the first rows, print the link and open it."""
        self.project.ensure(client)
        self._importer = threading.Thread(
            target=self._import, args=(client,), name="import", daemon=True
        )
        self._importer.start()
        self._first_part.wait()
        self._importer.join(PATIENCE_SECONDS)
        self._raise_failure()
        self._tell(is_done=not self._importer.is_alive(), as_json=as_json)
        link = link_for_operator(client, f"/projects/{self.project.slug}/annotate")
        if as_json:
            _print_json(
                {"event": "ready", "url": client.url, "project": self.project.slug, "link": link}
            )
        else:
            typer.echo(f"Label at {link}")
        if not no_browser:
            open_browser(link)

    def finish(self, *, as_json: bool) -> None:
        """Wait for the rest of the file and tell how it ended."""
        assert self._importer is not None, "begin comes first"  # noqa: S101
        while self._importer.is_alive():
            self._importer.join(0.2)
        self._raise_failure()
        if not self._was_told:
            self._tell(is_done=True, as_json=as_json)

    def _import(self, client: HubClient) -> None:
        try:
            self.report = send_source(
                client,
                self.project.slug,
                self.project.source,
                self.project.proposal.key,
                self._part_arrived,
            )
            refuse_if_nothing(self.project.source.name, self.report)
        except (CommandFailedError, LabelloopError, OSError) as error:
            self._failure = error
        finally:
            self._first_part.set()

    def _part_arrived(self, report: ImportReport) -> None:
        self.report = report
        self._first_part.set()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _tell(self, *, is_done: bool, as_json: bool) -> None:
        self._was_told = is_done
        if as_json:
            _print_json(
                {
                    "event": "import",
                    "done": is_done,
                    "showing": self.project.proposal.shown,
                    "hiding": list(self.project.proposal.hidden),
                    "key": self.project.proposal.key,
                    **summary(self.report),
                }
            )
            return
        typer.echo(f"{self.project.proposal.describe()}; {counts_of(self.report, is_done=is_done)}")
        if is_done:
            warn_of_refused(self.report)


def open_browser(link: str) -> None:
    """Open a page in a graphical browser, where there is one."""
    has_screen = sys.platform in {"darwin", "win32"} or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    if has_screen:
        with suppress(webbrowser.Error):
            webbrowser.open(link)


def _print_json(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))
