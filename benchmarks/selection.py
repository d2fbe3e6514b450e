"""CPU seconds and peak memory to choose 100 items from pools of 10,000 to 1,000,000.

Items have 384 dimensions and 20 classes, drawn in clusters and kept in memory-mapped files as the
hub keeps them. Every case runs in a process of its own, so that its peak memory is its own, capped
in memory (4 GiB of its own data; the mapped pool comes besides) and in time: "out" is a result.
modAL, small-text and scikit-activeml choose beside ours from the same arrays where they are
installed. "whole round" is the selector as the hub runs it: fitted on 1,000 labels, every item of
the file scored, and chosen from.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from active_learning.selection_request import SelectionRequest
from active_learning.selector import run_selection
from active_learning.strategies import STRATEGIES, select
from benchmarks.report import Report, peak_mebibytes, stopwatch
from benchmarks.selection_peers import OFFERS, is_installed, peer_call

N_DIMENSIONS = 384
N_CLASSES = 20
N_CHOSEN = 100
N_MEMBERS = 3
N_LABELLED = 1_000
ROUND = "labelloop, whole round"
ROUNDS = ("margin", "badge", "k_center", "typiclust", "cluster_margin", "auto")
SIZES = (10_000, 100_000, 1_000_000)
QUICK_SIZES = (10_000,)
CPU_LIMIT_S, TIME_LIMIT_S = 120, 900
MEMORY_LIMIT = 4 * 2**30


def make_pool(folder: Path, size: int) -> None:
    """Write embeddings, a model's and a committee's probabilities, in chunks."""
    rng = np.random.default_rng(size)
    centres = rng.normal(size=(N_CLASSES, N_DIMENSIONS)).astype(np.float32)
    shapes = {
        "embeddings": (size, N_DIMENSIONS),
        "committee": (N_MEMBERS, size, N_CLASSES),
    }
    files = {
        name: np.lib.format.open_memmap(  # type: ignore[no-untyped-call]
            folder / f"{name}.npy", mode="w+", dtype=np.float32, shape=shape
        )
        for name, shape in shapes.items()
    }
    for start in range(0, size, 50_000):
        rows = slice(start, min(start + 50_000, size))
        count = rows.stop - rows.start
        noise = rng.normal(size=(count, N_DIMENSIONS)).astype(np.float32)
        embeddings = centres[rng.integers(N_CLASSES, size=count)] + noise
        files["embeddings"][rows] = embeddings
        logits = (embeddings @ centres.T) / N_DIMENSIONS * 6
        for member in range(N_MEMBERS):
            powers = np.exp(logits + rng.normal(size=logits.shape) * 0.3)
            files["committee"][member, rows] = powers / powers.sum(axis=1, keepdims=True)


def run_case(folder: Path, who: str, strategy: str) -> dict[str, Any]:
    """Choose once in this process and return CPU and wall seconds and peak memory."""
    embeddings = np.load(folder / "embeddings.npy", mmap_mode="r")
    committee = np.load(folder / "committee.npy", mmap_mode="r")
    if who == "labelloop":
        choose = _ours(strategy, embeddings, committee)
    elif who == ROUND:
        choose = _round(strategy, folder / "embeddings.npy", committee)
    else:
        choose = peer_call(who, strategy, N_CHOSEN, embeddings, committee[0])
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_S, CPU_LIMIT_S))
    before = peak_mebibytes()
    with stopwatch() as spent:
        chosen = choose()
    assert len(set(np.asarray(chosen).tolist())) == N_CHOSEN
    return {**spent.figures(), "peak_mib": peak_mebibytes(), "peak_mib_before": before}


def _ours(strategy: str, embeddings: Any, committee: Any) -> Callable[[], Any]:
    """Return a call of `select` with what the strategy needs and no more."""
    entry = STRATEGIES[strategy]
    arrays = {
        "embeddings": embeddings,
        "probabilities": committee[0],
        "committee_probabilities": committee,
        "label_probabilities": committee[0],
        "predicted_values": committee[:, :, 0],
    }
    wanted = {name: arrays[name] for name in (*entry.needs, *entry.needs_any)}
    wanted = wanted or {"pool_size": len(embeddings)}
    return lambda: select(strategy, N_CHOSEN, rng=np.random.default_rng(0), **wanted)


def _round(strategy: str, features: Path, committee: Any) -> Callable[[], Any]:
    """Return a call of the selector that trains, scores all of the pool and chooses."""
    labels = np.asarray(committee[0, :N_LABELLED]).argmax(axis=1)
    request = SelectionRequest(
        str(features), list(range(N_LABELLED)), labels.tolist(), N_CLASSES, strategy, N_CHOSEN, 0
    )

    def choose() -> list[int]:
        found = run_selection(request)
        assert found.fallback_reason is None, found.fallback_reason
        return found.rows

    return choose


def cases(strategies: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield who and which strategy, the peers' right after ours.

    Spans and boxes are lists of arrays that no pool of embeddings has: they are left out.
    """
    for strategy in strategies:
        if {"token_probabilities", "box_probabilities"} & set(STRATEGIES[strategy].needs):
            continue
        yield "labelloop", strategy
        if strategy in ROUNDS:
            yield ROUND, strategy
        for peer, offers in OFFERS.items():
            if strategy in offers:
                yield peer, strategy


def in_a_process_of_its_own(*arguments: str) -> str:
    """Run this program with hidden arguments: what it holds in memory is then its own alone."""
    command = [sys.executable, "-m", "benchmarks.selection", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=TIME_LIMIT_S)
    return done.stdout


def measure(folder: str, who: str, strategy: str) -> dict[str, Any]:
    """Run one case; running out of time or memory is a result."""
    if who not in ("labelloop", ROUND) and not is_installed(who):
        return {"out": "not installed"}
    try:
        figures: dict[str, Any] = json.loads(
            in_a_process_of_its_own("--case", folder, who, strategy)
        )
    except subprocess.TimeoutExpired:
        return {"out": f"more than {TIME_LIMIT_S} s"}
    except subprocess.CalledProcessError as error:
        if -error.returncode in (signal.SIGXCPU, signal.SIGKILL):
            return {"out": f"more than {CPU_LIMIT_S} s of CPU"}
        lines = error.stderr.strip().splitlines()
        return {"out": lines[-1] if lines else f"ended with {error.returncode}"}
    return figures


def main() -> None:
    """Measure all cases and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--quick", action="store_true", help="10,000 items only: proves nothing")
    parser.add_argument("--keep", action="store_true", help="add the lines to benchmarks/results")
    parser.add_argument("--only", default="", help="some strategies only, with commas between")
    parser.add_argument("--sizes", default="", help="some sizes only, with commas between")
    parser.add_argument("--case", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--make", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        print(json.dumps(run_case(Path(options.case[0]), *options.case[1:])))
    elif options.make:
        make_pool(Path(options.make[0]), int(options.make[1]))
    else:
        report = Report("selection", options.json, options.quick, options.keep)
        sizes: tuple[int, ...] = QUICK_SIZES if options.quick else SIZES
        if options.sizes:
            sizes = tuple(int(size) for size in options.sizes.split(","))
        measure_all(report, sizes, options.only.split(",") if options.only else list(STRATEGIES))


def measure_all(report: Report, sizes: Sequence[int], strategies: Sequence[str]) -> None:
    """Make each pool and run every case on it."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            in_a_process_of_its_own("--make", folder, str(size))
            for who, strategy in cases(strategies):
                figures = measure(folder, who, strategy)
                limits = {"memory_limit_mib": MEMORY_LIMIT // 2**20, "cpu_limit_s": CPU_LIMIT_S}
                report.line(strategy, who=who, pool=size, chosen=N_CHOSEN, **figures, **limits)


if __name__ == "__main__":
    main()
