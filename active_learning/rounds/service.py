"""The loop's record as people ask for it: the newest advice, and a round held against a replay."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from active_learning.rounds import store
from labeling.errors import NotFoundError
from labeling.projects import store as projects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

MOST_DIFFERENCES: Final = 20
NOTHING: Final[dict[str, Any]] = {
    "options": [], "relabels": [], "reviews": [], "gold": [], "routes": [], "n": 0,
    "assumptions": {}, "acted": False,
    "saving": {"value": None, "low": None, "high": None, "reason": "nothing was compared"},
}  # fmt: skip


def newest_advice(tx: Transaction, project: Row) -> dict[str, Any]:
    """Return what the newest round that compared anything advised, in figures and in words."""
    mode = projects.policy_of(project).learning.scheduler
    last = store.last_advised(tx, project.id)
    head = {"mode": mode, "round": last and last.n, "at": last and last.created_at}
    if last is None:
        off = "`learning.scheduler` is off" if mode == "off" else "no round has been run yet"
        return {
            **NOTHING,
            **head,
            "reason": off,
            "saved_micros": None,
            "summary": f"Nothing: {off}.",
        }
    advice: dict[str, Any] = json.loads(last.advice)
    saved = _saved_micros(advice)
    summary = _summary(advice, saved, project.currency) + _routed(advice, mode)
    return {**NOTHING, **advice, **head, "saved_micros": saved, "summary": summary}


def _saved_micros(advice: dict[str, Any]) -> int | None:
    """Return what the plan saves of the money for its questions at the price of new items."""
    saving = advice["saving"]["value"]
    new = [one for one in advice["options"] if one["action"] == "new"]
    if saving is None or not new:
        return None
    saved: float = saving * advice["n"] * new[0]["cost_micros"]
    return round(saved)


def _summary(advice: dict[str, Any], saved: int | None, currency: str) -> str:
    """Return the advice as one sentence."""
    if advice["reason"] is not None:
        return f"Nothing was compared: {advice['reason']}."
    saving, again = advice["saving"], len(advice["relabels"])
    if saving["value"] is None or saved is None:
        return f"Go on with new items: {saving['reason']}."
    share = f"{saving['value']:.0%} ({saving['low']:.0%} to {saving['high']:.0%})"
    money = f"{saved / 1_000_000:,.2f} {currency}"
    did = "asked" if advice["acted"] else "ask"
    return (
        f"Of the next {advice['n']:,} questions, {did} {again:,} about answered items that are in "
        f"doubt: this would save about {share} of their money, some {money}, for the same "
        "number of right labels in the pool."
    )


def _routed(advice: dict[str, Any], mode: str) -> str:
    """Say for which workforces new items are, or would be; nothing where for none."""
    n = Counter(route["workforce"] for route in advice.get("routes", []))
    if not n:
        return ""
    would = "are" if mode == "act" else "would be"
    each = ", ".join(f"{count:,} for {name}" for name, count in n.most_common())
    return (
        f" Of the new items, {would} best asked: {each}, by what an answer is worth for its price."
    )


def document_of(tx: Transaction, project: Row, n: int) -> str:
    """Return the digest of the document from which a round is replayed.

    Raises
    ------
    NotFoundError
        There is no such round, or it left none.

    """
    found = store.list_before(tx, project.id, n + 1, 1)
    if not found or found[0].n != n:
        raise NotFoundError(f"There is no round {n}.")
    if found[0].document is None:
        why = found[0].fallback_reason or "it was run by an older version"
        raise NotFoundError(f"Round {n} left nothing to replay: {why}.")
    return str(found[0].document)


def held_against(recorded: Sequence[Row], picks: Sequence[dict[str, Any]]) -> list[str]:
    """Return where a replay differs from the record, in words; nothing where it is the same."""
    found = []
    if len(recorded) != len(picks):
        found.append(f"{len(recorded):,} items are on record, the replay chose {len(picks):,}")
    for row, pick in zip(recorded, picks, strict=False):
        if (row.item_id, row.action) != (pick["item_id"], pick["action"]):
            found.append(
                f"at rank {row.rank}: item {row.item_id} ({row.action}) is on record, the replay "
                f"chose {pick['item_id']} ({pick['action']})"
            )
    return found[:MOST_DIFFERENCES]
