"""The figures of `labelloop demo` over real HTTP: nothing lost, nothing doubled, how long it takes.

`--quick` is the demo's `--fast`. What the figures mean stands in `api.demo.figures`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

from api.demo import DemoOptions, run
from benchmarks.report import Report, stopwatch


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--quick", action="store_true", help="half the budget: --fast")
    parser.add_argument("--keep", action="store_true", help="also add the lines to results/")
    parser.add_argument("--seeds", type=int, default=1, help="number of demos, seeds from 0 on")
    arguments = parser.parse_args()
    report = Report("demo", arguments.json, arguments.quick, arguments.keep)
    for seed in range(arguments.seeds):
        with tempfile.TemporaryDirectory() as folder, stopwatch() as spent:
            path = Path(folder) / "figures.json"
            options = DemoOptions(
                seed=seed, fast=arguments.quick, serve=False, json_path=path, port=0
            )
            with redirect_stdout(sys.stderr):  # the lines alone go to standard output
                code = run(options)
            figures = json.loads(path.read_text(encoding="utf-8"))
        report.line("demo", exit_code=code, **figures, **spent.figures())


if __name__ == "__main__":
    main()
