"""What to ask next for the least money: one comparison over all kinds of questions.

The currency is *expected wrong labels avoided in the pool*, per unit of money. A question avoids
them twice: on its own item, whose label becomes surer, and on the items that nobody is asked
about, because the model that labels those learns from it. A label that is wrong with probability
e is worth (1 - e K / (K - 1))² right ones to the model (Natarajan et al., "Learning with noisy
labels", NIPS 2013), and the model's error falls as a power of the right labels it has seen. So a
new item, another answer, a review, a gold question and leaving an item to the model are measured
alike, and each is set against its price and its seconds. Arrays in, arrays out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import special

from labeling.quality.arrays import FloatArray, IntArray

EXPONENT: Final = 0.35
"""Power with which a model's error falls where the project's own curve does not say yet; learning
curves lie between .1 and .6 (Hestness et al., "Deep learning scaling is predictable", 2017)."""
EXPONENT_SPREAD: Final = 0.15
CHUNK: Final = 4_000_000
"""Numbers held at once: items × classes × classes of a chunk."""
MANY_CLASSES: Final = 32
"""Beyond so many, an answer's other classes are taken together."""


@dataclass(frozen=True, eq=False)
class Voice:
    """Somebody who can be asked: a workforce or the reviewers.

    Attributes
    ----------
    name
        Of the workforce.
    confusion
        (n_classes, n_classes) P(given | true), rows sum to one.
    price, seconds
        Of one answer: micro-units, and time.
    """

    name: str
    confusion: FloatArray
    price: float
    seconds: float

    def cost(self, hour_worth: float) -> float:
        """Return what one answer costs: its price, and its time at what an hour is worth."""
        return max(self.price + self.seconds * hour_worth / 3_600.0, 1.0)


@dataclass(frozen=True)
class Stakes:
    """What one right label is worth to the items that nobody is asked about.

    Attributes
    ----------
    error
        Share of those that the model gets wrong now.
    rest
        How many there are.
    labels
        Right labels that the model has learnt from, those in doubt counted in part.
    exponent
        Power with which the error falls with them.
    """

    error: float
    rest: int
    labels: float
    exponent: float = EXPONENT

    @property
    def slope(self) -> float:
        """Wrong labels avoided in the rest by one more right label."""
        return self.exponent * self.error * self.rest / max(self.labels, 1.0)


def worth(error: npt.ArrayLike, n_classes: int) -> FloatArray:
    """Return what a label that is wrong with this probability is worth to a model, in [-1, 1].

    One is a right label; zero is one drawn at random; a label that is more often wrong than that
    leads the model astray, and is worth less than none.
    """
    spread = n_classes / max(n_classes - 1, 1)
    kept = 1.0 - np.asarray(error, dtype=np.float64) * spread
    return np.asarray(np.sign(kept) * kept**2, dtype=np.float64)


def coin(accuracy: float, n_classes: int) -> FloatArray:
    """Return the confusion of somebody who errs evenly: (n_classes, n_classes)."""
    sure = float(np.clip(accuracy, 1.0 / n_classes, 0.999))
    matrix = np.full((n_classes, n_classes), (1.0 - sure) / max(n_classes - 1, 1))
    np.fill_diagonal(matrix, sure)
    return matrix


def learned_confusion(counts: FloatArray, accuracy: float, strength: float = 20.0) -> FloatArray:
    """Return a workforce's confusion: its expected counts, each row held near an even error.

    Parameters
    ----------
    counts : (n_classes, n_classes) expected answers, true by given.
    accuracy : of the workforce as a whole, to which a row with few answers is drawn.
    strength : answers that the even error counts for in each row.

    """
    total = counts.sum(axis=1, keepdims=True)
    found: FloatArray = (counts + strength * coin(accuracy, len(counts))) / (total + strength)
    return found


@dataclass(frozen=True, eq=False)
class Gains:
    """What one answer on each item is expected to bring: (n_items,) each.

    Attributes
    ----------
    direct
        Wrong labels avoided on the item itself.
    learnt
        Right labels that the model learns from beside what it knows: to be multiplied by what one
        is worth to the rest of the pool.
    """

    direct: FloatArray
    learnt: FloatArray

    def total(self, slope: float) -> FloatArray:
        """Return the wrong labels avoided in the whole pool, at this worth of a right label."""
        return self.direct + slope * self.learnt

    def take(self, places: npt.ArrayLike) -> Gains:
        """Return those of some items."""
        at = np.asarray(places, dtype=np.int64)
        return Gains(self.direct[at], self.learnt[at])


def answer_gains(
    belief: FloatArray, confusion: FloatArray, labels: IntArray | None = None
) -> Gains:
    """Return what one more answer on each item is expected to bring.

    Parameters
    ----------
    belief : (n_items, n_classes) what is believed before the answer: of a new item the model's
        prediction, of an answered one its answers and the out-of-fold model together.
    confusion : (n_classes, n_classes) of who is asked.
    labels : (n_items,) the labels that answered items have now, which stand until somebody
        answers again; None of new ones, which have the model's, and from which it has not learnt.

    Notes
    -----
    The value of information (Howard, 1966): the answer g comes with probability Σ p(k) C(k, g);
    after it the label is the class that is then likeliest. It is never negative.

    """
    n_classes = belief.shape[1]
    direct, learnt = np.empty(len(belief)), np.empty(len(belief))
    for part in _chunks(len(belief), n_classes):
        p = belief[part]
        after, taught = _after_answer(p, confusion)
        if labels is None:
            before: FloatArray = p.max(axis=1)
            known: FloatArray = np.zeros(len(p))
        else:
            before = p[np.arange(len(p)), labels[part]]
            known = worth(1.0 - before, n_classes)
        direct[part] = np.maximum(after - before, 0.0)
        learnt[part] = np.maximum(taught - known, 0.0)
    return Gains(direct, learnt)


def _after_answer(p: FloatArray, confusion: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the chance of a right label after one answer, and what that label is worth."""
    n_classes = p.shape[1]
    if n_classes > MANY_CLASSES:
        return _by_leaders(p, confusion, n_classes)
    joint = p[:, :, None] * confusion[None]  # item, true, given
    best, chance = joint.max(axis=1), joint.sum(axis=1)
    error = 1.0 - best / np.maximum(chance, 1e-12)
    return best.sum(axis=1), (chance * worth(error, n_classes)).sum(axis=1)


def _chunks(n: int, n_classes: int) -> Iterator[slice]:
    width = n_classes if n_classes > MANY_CLASSES else n_classes**2
    rows = max(1, CHUNK // width)
    for start in range(0, n, rows):
        yield slice(start, min(start + rows, n))


def _by_leaders(
    p: FloatArray, confusion: FloatArray, n_classes: int
) -> tuple[FloatArray, FloatArray]:
    """Do it for many classes: answers as of one who errs evenly, which needs no cube."""
    sure = float(np.diagonal(confusion).mean())
    slip = (1.0 - sure) / (n_classes - 1)
    leader = p.max(axis=1, keepdims=True)
    best = np.maximum(p * sure, leader * slip)
    chance = p * sure + (1.0 - p) * slip
    error = 1.0 - best / np.maximum(chance, 1e-12)
    return best.sum(axis=1), (chance * worth(error, n_classes)).sum(axis=1)


def gold_gain(right: float, n: float, *, bar: float, answers_left: float, batch: int = 10) -> float:
    """Return the wrong answers that one gold question to somebody is expected to avoid.

    Whoever is below the bar is paused and their answers go to others. A gold question is worth
    what the decision gains by it; one alone seldom changes the decision, so a batch is looked at
    and its gain shared out.

    Parameters
    ----------
    right, n : their record so far, right and all.
    bar : accuracy below which they should not go on, and which their replacement has.
    answers_left : answers that they are expected to give yet.
    batch : gold questions looked ahead.

    """
    a, b = right + 1.0, n - right + 1.0  # a uniform prior on their accuracy
    hits = np.arange(batch + 1)
    chance = special.comb(batch, hits) * np.exp(
        special.betaln(a + hits, b + batch - hits) - special.betaln(a, b)
    )
    after = np.maximum((a + hits) / (a + b + batch), bar)
    now = max(a / (a + b), bar)
    return max(float(chance @ after) - now, 0.0) * answers_left / batch


def fitted_exponent(labels: npt.ArrayLike, errors: npt.ArrayLike) -> tuple[float, float]:
    """Return the power with which a project's own error falls, and its standard deviation.

    Parameters
    ----------
    labels, errors : (n,) labels learnt from, and the error on the random test sample then.

    Notes
    -----
    A line through the logarithms, held near `EXPONENT` by a normal prior.

    """
    n, error = np.asarray(labels, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    usable = (n > 0) & (error > 0)
    x, y = np.log(n[usable]), np.log(error[usable])
    if x.size < 3 or np.ptp(x) == 0:  # noqa: PLR2004 - a line and what is left of it
        return EXPONENT, EXPONENT_SPREAD
    centred = x - x.mean()
    slope = float(centred @ y / (centred @ centred))
    left = y - y.mean() - slope * centred
    variance = max(float(left @ left) / (x.size - 2), 1e-3) / float(centred @ centred)
    weight, prior = 1.0 / variance, 1.0 / EXPONENT_SPREAD**2
    value = (weight * -slope + prior * EXPONENT) / (weight + prior)
    return float(np.clip(value, 0.05, 1.0)), float((weight + prior) ** -0.5)


def worth_reviewing(
    review: FloatArray, relabel: FloatArray, new: FloatArray, n: int, most_share: float
) -> IntArray:
    """Return which items are worth a verdict more than another answer or a new item: best first.

    Parameters
    ----------
    review, relabel : (n_items,) gain per unit of money of a verdict, and of another answer, which
        is minus infinity where nobody may be asked.
    new, n, most_share : as `worth_asking_again` takes them.

    """
    bar = np.maximum(relabel, float(new.mean()) if new.size else 0.0)
    best = np.argsort(-review, kind="stable")
    return best[review[best] > bar[best]][: int(n * most_share)].astype(np.int64)


def worth_asking_again(relabel: FloatArray, new: FloatArray, n: int, most_share: float) -> IntArray:
    """Return which answered items are worth more than new ones: their places, best first.

    Parameters
    ----------
    relabel : (n_answered,) gain per unit of money of another answer.
    new : (n_new,) the same of the new items that would be asked next; their mean is the measure,
        as the strategy that chose them has its own order.
    n : questions to be opened.
    most_share : no more than this share of them may be relabels.

    """
    bar = float(new.mean()) if new.size else 0.0
    best = np.argsort(-relabel, kind="stable")[: int(n * most_share)]
    return best[relabel[best] > bar].astype(np.int64)


def best_voices(values: FloatArray) -> list[tuple[int, int]]:
    """Return (item, voice) of the items that are worth more by one voice than by the others.

    Those that lose most by anybody else come first; those that are worth the same by whomever are
    left to anybody.

    Parameters
    ----------
    values : (n_voices, n_items) gain per unit of money, of at least two voices.

    """
    ranked = np.sort(values, axis=0)
    lead, best = ranked[-1] - ranked[-2], values.argmax(axis=0)
    order = np.argsort(-lead, kind="stable").tolist()
    return [(item, int(best[item])) for item in order if lead[item] > 0]
