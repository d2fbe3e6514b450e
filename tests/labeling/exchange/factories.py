"""A project with a vendor, made through the hub's own services."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from labeling.database import SYSTEM, Hub, Row
from labeling.exchange.work_orders import service, store
from labeling.exchange.work_orders.order_files import order_file
from labeling.exchange.work_orders.returns import import_return
from labeling.items.blobs import BlobStore
from labeling.items.service import Field, ImportReport, NewItem, declare_fields, import_items
from labeling.projects import store as projects
from labeling.projects.service import NewProject, create_project
from labeling.quality.service import TruthCache
from labeling.schema.label_config import choices_config
from labeling.workforces.service import create_workforce

PRICE = 20_000


@dataclass(frozen=True, slots=True)
class Shop:
    """A project and its vendor."""

    hub: Hub
    project_id: int
    blobs: BlobStore
    truth: TruthCache

    @property
    def project(self) -> Row:
        """The project's row as it is now."""
        return self.hub.read_now(lambda tx: projects.get_or_raise(tx, self.project_id))

    def add(self, items: Sequence[NewItem], source: str = "import") -> ImportReport:
        """Import items."""
        project = self.project
        return self.hub.write_now(lambda tx: import_items(tx, project, items, source))

    def order(self, n_items: int, judgments: int = 1, test_share: float = 0.0) -> Row:
        """Place an order with the vendor."""
        project = self.project
        new = service.NewOrder("acme", n_items, judgments, test_share)
        return self.hub.write_now(lambda tx: service.place_order(tx, project, new))

    def close(self, n: int) -> Row:
        """Close an order."""
        project = self.project
        return self.hub.write_now(lambda tx: service.close_order(tx, project, n))

    def order_rows(self, n: int) -> list[dict[str, str]]:
        """Return the lines of an order's file."""
        text = "".join(order_file(self.hub, self.blobs, self.project, n))
        return list(csv.DictReader(io.StringIO(text)))

    def bring(self, n: int, rows: Sequence[Sequence[str]]) -> dict[str, Any]:
        """Bring a return of rows (line, worker, label, judgment_id)."""
        return self.bring_bytes(n, return_file(rows))

    def bring_bytes(self, n: int, payload: bytes) -> dict[str, Any]:
        """Bring a return as it is on disk."""
        return import_return(self.hub, self.truth, self.project, n, payload, SYSTEM)

    def lines(self, n: int) -> list[Row]:
        """Return the lines of an order with how many judgments each has."""
        order = self.hub.read_now(lambda tx: store.get_or_raise(tx, self.project_id, n))
        return self.hub.read_now(lambda tx: store.list_lines(tx, order.id))

    def value(self, sql: str) -> Any:
        """Return one value from the store."""
        return self.hub.read_now(lambda tx: tx.value(sql))

    def committed(self) -> int:
        """Return what of the budget is reserved or earned."""
        return int(self.value("SELECT committed_micros FROM budget"))

    def spent(self) -> int:
        """Return the sum of the ledger."""
        return self.hub.read_now(lambda tx: projects.spent(tx, self.project_id))


def return_file(rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows as a vendor's CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows([("line", "worker", "label", "judgment_id"), *rows])
    return text.getvalue().encode()


def make_shop(
    hub: Hub, blobs: BlobStore, n_items: int = 0, *, slug: str = "reviews", **policy: Any
) -> Shop:
    """Create a project of reviews with `n_items` items, a budget of 100 and a vendor at .02."""
    new = NewProject(
        slug,
        "Reviews",
        choices_config(["good", "bad"], "text", "text"),
        policy=policy,
        budget_micros=100_000_000,
        split_salt="salt",
    )
    project_id = hub.write_now(lambda tx: create_project(tx, new))
    everyone = ("annotator", "reviewer", "owner")
    fields = [Field("id", "number"), Field("text", "text", everyone), Field("stars", "number")]
    hub.write_now(lambda tx: declare_fields(tx, project_id, fields))
    hub.write_now(
        lambda tx: create_workforce(
            tx, project_id, name="acme", kind="vendor", price_micros=PRICE, is_simulated=True
        )
    )
    hub.write_now(lambda tx: create_workforce(tx, project_id, name="in-house", kind="in_house"))
    shop = Shop(hub, project_id, blobs, TruthCache())
    if n_items:
        shop.add([review(number) for number in range(n_items)])
    return shop


def review(number: int, line: int = 0) -> NewItem:
    """Return one review; the `id` is its key."""
    data = {"id": str(number), "text": f"review number {number}", "stars": str(number % 5)}
    return NewItem(data, key=str(number), line=line)
