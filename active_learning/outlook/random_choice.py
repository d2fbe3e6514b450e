"""What the same number of labels would be worth chosen at random: replayed, never made up.

Some of a project's own labels lie on items that were drawn at random. Models trained on growing
random subsets of the pool, as those labels let it be simulated, and measured on the same test
items, are the curve of random choice. Of the pool, what was chosen by a model stands for itself
alone, and the random items stand for all the rest.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from active_learning.quick_model import accuracy_of, fit_model
from active_learning.rounds.replay import read_document
from active_learning.selection_request import Rows, SelectionRequest
from training.evaluation import wilson
from training.features import load_features

LEAST_RANDOM: Final = 50
"""Labelled random items below which a curve would be its own noise."""
LEAST_TESTED: Final = 50
LEAST_LABELS: Final = 15
"""Of the curve's first point."""
N_SIZES: Final = 5
LARGEST: Final = 0.8
"""Share of what can be drawn at most: draws of nearly everything are nearly the same draw."""
Z: Final = 1.96

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of how items came to be labelled.

    Parameters
    ----------
    digest : of the round's document, which holds features, labels and test items.
    random_items : items that were drawn at random; others were chosen by a model.
    n_pool : training items of the project.
    """

    digest: str
    random_items: list[int]
    n_pool: int


def draw_once(data_folder: str, known: dict[str, Any], draw: int) -> dict[str, Any]:
    """Train on one growing random subset and measure each model, in the compute child.

    Returns
    -------
    dict
        ``sizes`` and ``accuracy``, one for each model (None where none could be trained),
        ``n_test``, ``share`` of what can be drawn that each size is, ``seconds``; or only
        ``reason``: why nothing can be replayed.

    Raises
    ------
    NotFoundError
        What the round left is no longer there.

    """
    began = time.perf_counter()
    asked, drawn = read_document(Path(data_folder), known["digest"])
    request = SelectionRequest(**asked)
    if request.targets is not None:
        return {"reason": "the question is no single choice"}
    features = load_features(Path(request.features))
    rows = Rows.checked(request, features.shape[0])
    of_item = {item_id: row for row, item_id in enumerate(drawn.item_ids)}
    at_random = {of_item[item_id] for item_id in known["random_items"] if item_id in of_item}
    is_random = np.array([int(row) in at_random for row in rows.labelled], dtype=bool)
    trouble = _why_not(int(is_random.sum()), len(rows.test))
    if trouble is not None:
        return {"reason": trouble}
    rng = np.random.default_rng([request.seed, draw])
    order = Order.drawn(is_random, known["n_pool"], rng)
    sizes = order.sizes()
    accuracy = []
    for size in sizes:
        places = order.first(size)
        part = replace(
            request,
            weights=None if request.weights is None else [request.weights[i] for i in places],
            seed=request.seed + draw,
        )
        known_rows = replace(rows, labelled=rows.labelled[places], labels=rows.labels[places])
        model, why = fit_model(part, features, known_rows)
        accuracy.append(accuracy_of(model, features, known_rows, why).value)
    shares = [size / order.most for size in sizes]
    seconds = time.perf_counter() - began
    return {
        "sizes": sizes,
        "accuracy": accuracy,
        "n_test": len(rows.test),
        "share": shares,
        "seconds": seconds,
    }


def summed_up(draws: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the curve: labels, mean accuracy, and where one random draw would have lain.

    The interval is of draws, corrected for how much of what there is each takes, and of the test
    sample.
    """
    curve = []
    for place, size in enumerate(draws[0]["sizes"]):
        found = [one["accuracy"][place] for one in draws if one["accuracy"][place] is not None]
        if len(found) < 2:  # noqa: PLR2004 - a spread needs two
            continue
        mean = float(np.mean(found))
        spread = Z * float(np.std(found, ddof=1)) / np.sqrt(1.0 - draws[0]["share"][place])
        low, high = wilson(mean, draws[0]["n_test"])
        curve.append(
            {
                "labels": size,
                "accuracy": mean,
                "low": max(mean - float(np.hypot(mean - low, spread)), 0.0),
                "high": min(mean + float(np.hypot(high - mean, spread)), 1.0),
                "n_test": draws[0]["n_test"],
                "n_draws": len(found),
            }
        )
    return curve


def _why_not(n_random: int, n_test: int) -> str | None:
    if n_random < LEAST_RANDOM:
        return (
            f"{n_random} of the {LEAST_RANDOM} labels on items drawn at random that are needed "
            "are there"
        )
    if n_test < LEAST_TESTED:
        return f"{n_test} of the {LEAST_TESTED} labelled test items that are needed are there"
    return None


@dataclass(frozen=True, slots=True)
class Order:
    """A random order of the pool, as far as its labelled items let it be simulated.

    Parameters
    ----------
    random, chosen : places of the labelled rows, each in random order.
    is_chosen : (n_pool,) of the pool's simulated order: whether an item is one of the chosen.
    """

    random: IntArray
    chosen: IntArray
    is_chosen: NDArray[np.bool_]

    @classmethod
    def drawn(cls, is_random: NDArray[np.bool_], n_pool: int, rng: np.random.Generator) -> Order:
        """Draw an order."""
        random = rng.permutation(np.flatnonzero(is_random))
        chosen = rng.permutation(np.flatnonzero(~is_random))
        among = np.zeros(max(n_pool, is_random.size), dtype=bool)
        among[: chosen.size] = True
        return cls(random, chosen, rng.permutation(among))

    @property
    def most(self) -> int:
        """How many of the pool could be drawn before the random items would run out, expected."""
        rest = 1.0 - self.chosen.size / self.is_chosen.size
        known = self.random.size + self.chosen.size
        return min(int(self.random.size / max(rest, 1e-9)), known)

    def sizes(self) -> list[int]:
        """Return how many labels the models get."""
        largest = int(self.most * LARGEST)
        found = np.geomspace(max(LEAST_LABELS, largest // 8), largest, N_SIZES).round()
        return [int(size) for size in np.unique(found)]

    def first(self, size: int) -> IntArray:
        """Return the first so many of the pool, as places of the labelled rows."""
        n_chosen = int(self.is_chosen[:size].sum())
        n_random = min(size - n_chosen, self.random.size)
        return np.sort(np.concatenate([self.random[:n_random], self.chosen[:n_chosen]]))
