"""``python -m api.demo.vendor_process``: a vendor that has no access to the hub, only to files.

Order files come into one folder, returned files are left in another; who carries them between here
and the hub is the owner.
"""

from __future__ import annotations

import base64
import csv
import io
import os
import time
from pathlib import Path
from typing import Any, Final

from api.demo.digits import digest_of, load_lessons
from api.demo.eyes import Eyes, Sight
from api.demo.processes import read_settings, when_parent_ends

LOOK_SECONDS: Final = 0.2
COLUMNS: Final = ("line", "worker", "label", "judgment_id")


def judge_order(text: str, workers: dict[str, Eyes]) -> str:
    """Return the returned file for an order file, both CSV; a picture decides who looks at it."""
    names = sorted(workers)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in csv.DictReader(io.StringIO(text)):
        picture = base64.b64decode(row["picture"].partition(",")[2])
        name = names[int(digest_of(picture)[:8], 16) % len(names)]
        label = workers[name].read(picture)
        if label is not None:
            writer.writerow([row["line"], name, label, f"{row['line']}-1"])
    return out.getvalue()


def watch(settings: dict[str, Any]) -> None:
    """Judge each order file that comes, until the demo ends."""
    orders, returns = Path(settings["orders"]), Path(settings["returns"])
    ink, truth = load_lessons(Path(settings["lessons"]))
    workers = {
        who["name"]: Eyes(Sight(**who["sight"]), ink, truth, who["seed"])
        for who in settings["people"]
    }
    while True:
        for path in sorted(orders.glob("*.csv")):
            text = path.read_text(encoding="utf-8")
            path.unlink()
            time.sleep(settings["seconds"] * text.count("\n"))
            done = returns / f"{path.name}.part"
            done.write_text(judge_order(text, workers), encoding="utf-8")
            done.rename(returns / path.name)
        time.sleep(LOOK_SECONDS)


def main() -> None:
    """Serve the vendor's two folders."""
    settings = read_settings()
    when_parent_ends(lambda: os._exit(0))
    watch(settings)


if __name__ == "__main__":
    main()
