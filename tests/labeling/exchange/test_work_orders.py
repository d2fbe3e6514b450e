"""Work orders: what is sent, reserved, taken back once, paid once, and released on closing."""

from __future__ import annotations

import base64
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from labeling.database import Hub
from labeling.errors import BudgetSpentError, ConflictError, InvalidInputError, NotFoundError
from labeling.exchange.work_orders import service
from labeling.exchange.work_orders.return_files import InvalidReturnError
from labeling.exchange.work_orders.returns import KINDS
from labeling.items.blobs import BlobStore
from labeling.items.service import NewItem
from labeling.projects.service import change_budget
from tests.labeling.exchange.factories import PRICE, Shop, make_shop, return_file


@pytest.fixture
def shop(hub: Hub, blobs: BlobStore) -> Shop:
    """Return a project of 60 reviews with a vendor."""
    return make_shop(hub, blobs, 60)


class TestPlacing:
    """An order holds its slots and its money from the first moment."""

    def test_money_is_reserved_at_once(self, shop: Shop) -> None:
        """Items times judgments times price is committed, and nothing is spent."""
        order = shop.order(10, judgments=2)
        assert (order.n_items, order.state, order.n) == (10, "sent", 1)
        assert shop.committed() == 20 * PRICE
        assert shop.spent() == 0

    def test_what_the_cap_does_not_cover_changes_nothing(self, shop: Shop) -> None:
        """A refused order leaves no task, no line and no reservation."""
        project = shop.project
        shop.hub.write_now(lambda tx: change_budget(tx, project, 5 * PRICE))
        with pytest.raises(BudgetSpentError):
            shop.order(6)
        assert shop.value("SELECT COUNT(*) FROM task") == 0
        assert shop.committed() == 0

    def test_nobody_else_is_asked_for_what_was_ordered(self, shop: Shop) -> None:
        """The slots of an order's training items are not in the queue."""
        shop.order(10, judgments=2)
        assert shop.value("SELECT COUNT(*) FROM task WHERE is_open") == 0

    def test_a_pool_that_is_used_up_makes_the_order_smaller(self, shop: Shop) -> None:
        """Two orders never share an item; when none is left, that is said."""
        n_train = shop.value("SELECT COUNT(*) FROM item WHERE split = 'train'")
        assert shop.order(20).n_items == 20
        assert shop.order(500).n_items == n_train - 20
        with pytest.raises(ConflictError, match="No untouched item"):
            shop.order(1)

    def test_test_items_keep_their_own_overlap(self, shop: Shop) -> None:
        """The vendor answers a share of the random sample; the rest of its judgments stay open."""
        shop.order(10, test_share=0.5)
        row = shop.hub.read_now(
            lambda tx: tx.rows(
                "SELECT COUNT(*) AS n, MIN(open_slots) AS least, MIN(wanted) AS wanted FROM task "
                "WHERE is_open"
            )
        )[0]
        assert (row.n, row.least, row.wanted) == (5, 2, 3)

    @pytest.mark.parametrize(
        ("new", "place"),
        [
            (service.NewOrder("acme", 0), "n_items"),
            (service.NewOrder("acme", 1_001), "n_items"),
            (service.NewOrder("acme", 1, 0), "judgments_per_item"),
            (service.NewOrder("acme", 1, 1, 1.5), "test_share"),
            (service.NewOrder("in-house", 1), "workforce"),
        ],
    )
    def test_a_senseless_order_is_refused(
        self, shop: Shop, new: service.NewOrder, place: str
    ) -> None:
        """The error names what does not fit."""
        project = shop.project
        with pytest.raises(InvalidInputError) as caught:
            shop.hub.write_now(lambda tx: service.place_order(tx, project, new))
        assert caught.value.extra["place"] == place


class TestFile:
    """The file that goes out."""

    def test_it_holds_what_an_annotator_may_see_and_no_more(self, shop: Shop) -> None:
        """Order, line and text; no id, no stars, no key, no split."""
        shop.order(10, test_share=0.3)
        rows = shop.order_rows(1)
        assert len(rows) == len({row["line"] for row in rows}) == 10
        assert set(rows[0]) == {"order", "line", "text"}

    def test_pictures_are_in_the_file(self, hub: Hub, blobs: BlobStore) -> None:
        """A picture's cell is a data URL that opens as the same picture."""
        shop = make_shop(hub, blobs)
        image = io.BytesIO()
        Image.new("L", (8, 8), 7).save(image, "PNG")
        digest = blobs.write(image.getvalue())
        shop.add(
            [
                NewItem({"id": "1", "text": {"blob": digest, "mime": "image/png"}}, key=str(n))
                for n in range(9)
            ]
        )
        shop.order(1)
        head, _, body = shop.order_rows(1)[0]["text"].partition(",")
        assert head == "data:image/png;base64"
        assert base64.b64decode(body) == image.getvalue()


class TestReturn:
    """A return is taken once, whatever is repeated, and every row is reported."""

    def test_an_accepted_judgment_counts_like_any_answer(self, shop: Shop) -> None:
        """It is an annotation of the vendor's worker, votes, settles its item and is paid."""
        shop.order(4, judgments=1)
        rows = [(row["line"], "w1", "good", f"j{n}") for n, row in enumerate(shop.order_rows(1))]
        report = shop.bring(1, rows)
        assert report["accepted"] == {"count": 4, "lines": [2, 3, 4, 5]}
        assert report["paid_micros"] == shop.spent() == shop.committed() == 4 * PRICE
        assert shop.value("SELECT COUNT(*) FROM vote") == 4
        assert shop.value("SELECT MIN(source) FROM annotation") == "vendor"
        assert shop.value("SELECT COUNT(*) FROM consensus WHERE n_answers = 1") == 4
        assert shop.value("SELECT COUNT(*) FROM ledger_entry WHERE work_order_id = 1") == 4

    def test_the_same_file_again_changes_nothing(self, shop: Shop) -> None:
        """It is known by its digest; the first report comes back."""
        shop.order(3)
        rows = [(row["line"], "w1", "bad", row["line"]) for row in shop.order_rows(1)]
        first = shop.bring(1, rows)
        again = shop.bring(1, rows)
        assert again == {**first, "repeated_file": True}
        assert shop.spent() == 3 * PRICE

    def test_the_same_judgments_in_another_file_are_repeated(self, shop: Shop) -> None:
        """A judgment is known by its line and id: rows in another order are paid nothing."""
        shop.order(3)
        rows = [(row["line"], "w1", "bad", f"j{n}") for n, row in enumerate(shop.order_rows(1))]
        shop.bring(1, rows)
        report = shop.bring(1, rows[::-1])
        assert report["repeated"]["count"] == 3
        assert report["paid_micros"] == 0
        assert shop.spent() == 3 * PRICE

    def test_every_row_is_named_under_one_kind(self, shop: Shop) -> None:
        """Good, repeated, changed, surplus, unknown and malformed rows add up to the file."""
        shop.order(2)
        one, two = (row["line"] for row in shop.order_rows(1))
        payload = return_file(
            [
                (one, "w1", "good", "j1"),
                (one, "w1", "good", "j1"),
                (one, "w1", "bad", "j1"),
                (one, "w2", "bad", "j2"),
                ("no-such-line", "w1", "good", "j3"),
                (two, "w1", "superb", "j4"),
                (two, "", "good", "j5"),
            ]
        )
        report = shop.bring_bytes(1, payload + b"only,three,cells\r\n")
        found = {kind: report[kind]["lines"] for kind in KINDS}
        assert found == {
            "accepted": [2],
            "repeated": [3],
            "changed": [4],
            "surplus": [5],
            "unknown_line": [6],
            "unknown_label": [7],
            "malformed": [8, 9],
        }
        assert report["rows"] == 8
        assert {row["line"] for row in report["problems"]} == {4, 5, 6, 7, 8, 9}
        assert shop.spent() == PRICE

    def test_a_worker_is_counted_once_on_an_item(self, shop: Shop) -> None:
        """A second judgment of the same worker on a line is kept, not counted, not paid."""
        shop.order(1, judgments=2)
        line = shop.order_rows(1)[0]["line"]
        report = shop.bring(1, [(line, "w1", "good", "j1"), (line, "w1", "bad", "j2")])
        assert (report["accepted"]["count"], report["surplus"]["count"]) == (1, 1)
        assert shop.value("SELECT COUNT(*) FROM annotation") == 2
        assert shop.value("SELECT COUNT(*) FROM vote") == 1

    def test_a_line_of_another_order_is_unknown(self, shop: Shop) -> None:
        """Lines are looked up within their order; a row that names another order is refused."""
        shop.order(1)
        shop.order(1)
        line = shop.order_rows(1)[0]["line"]
        assert shop.bring(2, [(line, "w", "good", "j")])["unknown_line"]["count"] == 1
        text = f"order,line,worker,label,judgment_id\n1,{line},w,good,j\n"
        assert shop.bring_bytes(2, text.encode())["malformed"]["count"] == 1

    def test_two_workers_who_disagree_leave_the_item_to_others(self, shop: Shop) -> None:
        """A line whose judgments disagree asks for one more judgment, in the queue."""
        shop.order(1, judgments=2)
        line = shop.order_rows(1)[0]["line"]
        shop.bring(1, [(line, "w1", "good", "j1"), (line, "w2", "bad", "j2")])
        assert shop.value("SELECT open_slots FROM task WHERE is_open") == 1

    def test_a_killed_import_is_finished_by_giving_the_file_again(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The report is the one that an undisturbed import would have given."""
        shop.order(30)
        rows = [(row["line"], "w1", "good", f"j{n}") for n, row in enumerate(shop.order_rows(1))]

        class StoppedError(Exception):
            """Stands for a kill between two parts."""

        def stop(name: str) -> None:
            raise StoppedError(name)

        with monkeypatch.context() as patched:
            patched.setattr("labeling.exchange.work_orders.returns.ROWS_PER_WRITE", 10)
            patched.setattr("labeling.exchange.work_orders.returns.failpoint", stop)
            with pytest.raises(StoppedError):
                shop.bring(1, rows)
        assert shop.spent() == 10 * PRICE
        report = shop.bring(1, rows)
        assert report["accepted"]["count"] == 30
        assert report["paid_micros"] == shop.spent() == 30 * PRICE

    @pytest.mark.parametrize(
        ("payload", "said"),
        [
            (b"", "empty"),
            (b"line,worker,label\na,b,c\n", "`judgment_id` is missing"),
            (b"line,worker,label,judgment_id\nx,w,caf\xe9,j\n", "Line 2, byte 38: not UTF-8"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_refused_whole(
        self, shop: Shop, payload: bytes, said: str
    ) -> None:
        """The error names the place, and nothing was taken."""
        shop.order(1)
        with pytest.raises(InvalidReturnError, match=said):
            shop.bring_bytes(1, payload)
        assert shop.value("SELECT COUNT(*) FROM work_order_return") == 0

    def test_a_return_that_comes_twice_at_once_is_paid_once(self, shop: Shop) -> None:
        """Four clients bring the same 20 judgments, in files of their own, at the same time."""
        shop.order(20)
        rows = [(row["line"], "w1", "good", f"j{n}") for n, row in enumerate(shop.order_rows(1))]
        files = [return_file([*rows[k:], *rows[:k]]) for k in range(4)]
        with ThreadPoolExecutor(4) as clients:
            reports = list(clients.map(lambda payload: shop.bring_bytes(1, payload), files))
        assert sum(report["accepted"]["count"] for report in reports) == 20
        assert sum(report["repeated"]["count"] for report in reports) == 60
        assert shop.spent() == shop.committed() == 20 * PRICE

    def test_an_unknown_order_is_not_found(self, shop: Shop) -> None:
        """There is nothing to return to."""
        with pytest.raises(NotFoundError):
            shop.bring(7, [])


class TestClosing:
    """What did not come back is released."""

    def test_unused_money_and_slots_return(self, shop: Shop) -> None:
        """Untouched items are new again; what was earned stays earned."""
        shop.order(5, judgments=1)
        line = shop.order_rows(1)[0]["line"]
        shop.bring(1, [(line, "w1", "good", "j1")])
        assert shop.close(1).state == "closed"
        assert shop.committed() == shop.spent() == PRICE
        assert shop.value("SELECT COUNT(*) FROM item WHERE state = 'queued'") == 0
        assert shop.order(4).n_items == 4

    def test_half_judged_items_go_on_in_the_queue(self, shop: Shop) -> None:
        """The judgments that the vendor did not give are asked of everybody."""
        shop.order(1, judgments=3)
        line = shop.order_rows(1)[0]["line"]
        shop.bring(1, [(line, "w1", "good", "j1")])
        shop.close(1)
        assert shop.value("SELECT open_slots FROM task WHERE is_open") == 2

    def test_a_closed_order_takes_no_return_and_closes_once(self, shop: Shop) -> None:
        """Both are conflicts, and the money stays where it is."""
        shop.order(2)
        line = shop.order_rows(1)[0]["line"]
        shop.close(1)
        with pytest.raises(ConflictError):
            shop.bring(1, [(line, "w1", "good", "j1")])
        with pytest.raises(ConflictError):
            shop.close(1)
        assert shop.committed() == 0
