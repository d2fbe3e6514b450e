"""Certified auto-labels: the promise holds as often as it says, and says why there is none."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from active_learning.autolabel import (
    audit_evidence,
    certify,
    certify_by_class,
    checks_needed,
)


def make_pool(seed: int, n: int = 4_000) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Draw scores and whether their predictions are right: surer ones more often, none surely."""
    rng = np.random.default_rng(seed)
    scores = rng.random(n)
    return scores, rng.random(n) < 0.8 + 0.2 * scores


class TestChecksNeeded:
    """How many checks show a precision."""

    @pytest.mark.parametrize(
        ("precision", "errors", "needed"), [(0.95, 0, 59), (0.98, 0, 149), (0.95, 1, 93)]
    )
    def test_known_numbers(self, precision: float, errors: int, needed: int) -> None:
        """The floors that tables of the binomial distribution give."""
        assert checks_needed(precision, 0.05, errors) == needed

    @pytest.mark.parametrize(("precision", "delta"), [(0.0, 0.05), (1.0, 0.05), (0.9, 0.0)])
    def test_out_of_range(self, precision: float, delta: float) -> None:
        """A certainty cannot be shown by any number of checks."""
        with pytest.raises(ValueError, match=r"in \(0, 1\)"):
            checks_needed(precision, delta)


class TestCertify:
    """Thresholds from an audited random sample."""

    def test_promises_are_broken_no_more_often_than_said(self) -> None:
        """Over 400 audits of one pool, at most 5 % (one-sided 99.9 % bound) break the promise."""
        scores, right = make_pool(0)
        broken, coverage = 0, 0.0
        for seed in range(400):
            audit = np.random.default_rng(seed).choice(scores.size, 400, replace=False)
            found = certify(scores, scores[audit], right[audit], precision=0.9)
            if found.threshold is not None:
                broken += bool(right[scores >= found.threshold].mean() < 0.9)
                coverage += found.coverage / 400
        assert broken <= 34
        assert coverage > 0.2

    def test_a_perfect_model_covers_everything(self) -> None:
        """No error in 200 checks: all of the pool is accepted."""
        scores = np.linspace(0.5, 1, 1_000)
        found = certify(scores, scores[::5], np.ones(200, bool), precision=0.95)
        assert (found.coverage, found.n_errors, found.reason) == (1.0, 0, None)

    def test_too_few_checks(self) -> None:
        """The certificate says how many it takes."""
        found = certify([0.9], [0.9] * 92, [True] * 92, precision=0.95)
        assert found.threshold is None
        assert found.reason == "93 checked predictions are needed at least, and there are 92"

    def test_a_useless_model_gets_nothing(self) -> None:
        """Wrong half of the time: no threshold, and the reason."""
        scores = np.random.default_rng(0).random(500)
        found = certify(scores, scores, np.arange(500) % 2 == 0, precision=0.95)
        assert (found.threshold, found.coverage) == (None, 0.0)
        assert "more errors than" in str(found.reason)

    def test_constant_scores(self) -> None:
        """One score for all: everything or nothing."""
        found = certify([0.8] * 50, [0.8] * 200, [True] * 200, precision=0.95)
        assert (found.threshold, found.coverage) == (0.8, 1.0)

    def test_an_empty_pool(self) -> None:
        """Nothing to accept is said, not divided by."""
        assert certify([], [], [], precision=0.95).threshold is None

    @pytest.mark.parametrize(
        ("checked", "right"), [([0.5], [True, False]), ([np.nan], [True]), ([[0.5]], [[True]])]
    )
    def test_bad_arrays(self, checked: list[float], right: list[bool]) -> None:
        """Lengths and numbers are checked by name."""
        with pytest.raises(ValueError, match="checked_scores"):
            certify([0.5], checked, right, precision=0.95)


class TestCertifyByClass:
    """A certificate for every class."""

    def test_a_rare_bad_class_does_not_hide(self) -> None:
        """Pooled, one wrong class in fifty is swallowed; by class it is left out."""
        classes = np.where(np.arange(5_000) % 50 == 0, 1, 0)
        scores, right = np.full(5_000, 0.9), classes == 0
        pooled = certify(scores, scores, right, precision=0.95)
        assert pooled.coverage == 1.0
        found = certify_by_class(classes, scores, classes, scores, right, precision=0.95)
        assert found[0].coverage == 1.0
        assert found[1].threshold is None


class TestAuditEvidence:
    """The running audit."""

    def test_a_broken_promise_is_found(self) -> None:
        """A fifth wrong where a twentieth was promised: revoked within some 100 checks."""
        assert audit_evidence(100, 20, 0.95).revokes(0.05)
        assert not audit_evidence(100, 5, 0.95).revokes(0.05)

    def test_a_kept_promise_is_shown(self) -> None:
        """Three hundred checks with two errors renew a promise of .95."""
        assert audit_evidence(300, 2, 0.95).renews(0.05)
        assert not audit_evidence(20, 0, 0.95).renews(0.05)

    def test_looking_at_any_time_is_allowed(self) -> None:
        """At exactly the tolerated rate, looking after each of 1,000 checks rarely revokes."""
        revoked = 0
        for seed in range(100):
            errors = np.cumsum(np.random.default_rng(seed).random(1_000) < 0.05)
            revoked += any(
                audit_evidence(n, int(errors[n - 1]), 0.95).revokes(0.05)
                for n in range(1, 1_001, 25)
            )
        assert revoked <= 12

    @given(st.integers(0, 5_000), st.floats(0.01, 0.99))
    def test_evidence_is_a_number(self, n: int, precision: float) -> None:
        """Never NaN, never infinite; nothing checked is no evidence."""
        found = audit_evidence(n, n // 3, precision)
        assert np.isfinite([found.against, found.towards]).all()
        if n == 0:
            assert [found.against, found.towards] == pytest.approx([1.0, 1.0])

    def test_more_errors_than_checks(self) -> None:
        """Refused by name."""
        with pytest.raises(ValueError, match="n_errors"):
            audit_evidence(1, 2, 0.95)
