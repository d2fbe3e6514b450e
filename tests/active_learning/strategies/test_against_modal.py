"""Our measures against modAL's: same values, same picks; and modAL's strategies plugged in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from modAL.disagreement import KL_max_disagreement, consensus_entropy, vote_entropy
from modAL.models import ActiveLearner, Committee
from modAL.uncertainty import (
    classifier_entropy,
    classifier_margin,
    classifier_uncertainty,
    entropy_sampling,
    margin_sampling,
    uncertainty_sampling,
)
from sklearn.linear_model import LogisticRegression

from active_learning.strategies import scores, select
from active_learning.strategies.committee import MEASURES

N_ITEMS = 200


def data() -> tuple[Any, Any]:
    """Return 260 items of three overlapping classes."""
    rng = np.random.default_rng(3)
    labels = np.arange(260) % 3
    return rng.normal(size=(260, 4)) + labels[:, np.newaxis] * 0.8, labels


def learner(seed: int = 0) -> Any:
    """Return modAL's learner around a regression fitted on twenty items."""
    X, y = data()
    rows = np.random.default_rng(seed).choice(np.arange(N_ITEMS, 260), 20, replace=False)
    return ActiveLearner(LogisticRegression().fit(X[rows], y[rows]), query_strategy=margin_sampling)


def global_state() -> list[int]:
    """Return the state of numpy's global generator, which must be left as it was."""
    state: dict[str, Any] = np.random.get_state(legacy=False)  # noqa: NPY002
    key: list[int] = state["state"]["key"].tolist()
    return [*key, int(state["state"]["pos"])]


def rng() -> np.random.Generator:
    """Return a generator in a known state."""
    return np.random.default_rng(0)


class TestUncertainty:
    """Ours take arrays and come without three seconds of import; they are the same measures."""

    @pytest.mark.parametrize(
        ("name", "measure", "to_score"),
        [
            ("least_confidence", classifier_uncertainty, lambda v: v),
            ("margin", classifier_margin, lambda v: 1 - v),
            ("entropy", classifier_entropy, lambda v: v),
        ],
    )
    def test_values_are_modals(
        self, name: str, measure: Callable[..., Any], to_score: Callable[[Any], Any]
    ) -> None:
        """Each item's score is modAL's to twelve digits (one minus it for the margin)."""
        X = data()[0][:N_ITEMS]
        model = learner()
        ours = scores(name, probabilities=model.predict_proba(X), rng=rng())
        np.testing.assert_allclose(ours, to_score(measure(model, X)), atol=1e-12)

    @pytest.mark.parametrize(
        ("name", "query"),
        [
            ("least_confidence", uncertainty_sampling),
            ("margin", margin_sampling),
            ("entropy", entropy_sampling),
        ],
    )
    @pytest.mark.parametrize("n", [1, 10, 60])
    def test_picks_are_modals(self, name: str, query: Callable[..., Any], n: int) -> None:
        """The same rows as modAL's query function chooses (which does not order them)."""
        X = data()[0][:N_ITEMS]
        model = learner()
        ours = select(name, n, probabilities=model.predict_proba(X), rng=rng())
        assert set(ours.tolist()) == set(query(model, X, n_instances=n)[0].tolist())


class TestCommittee:
    """Ours count votes without a loop over items; they are the same measures."""

    @pytest.mark.parametrize(
        ("name", "measure"),
        [
            ("vote_entropy", vote_entropy),
            ("consensus_entropy", consensus_entropy),
            ("kl", KL_max_disagreement),
        ],
    )
    def test_values_are_modals(self, name: str, measure: Callable[..., Any]) -> None:
        """Each item's score is modAL's to twelve digits."""
        X = data()[0][:N_ITEMS]
        members = [learner(seed) for seed in range(4)]
        probabilities = np.stack([member.predict_proba(X) for member in members])
        ours = scores("committee", committee_probabilities=probabilities, measure=name, rng=rng())
        np.testing.assert_allclose(ours, measure(Committee(members), X), atol=1e-12)

    def test_an_unknown_measure_lists_the_known(self) -> None:
        """The error names the option and what it may be."""
        with pytest.raises(ValueError, match=r"^measure: 'votes'.*vote_entropy.*kl"):
            select("committee", 1, probabilities=np.ones((2, 3, 1)), measure="votes", rng=rng())

    def test_measures_are_three(self) -> None:
        """The three of modAL, by the names of the documentation."""
        assert list(MEASURES) == ["vote_entropy", "consensus_entropy", "kl"]

    def test_a_committee_without_members_is_refused(self) -> None:
        """Nobody's votes cannot be counted."""
        with pytest.raises(ValueError, match=r"^committee_probabilities: .*no members"):
            select("committee", 1, probabilities=np.ones((0, 3, 2)), rng=rng())


class TestPlugIns:
    """Any of modAL's query strategies runs by name, anyone's as a function."""

    def test_by_name(self) -> None:
        """The dotted name runs modAL's own function on learner and X."""
        X = data()[0][:N_ITEMS]
        picked = select(
            "modal:modAL.uncertainty.margin_sampling", 5, learner=learner(), X=X, rng=rng()
        )
        assert set(picked.tolist()) == set(margin_sampling(learner(), X, n_instances=5)[0])

    def test_ranked_batches_by_name(self) -> None:
        """A strategy of another module, which needs the learner's training data, runs too."""
        X, y = data()
        model = ActiveLearner(LogisticRegression(), X_training=X[N_ITEMS:], y_training=y[N_ITEMS:])
        name = "modal:modAL.batch.uncertainty_batch_sampling"
        assert len(select(name, 6, learner=model, X=X[:N_ITEMS], rng=rng())) == 6

    def test_options_reach_it_and_its_draws_repeat(self) -> None:
        """The random tie-break of modAL draws from numpy's global generator; it repeats here."""
        X = np.ones((50, 4))
        before = global_state()
        first, again = (
            select(
                "modal:modAL.uncertainty.entropy_sampling",
                4,
                learner=learner(),
                X=X,
                random_tie_break=True,
                rng=rng(),
            )
            for _ in range(2)
        )
        assert first.tolist() == again.tolist()
        assert global_state() == before

    def test_a_function(self) -> None:
        """A function that speaks modAL's interface is a strategy."""

        def last_rows(learner: Any, X: Any, n_instances: int) -> Any:
            return np.arange(len(X))[-n_instances:]

        X = data()[0][:N_ITEMS]
        assert select(last_rows, 2, learner=learner(), X=X, rng=rng()).tolist() == [198, 199]

    @pytest.mark.parametrize(
        "name",
        ["modal:os.system", "modal:modAL.nothing.here", "modal:modAL.uncertainty.np", "modal:"],
    )
    def test_other_names_are_refused(self, name: str) -> None:
        """A policy cannot import what is not modAL's, nor what is no function."""
        with pytest.raises(ValueError, match=r"^strategy: 'modal:"):
            select(name, 1, learner=learner(), X=np.ones((3, 4)), rng=rng())

    @pytest.mark.parametrize("answer", [[0, 0], [0], [0, 99], [-1, 0]])
    def test_a_wrong_answer_is_refused(self, answer: list[int]) -> None:
        """Twice the same row, too few, or rows outside the pool are an error."""

        def wrong(learner: Any, X: Any, n_instances: int) -> Any:
            assert n_instances == 2
            return np.array(answer)

        with pytest.raises(ValueError, match=r"^strategy: 'wrong' did not answer with 2 distinct"):
            select(wrong, 2, learner=learner(), X=np.ones((3, 4)), rng=rng())

    def test_it_scores_only_what_it_chooses(self) -> None:
        """Asking for all scores says why there are none."""
        with pytest.raises(ValueError, match=r"scores only the items it chooses"):
            scores(
                "modal:modAL.uncertainty.margin_sampling",
                learner=learner(),
                X=np.ones((3, 4)),
                rng=rng(),
            )
