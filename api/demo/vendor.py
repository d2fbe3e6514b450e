"""The owner's side of the vendor: orders go out as files, returned files come in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from api.demo.client import HubRefusedError
from api.demo.people import VENDOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.demo.client import Owner
NOTHING_TO_ORDER: Final = (402, 409)
"""No money, or no untouched test item, is left: the project goes on without this order."""


@dataclass(slots=True)
class VendorDesk:
    """Places the orders of both projects and carries the files.

    Attributes
    ----------
    orders, returns
        The two folders that the vendor has.
    sizes
        Items of each order; all are items of the random test sample, which costs both projects
        the same.

    """

    owner: Owner
    orders: Path
    returns: Path
    sizes: Sequence[int]
    placed: dict[str, int] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    reports: list[dict[str, Any]] = field(default_factory=list)

    def turn(self, project: str, share_committed: float) -> None:
        """Place the next order once its share of the budget is committed; take what came back."""
        placed = self.placed.get(project, 0)
        if placed < len(self.sizes) and share_committed >= placed / (len(self.sizes) + 1):
            self.placed[project] = placed + 1
            self._place(project, self.sizes[placed])
        for path in sorted(self.returns.glob(f"{project}.*.csv")):
            self._take(project, path)

    def _place(self, project: str, n_items: int) -> None:
        body = {
            "workforce": VENDOR.name,
            "n_items": n_items,
            "judgments_per_item": 1,
            "test_share": 1.0,
        }
        try:
            order = self.owner.call("POST", f"/projects/{project}/work-orders", body)
        except HubRefusedError as error:
            if error.status not in NOTHING_TO_ORDER:
                raise
            return
        text = self.owner.text(f"/projects/{project}/work-orders/{order['n']}/file")
        name = f"{project}.{order['n']}.csv"
        part = self.orders / f"{name}.part"
        part.write_text(text, encoding="utf-8")
        part.rename(self.orders / name)
        self.waiting.add(name)

    def _take(self, project: str, path: Path) -> None:
        """Bring a returned file twice, as vendors do when they are not sure: it counts once."""
        n = path.name.split(".")[1]
        content = path.read_bytes()
        address = f"/projects/{project}/work-orders/{n}/returns"
        self.reports.append({"project": project, **self.owner.call("POST", address, content)})
        again = self.owner.call("POST", address, content)
        if not again["repeated_file"]:
            message = f"work order {n} of {project}: the same file counted twice"
            raise AssertionError(message)
        self.owner.call("POST", f"/projects/{project}/work-orders/{n}/close")
        path.unlink()
        self.waiting.discard(path.name)

    def accepted(self) -> int:
        """Return how many judgments were counted."""
        return sum(report["accepted"]["count"] for report in self.reports)
