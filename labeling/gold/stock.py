"""What a project has of known items, who ran out of them, and what its manager should know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from labeling.gold import store
from labeling.gold.draws import store as draws
from labeling.gold.records import store as records
from labeling.gold.service import USES
from labeling.projects import store as projects

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

FEW_PAUSED: Final = 3
MANY_PAUSED: Final = 0.2
"""Share of those with a record beyond which the gold or the guideline is to be looked at."""
STATES = ("proposed", "active", "quarantined")


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that a manager should know; `code` is stable, `text` says what to do."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class StockReport:
    """The level of a stock: known items by use and state, and what is wrong with it."""

    counts: dict[str, dict[str, int]]
    least: int
    people_out: int
    queue_mix: str
    alerts: list[Alert]


def stock_report(tx: Transaction, project: Row) -> StockReport:
    """Return the level of a project's stock with its alerts."""
    policy = projects.policy_of(project).gold
    counters = projects.counters(tx, project.id)
    counts = {
        use: {state: counters.get(f"gold.{use}.{state}", 0) for state in STATES} for use in USES
    }
    stock = store.stock(tx, project.id)
    out = 0 if stock is None else draws.count_out(tx, project.id, stock.revision)
    gold, training, test = (counts[use]["active"] for use in USES)
    alerts = []
    if out:
        text = f"{out} people have met all gold and get none until there is more."
        alerts.append(Alert("gold_out", text))
    if stock is not None and gold < policy.stock_least:
        text = f"{gold} active gold items, fewer than the {policy.stock_least} of the policy."
        alerts.append(Alert("gold_low", text))
    if counts["gold"]["proposed"]:
        text = f"{counts['gold']['proposed']} settled items are proposed as gold; look at them."
        alerts.append(Alert("gold_proposed", text))
    if counts["gold"]["quarantined"]:
        text = f"{counts['gold']['quarantined']} gold items are in doubt: correct or retire them."
        alerts.append(Alert("gold_quarantined", text))
    paused, people = records.count_paused(tx, project.id)
    if paused >= FEW_PAUSED and paused > MANY_PAUSED * people:
        text = (
            f"{paused} of {people} people with a record on gold are paused for it: look at what "
            "they missed, the gold or the guideline may be wrong."
        )
        alerts.append(Alert("gold_many_paused", text))
    if training < policy.training_items:
        text = f"{training} training items, fewer than the {policy.training_items} of the policy."
        alerts.append(Alert("training_low", text))
    if test + gold < policy.qualification_items:
        text = "Nobody can take the test before real work: it has too few questions."
        alerts.append(Alert("test_low", text))
    if stock is not None and projects.policy_of(project).queue.keep_groups_together:
        text = "Documents are kept together, so no hidden gold is served: it would show."
        alerts.append(Alert("gold_rests", text))
    return StockReport(
        counts, policy.stock_least, out, "{}" if stock is None else stock.queue_mix, alerts
    )
