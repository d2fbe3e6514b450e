"""The list of strategies, and the three verbs that run one of them by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from active_learning.strategies import (
    auto,
    badge,
    bald,
    class_balanced,
    cluster_margin,
    committee,
    density,
    k_center,
    modal_plugin,
    multi_label,
    probcover,
    random_sampling,
    regression,
    structured,
    typiclust,
    uncertainty,
)
from active_learning.strategies.pool import (
    POOL_ARGUMENTS,
    FloatArray,
    IntArray,
    Pool,
    QueryStrategy,
    make_pool,
)
from active_learning.strategies.selection import Options, Selection, Strategy, top

STRATEGIES: Mapping[str, Strategy] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            random_sampling.RANDOM,
            uncertainty.LEAST_CONFIDENCE,
            uncertainty.MARGIN,
            uncertainty.ENTROPY,
            committee.COMMITTEE,
            bald.BALD,
            badge.BADGE,
            k_center.K_CENTER,
            typiclust.TYPICLUST,
            probcover.PROBCOVER,
            density.DENSITY,
            cluster_margin.CLUSTER_MARGIN,
            class_balanced.CLASS_BALANCED,
            multi_label.MULTI_LABEL,
            regression.REGRESSION,
            structured.SEQUENCE,
            structured.BOXES,
            auto.AUTO,
        )
    }
)
"""Strategies by name. Besides these, ``modal:`` before a dotted name runs one of modAL's."""


def needs(strategy: str | QueryStrategy) -> tuple[str, ...]:
    """Return the arguments a strategy cannot do without.

    Raises
    ------
    ValueError
        There is no such strategy.
    """
    return _entry(strategy).needs


def select(
    strategy: str | QueryStrategy,
    n: int,
    *,
    probabilities: Any = None,
    embeddings: Any = None,
    labelled_embeddings: Any = None,
    rng: np.random.Generator,
    **family: Any,
) -> IntArray:
    """Return the rows of the pool to label next, best first.

    Parameters
    ----------
    strategy : a name of ``STRATEGIES``; ``modal:`` and a dotted name inside modAL; or a function
        that speaks modAL's interface, ``query(learner, X, n_instances=n)``.
    n : how many; the whole pool is returned when it has no more.
    probabilities : (n_items, n_classes), rows sum to one.
    embeddings : (n_items, n_dimensions), dense; memory-mapped arrays are read in chunks.
    labelled_embeddings : (n_labelled, n_dimensions).
    rng : source of every random draw; the same state gives the same choice.
    **family : ``committee_probabilities`` (n_members, n_items, n_classes), ``labels``
        (n_labelled,), ``n_labelled``, ``label_probabilities`` (n_items, n_labels),
        ``predicted_values`` (n_members, n_items), ``token_probabilities`` and
        ``box_probabilities`` (a list of arrays, one an item), ``learner``, ``X``, ``pool_size``,
        and the strategy's own options as its entry in ``STRATEGIES`` lists them.

    Returns
    -------
    IntArray
        (min(n, n_items),) distinct indices.

    Raises
    ------
    ValueError
        Naming the argument: unknown strategy or option, missing or misshapen array, NaN,
        probabilities that do not sum to one.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> select("margin", 1, probabilities=[[0.9, 0.1], [0.6, 0.4]], rng=rng)
    array([1])
    """
    return choose(
        strategy,
        n,
        probabilities=probabilities,
        embeddings=embeddings,
        labelled_embeddings=labelled_embeddings,
        rng=rng,
        **family,
    ).indices


def choose(
    strategy: str | QueryStrategy, n: int, *, rng: np.random.Generator, **arguments: Any
) -> Selection:
    """Do what `select` does and also say each chosen row's score and the reason.

    Raises
    ------
    ValueError
        As `select`.
    """
    if n < 0:
        msg = f"n: a number of items, zero or more, is needed, not {n!r}"
        raise ValueError(msg)
    entry, pool, options = _prepare(strategy, arguments)
    if pool.size == 0 or n == 0:
        none = np.empty(0, dtype=np.int64)
        return Selection(none, np.empty(0), entry.name, "nothing to choose from")
    count = min(int(n), pool.size)
    if entry.choose is not None:
        return entry.choose(pool, count, options, rng)
    values = entry.score(pool, options, rng)
    picked = top(values, count, rng)
    return Selection(picked, values[picked], entry.name, entry.measure)


def scores(
    strategy: str | QueryStrategy, *, rng: np.random.Generator, **arguments: Any
) -> FloatArray:
    """Return every item's score by a strategy's measure, without choosing.

    Takes the same keywords as `select`. For strategies that also spread their choice (``badge``,
    ``k_center``, ``typiclust``, ``probcover``, ``cluster_margin``) it is the score of an item by
    itself, before the first one is chosen.

    Returns
    -------
    FloatArray
        (n_items,), higher is wanted more.

    Raises
    ------
    ValueError
        As `select`; also for modAL plug-ins, which score only what they choose.
    """
    entry, pool, options = _prepare(strategy, arguments)
    return np.empty(0) if pool.size == 0 else entry.score(pool, options, rng)


def _entry(strategy: str | QueryStrategy) -> Strategy:
    """Find a strategy by name, or wrap one that speaks modAL's interface."""
    if callable(strategy):
        return modal_plugin.entry_for(strategy)
    if strategy.startswith(modal_plugin.PREFIX):
        return modal_plugin.entry_named(strategy)
    try:
        return STRATEGIES[strategy]
    except KeyError:
        names = ", ".join(STRATEGIES)
        msg = f"strategy: {strategy!r} is unknown; known are {names}, and modal:DOTTED.NAME"
        raise ValueError(msg) from None


def _prepare(
    strategy: str | QueryStrategy, arguments: Mapping[str, Any]
) -> tuple[Strategy, Pool, Options]:
    """Find the strategy and check that what it needs, and nothing it does not know, is there."""
    entry = _entry(strategy)
    own = {key: value for key, value in arguments.items() if key not in POOL_ARGUMENTS}
    if entry.name not in STRATEGIES:
        options: Options = own
    else:
        unknown = sorted(set(own) - set(entry.options))
        if unknown:
            takes = ", ".join(entry.options) or "none"
            msg = f"{unknown[0]}: unknown option of strategy {entry.name!r} (it takes: {takes})"
            raise ValueError(msg)
        options = {**entry.options, **own}
    pool = make_pool(arguments)
    for name in entry.needs:
        pool.need(name)
    if entry.needs_any and all(getattr(pool, name) is None for name in entry.needs_any):
        msg = f"{entry.needs_any[0]}: strategy {entry.name!r} needs one of {entry.needs_any}"
        raise ValueError(msg)
    return entry, pool, options
