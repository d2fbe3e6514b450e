"""The selector: files in, choice out, and never an empty queue."""

from __future__ import annotations

import json
import pickle
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from active_learning.selection_request import SelectionRequest
from active_learning.selector import run_selection, run_selection_json
from active_learning.strategies import STRATEGIES
from training.features import save_features

OTHER_QUESTIONS = {"multi_label", "regression", "sequence", "boxes"}
"""They need what a model of one choice cannot say."""


@pytest.fixture
def truth() -> Any:
    """Classes of 300 items."""
    return np.arange(300) % 3


@pytest.fixture
def features(tmp_path: Path, truth: Any) -> str:
    """A file of 300 dense rows in three groups."""
    rows = np.eye(3, 8)[truth] * 3 + np.random.default_rng(0).normal(size=(300, 8))
    path = tmp_path / "pool.npy"
    save_features(rows.astype(np.float32), path)
    return str(path)


@pytest.fixture
def request_for(features: str, truth: Any) -> Any:
    """Return a maker of requests: 40 labelled rows, 60 test rows, 200 candidates."""

    def make(**changes: Any) -> SelectionRequest:
        fields: dict[str, Any] = {
            "features": features,
            "labelled": list(range(40)),
            "labels": truth[:40].tolist(),
            "n_classes": 3,
            "strategy": "auto",
            "n": 12,
            "seed": 5,
            "test": list(range(240, 300)),
            "test_labels": truth[240:].tolist(),
        }
        return SelectionRequest(**(fields | changes))

    return make


class TestRunSelection:
    """Fit, score, choose."""

    @pytest.mark.parametrize(
        "strategy",
        [*sorted(set(STRATEGIES) - OTHER_QUESTIONS), "modal:modAL.uncertainty.margin_sampling"],
    )
    def test_every_strategy_runs_on_what_it_needs(self, request_for: Any, strategy: str) -> None:
        """Distinct candidates come out, by that strategy and not by a fallback."""
        result = run_selection(request_for(strategy=strategy))
        assert result.fallback_reason is None
        assert len(set(result.rows)) == 12
        assert set(result.rows) <= set(range(40, 240))
        assert len(result.scores) == 12
        assert (result.n_labelled, result.n_candidates) == (40, 200)

    @pytest.mark.parametrize("strategy", sorted(OTHER_QUESTIONS))
    def test_a_strategy_for_another_question_falls_back_and_says_so(
        self, request_for: Any, strategy: str
    ) -> None:
        """The quick model answers one choice of classes; the queue is filled at random."""
        result = run_selection(request_for(strategy=strategy))
        assert result.strategy == "random"
        assert (result.fallback_reason or "").startswith(f"{strategy} failed: ")
        assert len(set(result.rows)) == 12

    def test_the_same_request_gives_the_same_rows(self, request_for: Any) -> None:
        """A round is replayed from its record."""
        assert run_selection(request_for()).rows == run_selection(request_for()).rows

    def test_accuracy_is_on_the_test_rows_with_an_interval(self, request_for: Any) -> None:
        """The curve's point: value between its bounds, from all 60 test rows."""
        accuracy = run_selection(request_for()).accuracy
        assert accuracy.n == 60
        assert accuracy.value is not None
        assert accuracy.low is not None
        assert accuracy.high is not None
        assert accuracy.low < accuracy.value < accuracy.high
        assert accuracy.value > 0.8

    def test_without_test_rows_accuracy_is_undefined_in_words(self, request_for: Any) -> None:
        """Never a zero in place of an unknown."""
        accuracy = run_selection(request_for(test=[], test_labels=[])).accuracy
        assert accuracy.value is None
        assert accuracy.reason == "there are no labelled test items"

    def test_sparse_features_do(self, request_for: Any, tmp_path: Path, truth: Any) -> None:
        """A text project's CSR file is reduced where distances are needed."""
        rng = np.random.default_rng(0)
        rows = csr_array(np.eye(3, 40)[truth] + (rng.random((300, 40)) > 0.9)).astype(np.float32)
        save_features(rows, tmp_path / "text.npz")
        result = run_selection(request_for(features=str(tmp_path / "text.npz")))
        assert (result.strategy, result.fallback_reason) == ("cluster_margin", None)
        cold = run_selection(
            request_for(features=str(tmp_path / "text.npz"), labelled=[], labels=[])
        )
        assert (cold.strategy, cold.fallback_reason) == ("typiclust", None)

    def test_candidates_may_be_named(self, request_for: Any) -> None:
        """Only rows named as candidates are chosen."""
        assert set(run_selection(request_for(candidates=[50, 60, 70])).rows) == {50, 60, 70}

    def test_weights_reach_the_model(self, request_for: Any, truth: Any) -> None:
        """Wrong labels that weigh nothing do no harm."""
        wrong = truth[:40].copy()
        wrong[:20] = (wrong[:20] + 1) % 3
        weights = [0.0] * 20 + [1.0] * 20
        trusted = run_selection(request_for(labels=wrong.tolist())).accuracy.value
        weighed = run_selection(request_for(labels=wrong.tolist(), weights=weights)).accuracy.value
        assert trusted is not None
        assert weighed is not None
        assert weighed > trusted


class TestModal:
    """modAL's own query strategies in a round: they see a learner or a committee as they expect."""

    @pytest.mark.parametrize(
        ("name", "own", "options"),
        [
            ("uncertainty.uncertainty_sampling", "least_confidence", {}),
            ("uncertainty.margin_sampling", "margin", {}),
            ("uncertainty.entropy_sampling", "entropy", {}),
            ("disagreement.consensus_entropy_sampling", "committee",
             {"measure": "consensus_entropy"}),
            ("disagreement.max_disagreement_sampling", "committee", {"measure": "kl"}),
        ],
    )  # fmt: skip
    def test_it_chooses_what_ours_of_the_same_measure_chooses(
        self, request_for: Any, name: str, own: str, options: dict[str, Any]
    ) -> None:
        """The same model, or the same five members of a committee, are asked."""
        plugged = run_selection(request_for(strategy=f"modal:modAL.{name}"))
        assert plugged.fallback_reason is None
        ours = run_selection(request_for(strategy=own, options=options))
        assert set(plugged.rows) == set(ours.rows)

    @pytest.mark.parametrize(
        "name", ["disagreement.vote_entropy_sampling", "batch.uncertainty_batch_sampling"]
    )
    def test_votes_and_ranked_batches_run(self, request_for: Any, name: str) -> None:
        """Members vote with classes; a ranked batch looks at what is labelled already."""
        result = run_selection(request_for(strategy=f"modal:modAL.{name}"))
        assert (result.strategy, result.fallback_reason) == (f"modal:modAL.{name}", None)
        assert len(set(result.rows)) == 12


class TestMemory:
    """A large pool is held once, whatever is computed of it."""

    def test_a_round_holds_the_pool_no_more_than_once(self, tmp_path: Path) -> None:
        """Beside the file on disk there are one copy of its rows and what is small beside them."""
        rng = np.random.default_rng(0)
        pool = rng.normal(size=(40_000, 96)).astype(np.float32)
        save_features(pool, tmp_path / "large.npy")
        labels = (np.arange(60) % 3).tolist()
        asked = SelectionRequest(
            str(tmp_path / "large.npy"), list(range(60)), labels, 3, "cluster_margin", 20, 1
        )
        run_selection(asked)  # what is imported on first use is not the pool's
        tracemalloc.start()
        result = run_selection(asked)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert result.fallback_reason is None
        assert pool.nbytes < peak < 2 * pool.nbytes


class TestFallback:
    """Whatever fails, rows come out at random with the reason."""

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"strategy": "margin", "labelled": [], "labels": []}, "at least two classes"),
            ({"strategy": "margin", "labels": [1] * 40}, "at least two classes"),
            ({"strategy": "margn"}, "'margn' is unknown"),
            ({"strategy": "margin", "options": {"beta": 1}}, "unknown option"),
            ({"strategy": "margin", "trainer": "oracle"}, "'oracle' is unknown"),
            ({"strategy": "modal:modAL.nothing.here"}, "modal:modAL.nothing.here"),
        ],
    )
    def test_the_reason_is_on_record(
        self, request_for: Any, changes: dict[str, Any], reason: str
    ) -> None:
        """Twelve distinct candidates, strategy random, and why."""
        result = run_selection(request_for(**changes))
        assert result.strategy == "random"
        assert reason in str(result.fallback_reason)
        assert len(set(result.rows)) == 12

    def test_a_cold_start_needs_no_model_and_is_no_fallback(self, request_for: Any) -> None:
        """Without any label auto chooses representative items."""
        result = run_selection(request_for(labelled=[], labels=[]))
        assert (result.strategy, result.fallback_reason) == ("typiclust", None)
        assert result.accuracy.value is None
        assert "two classes" in str(result.accuracy.reason)


class TestRequest:
    """A request that contradicts itself is refused by the name of its field."""

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"labels": [0]}, "^labels: 1, but there are 40 rows"),
            ({"weights": [1.0]}, "^weights: 1, but"),
            ({"test_labels": [0]}, "^test_labels: 1, but"),
            ({"labelled": [*range(39), 300]}, "^labelled: a row is outside"),
            ({"candidates": [-1]}, "^candidates: a row is outside"),
            ({"candidates": [50, 50]}, "^candidates: a row occurs twice"),
            ({"candidates": [240]}, "^test: a test row is also"),
            ({"labelled": [*range(39), 240]}, "^test: a test row is also"),
        ],
    )
    def test_it_is_named(self, request_for: Any, changes: dict[str, Any], message: str) -> None:
        """Above all, a test item is never trained on nor chosen by a model."""
        with pytest.raises(ValueError, match=message):
            run_selection(request_for(**changes))

    def test_request_and_result_travel_as_json_and_pickle(
        self, request_for: Any, features: str
    ) -> None:
        """The compute child can be spoken to in either."""
        request = request_for()
        assert pickle.loads(pickle.dumps(request)) == request  # noqa: S301 - our own bytes
        document = json.loads(json.dumps(run_selection_json({**_fields(request)})))
        assert document["rows"] == run_selection(request).rows


def _fields(request: SelectionRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in SelectionRequest.__dataclass_fields__}


class TestRefit:
    """A blend whose members were judged a round ago."""

    def test_it_chooses_with_the_shares_it_is_given(self, request_for: Any) -> None:
        """Nothing is judged again; the next round is told the same shares and their labels."""
        first = run_selection(request_for(trainer="blend"))
        shares = {"linear": [1.0, 1.0]}
        again = run_selection(request_for(trainer="blend", shares=shares, judged_at=30))
        assert first.shares is not None
        assert (first.judged_at, again.judged_at) == (40, 30)
        assert again.shares == shares
        assert again.fallback_reason is None
        assert len(again.rows) == 12
