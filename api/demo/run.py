"""The demo from start to end: hub, people, vendor, screen, figures."""

from __future__ import annotations

import json
import signal
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from api.demo.client import HubRefusedError, Owner
from api.demo.curves import curve_of, draw_svg
from api.demo.digits import load_digits, save_lessons
from api.demo.figures import figures_of
from api.demo.options import DemoOptions, plan_of
from api.demo.people import CROWD, IN_HOUSE, VENDOR
from api.demo.processes import Process
from api.demo.screen import Screen
from api.demo.setup import (
    ACTIVE,
    PROJECTS,
    RANDOM,
    create_projects,
    import_pictures,
    seat_people,
    take_a_seat,
)
from api.demo.vendor import VendorDesk

if TYPE_CHECKING:
    from api.demo.options import Plan
    from api.demo.setup import Worker

TURN_SECONDS: Final = 1.0
JOB_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 90.0
ENDED: Final = ("done", "failed", "cancelled")
NOT_FOUND: Final = 404


def run(options: DemoOptions) -> int:
    """Run a demo and return the exit code: 0 done, 1 when the hub broke a promise.

    Ctrl-C ends it at any time; nothing is left behind but the file of figures.
    """
    began = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as tidily as Ctrl-C
    with (
        tempfile.TemporaryDirectory(prefix="labelloop-demo-", ignore_cleanup_errors=True) as folder,
        ExitStack() as open_things,
    ):
        demo = Demo(options, plan_of(options), Path(folder), open_things, began)
        try:
            kept = demo.play()
            if options.serve:
                demo.stay()
        except KeyboardInterrupt:
            demo.screen.say("Ended.")
            return 0 if options.serve else 1
        except RuntimeError:
            demo.screen.say(demo.hub.log_tail())
            raise
    return 0 if kept else 1


class Demo:
    """One demo.

    Parameters
    ----------
    options, plan
        What was asked for, and what follows from it.
    folder
        Of its own, and gone afterwards.
    open_things
        Closes processes and connections at the end, whatever happened.
    began
        Monotonic seconds of the start.

    """

    def __init__(
        self,
        options: DemoOptions,
        plan: Plan,
        folder: Path,
        open_things: ExitStack,
        began: float,
    ) -> None:
        self.options, self.plan, self.folder = options, plan, folder
        self.open_things, self.began = open_things, began
        self.screen = Screen()

    def play(self) -> bool:
        """Play it to the end of the budget; returns whether nothing was lost or doubled."""
        owner = self._open_hub()
        create_projects(owner, self.plan, self.options.seed)
        link = take_a_seat(owner)
        self.screen.invite(owner.url, link)
        self.screen.say("Importing the pictures …")
        digits = load_digits(self.plan.pictures)
        save_lessons(digits, self.folder / "lessons.npz")
        data = import_pictures(owner, digits)
        workers = seat_people(owner, self.options.seed)
        self._wait_for_rounds(owner)
        ready = time.monotonic()
        given = self._work(owner, workers)
        versions = {project: _release(owner, project) for project in PROJECTS}
        figures = figures_of(owner, digits, data, given, versions)
        figures |= {
            "vendor_judgments": self.vendor.accepted(),
            "seed": self.options.seed,
            "fast": self.options.fast,
            "seconds": round(time.monotonic() - self.began, 1),
            "setup_seconds": round(ready - self.began, 1),
        }
        self._close(owner, figures)
        return bool(figures["duplicate_assignments"] == 0 and figures["lost_answers"] == 0)

    def stay(self) -> None:
        """Keep the hub up until Ctrl-C."""
        self.screen.say("The hub stays up: take a seat. Ctrl-C ends it.")
        while self.hub.is_running:
            time.sleep(TURN_SECONDS)

    def _open_hub(self) -> Owner:
        settings = {"folder": str(self.folder / "hub"), "port": self.options.port}
        self.hub = self._start("api.demo.hub_process", settings)
        found = self.hub.read_line()
        self.screen.say(f"labelloop demo at {found['url']} ([yellow]simulated people[/])")
        owner = Owner(found["url"], found["token"])
        self.open_things.callback(owner.close)
        owner.wait_until_ready()
        return owner

    def _start(self, module: str, settings: dict[str, Any]) -> Process:
        log = self.folder / f"{module.rpartition('.')[2]}.log"
        process = Process(module, settings, log)
        self.open_things.callback(process.close)
        return process

    def _wait_for_rounds(self, owner: Owner) -> None:
        """Wait until both planners have chosen: nobody's first answers go to chance alone."""
        until = time.monotonic() + PATIENCE_SECONDS
        for project in PROJECTS:
            while not owner.call("GET", f"/projects/{project}/rounds"):
                if time.monotonic() > until:
                    message = f"no round of {project} in {PATIENCE_SECONDS:.0f} s"
                    raise RuntimeError(message)
                time.sleep(JOB_SECONDS)

    def _work(self, owner: Owner, workers: dict[str, list[Worker]]) -> list[dict[str, Any]]:
        """Let everybody work until the budgets are spent; returns what the people gave."""
        crews = {
            name: self._start_crew(owner, name, workers[name])
            for name in (IN_HOUSE.name, CROWD.name)
        }
        self._start_vendor(owner, workers[VENDOR.name])
        with self.screen as screen:
            while any(crew.is_running for crew in crews.values()) or self.vendor.waiting:
                found = {
                    project: owner.call("GET", f"/projects/{project}/progress")
                    for project in PROJECTS
                }
                screen.show(found)
                for project, progress in found.items():
                    self.vendor.turn(project, _share_committed(progress))
                time.sleep(TURN_SECONDS)
        for name, crew in crews.items():
            if crew.exit_code != 0:
                crew.read_line()
                message = f"the people of {name} ended with {crew.exit_code}"
                raise RuntimeError(message)
        lines = [
            line for name in crews for line in self._record(name).read_text("utf-8").splitlines()
        ]
        return [json.loads(line) for line in lines]

    def _start_crew(self, owner: Owner, name: str, workers: list[Worker]) -> Process:
        people = [asdict(worker.person) | {"token": worker.token} for worker in workers]
        settings = {
            "url": owner.url,
            "lessons": str(self.folder / "lessons.npz"),
            "record": str(self._record(name)),
            "projects": PROJECTS,
            "people": people,
        }
        return self._start("api.demo.workforce_process", settings)

    def _start_vendor(self, owner: Owner, workers: list[Worker]) -> None:
        orders, returns = self.folder / "orders", self.folder / "returns"
        orders.mkdir()
        returns.mkdir()
        settings = {
            "orders": str(orders),
            "returns": str(returns),
            "lessons": str(self.folder / "lessons.npz"),
            "people": [asdict(worker.person) for worker in workers],
            "seconds": VENDOR.seconds,
        }
        self._start("api.demo.vendor_process", settings)
        self.vendor = VendorDesk(owner, orders, returns, self.plan.orders)

    def _record(self, name: str) -> Path:
        return self.folder / f"{name}.jsonl"

    def _close(self, owner: Owner, figures: dict[str, Any]) -> None:
        """Show what came out and write it down."""
        active, random = (
            owner.call("GET", f"/projects/{project}/progress") for project in (ACTIVE, RANDOM)
        )
        curves = (
            curve_of(active, "active learning", "●", "│"),
            curve_of(random, "at random", "○", "·"),
        )
        self.screen.report(figures, curves)
        path = self.options.json_path
        if path is not None:
            path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
            title = "Digits, simulated people: accuracy on the hub's random test sample"
            path.with_suffix(".svg").write_text(draw_svg(curves, title), encoding="utf-8")


def _share_committed(progress: dict[str, Any]) -> float:
    money = progress["money"]
    committed = money["spent_micros"] + money["reserved_micros"]
    return float(committed / max(money["cap_micros"] or 0, 1))


def _release(owner: Owner, project: str) -> int | None:
    """Run a last release and wait for it; returns its model version, None where it has none."""
    started = owner.call("POST", f"/projects/{project}/releases", {"reason": "the budget is spent"})
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        time.sleep(JOB_SECONDS)
        try:
            job = owner.call("GET", f"/projects/{project}/jobs/{started['workflow']}")
        except HubRefusedError as error:
            if error.status != NOT_FOUND:
                raise
            continue
        if job["state"] in ENDED:
            result = job["result"] or {}
            version: int | None = result.get("model_version")
            return version
    message = f"the last release of {project} took more than {PATIENCE_SECONDS:.0f} s"
    raise RuntimeError(message)
