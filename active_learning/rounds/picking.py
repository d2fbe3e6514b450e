"""From what the selector chose to what a round opens: quotas and places. Pure, so replayable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RANDOM: Final = "a random item, so that figures stay honest"
TEST: Final = "the random test sample"


@dataclass(frozen=True, slots=True)
class Pick:
    """One item of a round, and why it is in it."""

    item_id: int
    action: str
    score: float | None
    reason: str
    is_easy: bool = True
    workforce_id: int | None = None
    """Who is asked; None: anybody."""

    @property
    def split(self) -> str:
        """The split that the item belongs to."""
        return "test" if self.action == "test" else "train"


@dataclass(frozen=True, slots=True)
class Draw:
    """What the picks of a round are drawn from; all of it JSON can hold.

    Parameters
    ----------
    item_ids : of each row of the feature file.
    candidates : training items that could be chosen.
    test : items of the random test sample that are opened, in its order.
    n_random : questions that go to random items.
    n_relabels : questions that ask again at most; 0 where the scheduler only advises.
    seed : of every draw.
    n : questions of the round beside the test sample's; 0: as many as were chosen.
    n_reviews : verdicts asked for at most, beside the questions.
    is_routed : whether new items are for the workforce that the advice names.
    """

    item_ids: Sequence[int]
    candidates: Sequence[int]
    test: Sequence[int]
    n_random: int
    n_relabels: int
    seed: int
    n: int = 0
    n_reviews: int = 0
    is_routed: bool = False


def picks_of(result: Mapping[str, Any], labelled: Sequence[int], draw: Draw) -> list[Pick]:
    """Return a round's items in the order they are served: all kinds mixed.

    Random items and relabels take the place of the last that were chosen. The places of random,
    test and relabelled ones are drawn, so that no order tells what a question is. Verdicts, which
    reviewers see and annotators do not, come last.

    Parameters
    ----------
    result : of the selector, as JSON.
    labelled : rows of the feature file that the selector was given as labelled.
    draw : the rest.

    """
    rng = np.random.default_rng([draw.seed, 1])
    is_random = result["strategy"] == "random"
    chosen = [
        Pick(draw.item_ids[row], "random" if is_random else "new", score, result["reason"],
             is_easy=is_random)
        for row, score in zip(result["rows"], result["scores"], strict=True)
    ]  # fmt: skip
    n = draw.n or len(chosen)
    n_random = 0 if is_random else min(draw.n_random, len(chosen))
    again = _doubted(result, labelled, "relabels", draw.item_ids, draw.n_relabels)
    # Where the pool has fewer items than the round has questions, the share is of what there is;
    # where it has none, asking again is all that is left.
    share = draw.n_relabels / max(n, 1)
    if chosen and share < 1.0:
        again = again[: int(len(chosen) * share / (1.0 - share))]
    again = again[: max(n - n_random, 0)]
    n_new = min(len(chosen), n - len(again))
    kept = chosen[: max(n_new - n_random, 0)]
    taken = {pick.item_id for pick in kept}
    rest = [item_id for item_id in draw.candidates if item_id not in taken]
    drawn: Any = rng.choice(len(rest), min(n_random, len(rest)), replace=False) if rest else []
    others = [Pick(rest[int(i)], "random", None, RANDOM) for i in drawn]
    others += [Pick(item_id, "test", None, TEST) for item_id in draw.test]
    others += again
    places = rng.permutation(len(kept) + len(others))[: len(others)]
    mixed = kept if is_random else _for_workforces(kept, result.get("advice") or {}, draw)
    for place, pick in sorted(zip(places.tolist(), others, strict=True), key=lambda pair: pair[0]):
        mixed.insert(place, pick)
    return mixed + _doubted(result, labelled, "reviews", draw.item_ids, draw.n_reviews)


def _for_workforces(kept: list[Pick], advice: Mapping[str, Any], draw: Draw) -> list[Pick]:
    """Return new items, each for the workforce that the advice names, as far as it has room."""
    found, left = list(kept), dict(advice.get("room", {}))
    for place, workforce_id, name, why in advice.get("routes", []) if draw.is_routed else []:
        if place >= len(kept) or left.get(str(workforce_id), 1) <= 0:
            continue
        if left:
            left[str(workforce_id)] -= 1
        pick = kept[place]
        found[place] = replace(
            pick, reason=f"{pick.reason}; for {name}: {why}", workforce_id=workforce_id
        )
    return found


def _doubted(
    result: Mapping[str, Any],
    labelled: Sequence[int],
    kind: Literal["relabels", "reviews"],
    item_ids: Sequence[int],
    most: int,
) -> list[Pick]:
    advice = result.get("advice") or {}
    return [
        Pick(item_ids[labelled[place]], kind.removesuffix("s"), gain, why, is_easy=False)
        for place, gain, why in advice.get(kind, [])[:most]
    ]
