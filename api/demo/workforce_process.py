"""``python -m api.demo.workforce_process``: one simulated workforce, a client of its own.

Told on standard input where the hub is and who works; ends when the budget is spent, and leaves a
file of what its people gave.
"""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import httpx

from api.demo.annotator import Annotator
from api.demo.digits import load_lessons
from api.demo.eyes import Eyes, Sight
from api.demo.processes import read_settings, when_parent_ends

TIMEOUT_SECONDS = 60.0


async def work(settings: dict[str, Any]) -> list[dict[str, Any]]:
    """Let everybody work at every project at once and return what was given."""
    ink, truth = load_lessons(Path(settings["lessons"]))
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
    async with httpx.AsyncClient(
        base_url=settings["url"], limits=limits, timeout=TIMEOUT_SECONDS, trust_env=False
    ) as http:
        seats = [
            Annotator(
                http,
                project,
                who,
                Eyes(Sight(**who["sight"]), ink, truth, who["seed"]),
                [who["seed"], place],
            )
            for who in settings["people"]
            for place, project in enumerate(settings["projects"])
        ]
        async with asyncio.TaskGroup() as group:
            for seat in seats:
                group.create_task(seat.work())
    return [given for seat in seats for given in seat.record()]


def main() -> None:
    """Work until the budget is spent, or the demo ends."""
    settings = read_settings()
    when_parent_ends(lambda: os._exit(1))
    given = asyncio.run(work(settings))
    lines = "".join(json.dumps(found) + "\n" for found in given)
    Path(settings["record"]).write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    main()
