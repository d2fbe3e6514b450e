"""Query strategies that speak modAL's interface: modAL's own by name, anyone's as a function.

A name is looked up inside the modAL package only: it may come from a project's policy, and a
policy must not be able to import whatever it likes.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from active_learning.strategies.pool import FloatArray, Pool, QueryStrategy
from active_learning.strategies.selection import Options, Selection, Strategy

PREFIX = "modal:"
_PACKAGE = "modAL"
_NEEDS = ("learner", "X")


def entry_named(name: str) -> Strategy:
    """Return the strategy for a name such as ``modal:modAL.uncertainty.margin_sampling``.

    Raises
    ------
    ValueError
        The name is not a function inside modAL.
    """
    module, _, function = name.removeprefix(PREFIX).rpartition(".")
    if module.split(".")[0] != _PACKAGE:
        msg = f"strategy: {name!r} does not name a function inside {_PACKAGE}"
        raise ValueError(msg)
    try:
        query = getattr(importlib.import_module(module), function)
        inspect.signature(query)
    except (ImportError, AttributeError, TypeError) as error:
        msg = f"strategy: {name!r} is no function that can be called: {error}"
        raise ValueError(msg) from error
    return _entry(name, query)


def entry_for(query: QueryStrategy) -> Strategy:
    """Return the strategy for a function ``query(learner, X, n_instances=n)``."""
    return _entry(getattr(query, "__name__", type(query).__name__), query)


def _entry(name: str, query: QueryStrategy) -> Strategy:
    """Wrap a query strategy as an entry like the registry's."""

    def score(_pool: Pool, _options: Options, _rng: np.random.Generator) -> FloatArray:
        msg = f"strategy: {name!r} scores only the items it chooses"
        raise ValueError(msg)

    def choose(pool: Pool, n: int, options: Options, rng: np.random.Generator) -> Selection:
        with _seeded_global_generator(rng):
            answer = query(pool.learner, pool.X, n_instances=n, **options)
        indices, values = answer if isinstance(answer, tuple) else (answer, None)
        picked = _checked(name, indices, n, pool.size)
        scores = np.full(n, np.nan) if values is None else np.ravel(np.asarray(values, float))
        if len(scores) != n:  # some answer with the chosen rows of X in second place
            scores = np.full(n, np.nan)
        return Selection(picked, scores, name, f"chosen by {name}")

    return Strategy(name, _NEEDS, f"as {name} measures it", score, choose)


def _checked(name: str, indices: Any, n: int, size: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Refuse an answer that is not n distinct rows of the pool."""
    picked = np.ravel(np.asarray(indices)).astype(np.int64)
    within = len(picked) == n and (picked >= 0).all() and (picked < size).all()
    if not within or len(np.unique(picked)) != n:
        msg = f"strategy: {name!r} did not answer with {n} distinct rows of the pool"
        raise ValueError(msg)
    return picked


@contextmanager
def _seeded_global_generator(rng: np.random.Generator) -> Iterator[None]:
    """Let a plug-in that draws from numpy's global generator be repeatable, and put it back.

    modAL's random tie-break does so, and a round must be replayable to the same choice.
    """
    state = np.random.get_state()  # noqa: NPY002 - see above
    np.random.seed(int(rng.integers(2**32)))  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
