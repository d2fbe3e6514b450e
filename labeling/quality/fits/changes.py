"""What changed and why: the flips of a full fit, and all that left what was accepted at a mark."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from labeling.quality.fits import store
from labeling.schema import store as schema_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labeling.database import Row, Transaction

Because = Literal["fit", "answers", "review", "other"]
PAGE: Final = 500
FIT: Final = "truth fit "
MOST_SAID: Final = 80
CAUSES: Final[tuple[tuple[str, Because], ...]] = (
    (FIT, "fit"),
    ("annotation ", "answers"),
    ("edit ", "answers"),
    ("retraction ", "answers"),
    ("skip ", "answers"),
    ("doubted ", "answers"),
    ("review ", "review"),
)
WORDS: Final[dict[Because, str]] = {
    "fit": "because a full fit thinks otherwise of who answered",
    "answers": "because of new or changed answers",
    "review": "by review",
    "other": "for other reasons",
}


@dataclass(frozen=True, slots=True)
class Change:
    """An item that is no longer what was accepted at a mark.

    Attributes
    ----------
    was, now
        Class keys; `now` is None where nothing is accepted any more.
    state
        Of the consensus now.
    because, why
        Kind of the last cause, and the cause in words.
    """

    item_id: int
    key: str
    was: str
    now: str | None
    state: str
    because: Because
    why: str


def changes_since(tx: Transaction, project: Row, mark: int, after: int = 0) -> Iterator[Change]:
    """Yield the training items above `after` that differ from what was accepted at an event.

    Reads only items that left an accepted class since; what came back to it is no change.
    """
    question = project.target_question
    keys = schema_store.class_ids(tx, project.id, question).by_id
    while rows := store.left_since(tx, project.id, question, mark=mark, after=after, limit=PAGE):
        for row in rows:
            found = store.changed(tx, row.first_id, mark)
            if found is not None and found.split == "train":
                yield _change(tx, project, found, keys)
        after = rows[-1].item_id


def _change(tx: Transaction, project: Row, row: Row, keys: dict[int, str]) -> Change:
    causes = (kind for start, kind in CAUSES if row.cause.startswith(start))
    because: Because = next(causes, "other")
    why = row.cause
    if because == "fit":
        fit_n = int(row.cause.removeprefix(FIT))
        flip = store.flip_of_item(tx, project.id, project.target_question, fit_n, row.item_id)
        why = f"full fit {fit_n}" + ("" if flip is None else f": {flip_words(flip, keys)}")
    accepted = row.state == "accepted" and row.class_id is not None
    return Change(
        item_id=row.item_id,
        key=row.key,
        was=keys[row.from_class_id],
        now=keys[row.class_id] if accepted else None,
        state=row.state,
        because=because,
        why=why,
    )


def flip_words(flip: Row, keys: dict[int, str]) -> str:
    """Return why a fit flipped an item, in words; `flip` has cause, pseudonym and evidence."""
    evidence: dict[str, Any] = json.loads(flip.evidence)
    if not evidence:
        return "its answers are gone"
    if "now" in evidence:
        was, now = combined_words(flip, "was"), combined_words(flip, "now")
        return f"by what this fit learned of people, the same answers come to {now}, not {was}"
    who, gave = flip.pseudonym or "somebody", keys[evidence["gave"]]
    if flip.cause == "model":
        shares = f"{evidence['model_now']:.0%} against {evidence['model_was']:.0%}"
        return f"the project's own model, which never saw this label, says {gave} ({shares})"
    if flip.cause == "skill":
        moved = f"from {evidence['weight_before']:.1f} to {evidence['weight_after']:.1f}"
        return f"{who}, who said {gave}, now weighs otherwise ({moved} log-odds)"
    return f"answers elsewhere had moved the skills; {who}, who said {gave}, weighs most"


def combined_words(flip: Row, side: Literal["was", "now"]) -> str | None:
    """Return what answers came to before or after a flip; None where they are of one choice."""
    result = json.loads(flip.evidence).get(side)
    if result is None:
        return None
    said = json.dumps([part["value"] for part in result], ensure_ascii=False)
    return said if len(said) <= MOST_SAID else f"{said[:MOST_SAID]}…"


def summary(changes: list[Change], since: str) -> str:
    """Return "12 changed since snapshot 7: 6 because …, 6 by review", in words."""
    if not changes:
        return f"Nothing that was accepted has changed since {since}."
    counts = Counter(change.because for change in changes)
    parts = ", ".join(f"{n:,} {WORDS[kind]}" for kind, n in counts.most_common())
    return f"{len(changes):,} changed since {since}: {parts}."
