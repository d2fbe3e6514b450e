"""What the selector is asked and answers, as plain values; and the request's rows, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from training.evaluation import Estimate

IntArray: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SelectionRequest:
    """What the selector needs to choose; all of it JSON can hold.

    Parameters
    ----------
    features : path of a feature file (.npy or .npz); row numbers below are its rows.
    labelled : (n_labelled,) rows with a label, of the training split.
    labels : (n_labelled,) their class indices.
    n_classes : of the label schema.
    strategy : as `active_learning.strategies.select` takes it, by name.
    n : how many rows to choose.
    seed : from which every random draw of the round comes.
    candidates : rows to choose from; None for all that are neither labelled nor test rows.
    weights : (n_labelled,) how far each label is trusted; None for all alike.
    test, test_labels : rows of the labelled random test sample; never trained on nor chosen.
    options : the strategy's own keywords.
    trainer : of the quick model.
    parameters : the trainer's own.
    watched : rows whose predicted classes are told, to compare one selector with the next.
    situation : what `active_learning.advice.Situation` holds; None where nothing is compared.
    guess : what `active_learning.cold_start.Guess` holds of the candidates; None for none.
    shares : of a blend's members as an earlier fit found them; None to judge them now.
    judged_at : labels that the shares rest on.
    targets : what `active_learning.targets.Targets` holds, where the question is no single choice;
        labels then say no more than that there is an answer.
    """

    features: str
    labelled: Sequence[int]
    labels: Sequence[int]
    n_classes: int
    strategy: str
    n: int
    seed: int
    candidates: Sequence[int] | None = None
    weights: Sequence[float] | None = None
    test: Sequence[int] = ()
    test_labels: Sequence[int] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    trainer: str = "logistic_regression"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    watched: Sequence[int] = ()
    situation: Mapping[str, Any] | None = None
    guess: Mapping[str, Any] | None = None
    shares: Mapping[str, Sequence[float]] | None = None
    judged_at: int = 0
    targets: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SelectionResult:
    """What was chosen and why; all of it JSON can hold.

    Parameters
    ----------
    rows : chosen rows of the feature file, best first.
    scores : each row's score by the strategy's measure; None where the strategy tells none.
    strategy : the one that chose: for ``auto`` the one it settled on, ``random`` after a fallback.
    reason : one sentence for the person who asks "why this item?".
    fallback_reason : why the strategy asked for could not choose, or None.
    accuracy : of the quick model on the test rows; undefined, with the reason, without them.
    n_labelled, n_candidates : how many rows were trained on and chosen from.
    seconds, cpu_seconds : wall and processor time.
    watched : predicted class indices of the rows asked about; empty without a model.
    advice : what could be asked, compared; None where the request did not ask.
    fit_seconds : processor time of the quick model's fit; None where there was nothing to fit.
    shares, judged_at : of a blend's members, and the labels that they were judged on.
    """

    rows: list[int]
    scores: list[float | None]
    strategy: str
    reason: str
    fallback_reason: str | None
    accuracy: Estimate
    n_labelled: int
    n_candidates: int
    seconds: float
    cpu_seconds: float
    watched: list[int] = field(default_factory=list)
    advice: dict[str, Any] | None = None
    fit_seconds: float | None = None
    shares: dict[str, list[float]] | None = None
    judged_at: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """The request's row numbers as arrays."""

    labelled: IntArray
    labels: IntArray
    candidates: IntArray
    test: IntArray
    test_labels: IntArray

    @classmethod
    def checked(cls, request: SelectionRequest, n_rows: int) -> Rows:
        """Check that rows exist, lengths agree, and no test row is trained on or chosen."""
        labelled = distinct_rows("labelled", request.labelled, n_rows)
        test = distinct_rows("test", request.test, n_rows)
        taken = np.union1d(labelled, test)
        free = np.setdiff1d(np.arange(n_rows), taken).tolist()
        given = free if request.candidates is None else request.candidates
        candidates = distinct_rows("candidates", given, n_rows)
        labels = np.asarray(request.labels, dtype=np.int64)
        test_labels = np.asarray(request.test_labels, dtype=np.int64)
        weights = request.labels if request.weights is None else request.weights
        for name, found, wanted in (
            ("labels", len(labels), len(labelled)),
            ("weights", len(weights), len(labelled)),
            ("test_labels", len(test_labels), len(test)),
        ):
            if found != wanted:
                msg = f"{name}: {found}, but there are {wanted} rows"
                raise ValueError(msg)
        if len(np.intersect1d(test, np.union1d(labelled, candidates))):
            msg = "test: a test row is also labelled for training or a candidate"
            raise ValueError(msg)
        return cls(labelled, labels, candidates, test, test_labels)


def distinct_rows(name: str, values: Sequence[int], n_rows: int) -> IntArray:
    """Return distinct rows that are inside the file."""
    rows = np.asarray(values, dtype=np.int64)
    if len(rows) and (rows.min() < 0 or rows.max() >= n_rows):
        msg = f"{name}: a row is outside the feature file's {n_rows}"
        raise ValueError(msg)
    if len(np.unique(rows)) != len(rows):
        msg = f"{name}: a row occurs twice"
        raise ValueError(msg)
    return rows
