"""What an annotator is shown: only fields meant for them, and nothing that tells (rule 4)."""

from __future__ import annotations

import json
import uuid
from typing import Any

from api.tasks.desk import leases_out
from labeling.database import Hub
from labeling.tasks import leasing
from labeling.tasks import service as tasks
from tests.factories import Floor, add_items, answer, open_tasks
from tests.support.doors import Cast, assert_problem
from tests.support.hubs import HandClock

ASSIGNMENT = {
    "handle",
    "kind",
    "lease_n",
    "expires_at",
    "schema_version",
    "guideline_version",
    "data",
    "previous",
    "sent_back",
    "assigned",
}
RECEIPT = {"handle", "revision", "counted", "surplus", "paid_micros", "note", "next"}


class TestFields:
    """Fields of the items' data."""

    def test_a_field_for_owners_reaches_no_annotator(self, cast: Cast) -> None:
        """Looks for its value in every reply that an annotator can get."""
        held = cast.lease("annotator", 3)
        replies: list[Any] = [held, cast.get("annotator", "GET", "/projects/{slug}/desk")]
        body = {
            "lease_n": 1,
            "client_key": str(uuid.uuid4()),
            "result": answer("a"),
            "lease_next": 5,
        }
        submit = f"/assignments/{held[0]['handle']}/submit"
        replies.append(cast.get("annotator", "POST", submit, json=body))
        replies.append(cast.get("annotator", "GET", "/projects/{slug}/my/answers"))
        undo = f"/assignments/{held[0]['handle']}/undo"
        again = {"client_key": str(uuid.uuid4())}
        replies.append(cast.get("annotator", "POST", undo, json=again))
        replies.append(cast.get("annotator", "GET", "/me"))
        text = json.dumps(replies)
        assert "text " in text
        assert "secret" not in text

    def test_a_lease_holds_these_members_and_no_other(self, cast: Cast) -> None:
        """Shows that a new member has to be thought about here first."""
        (held,) = cast.lease("annotator")
        assert held.keys() == ASSIGNMENT
        assert held["data"].keys() == {"text"}

    def test_a_hidden_picture_has_no_address(self, cast: Cast) -> None:
        """Shows that the bytes of a hidden field are unknown to its item's holder."""
        blob = cast.get("owner", "POST", "/projects/{slug}/blobs", content=b"GIF89a hidden")
        item = {"key": "picture", "data": {"text": "one with a picture", "hidden_picture": blob}}
        cast.get("owner", "POST", "/projects/{slug}/items", json={"items": [item]})
        (held,) = cast.lease("annotator")
        for field in ("hidden_picture", "secret", "text", "nothing"):
            address = f"/assignments/{held['handle']}/media/{field}"
            assert_problem(cast.call("annotator", "GET", address), 404)

    def test_another_persons_answer_is_not_shown(self, cast: Cast) -> None:
        """Shows that one's own answers are one's own, and a question comes without a guess."""
        (held,) = cast.lease("colleague")
        body = {"lease_n": 1, "client_key": str(uuid.uuid4()), "result": answer("b")}
        cast.get("colleague", "POST", f"/assignments/{held['handle']}/submit", json=body)
        assert cast.get("annotator", "GET", "/projects/{slug}/my/answers")["answers"] == []
        assert [row["previous"] for row in cast.lease("annotator", 5)] == [None] * 5


class TestTestItems:
    """Items of the random test sample among the others."""

    def test_they_look_like_all_others(self, hub: Hub) -> None:
        """Shows the same members, types, sizes and receipt, whichever split an item is of."""
        floor = Floor.made(hub, n_items=3, overlap_least=1, test_overlap=3)
        floor.write(lambda tx, project: add_items(tx, project, 3, split="test"))
        floor.write(lambda tx, project: tasks.open_test_tasks(tx, project, 3, "now"))
        floor.write(lambda tx, project: open_tasks(tx, project, 3))
        shown = self._shown(floor)
        splits = {self._split(floor, row["handle"]) for row in shown}
        assert splits == {"train", "test"}
        shapes = {self._shape(row) for row in shown}
        assert len(shapes) == 1
        receipts = {self._shape(vars_of(floor.submit(0, lease))) for lease in floor.lease(0, 6)}
        assert len(receipts) == 1

    def test_a_question_asked_again_looks_like_any_other(self, hub: Hub, clock: HandClock) -> None:
        """Compares leases and receipts of re-asks with those of first askings."""
        again = {"reask_share": 0.5, "reask_after_answers": 1, "reask_after_seconds": 0}
        floor = Floor.made(hub, n_items=30, queue=again)
        leases, receipts = {1: set[Any](), 2: set[Any]()}, {1: set[Any](), 2: set[Any]()}
        for _ in range(30):
            (row,) = self._shown(floor, 1)
            pass_n = floor.value("SELECT pass_n FROM assignment WHERE handle = :h", h=row["handle"])
            leases[pass_n].add(self._shape({**row, "expires_at": row["expires_at"] - clock.now}))
            receipt = vars_of(floor.submit(0, floor.lease(0)[0]))
            receipts[pass_n].add(self._shape(receipt))
            clock.wait(1)
        assert len(leases[1]) == 1
        assert (leases[1], receipts[1]) == (leases[2], receipts[2])

    @staticmethod
    def _shown(floor: Floor, count: int = 6) -> list[dict[str, Any]]:
        def write(tx: Any, project: Any) -> list[dict[str, Any]]:
            found = leasing.lease_tasks(tx, project, floor.people[0], count)
            rows: list[dict[str, Any]] = leases_out(tx, project.id, found).model_dump()[
                "assignments"
            ]
            return rows

        rows: list[dict[str, Any]] = floor.write(write)
        assert len(rows) == count
        return rows

    @staticmethod
    def _split(floor: Floor, handle: str) -> str:
        sql = "SELECT i.split FROM item i JOIN assignment a ON a.item_id = i.id WHERE a.handle = :h"
        return str(floor.value(sql, h=handle))

    @staticmethod
    def _shape(row: dict[str, Any]) -> tuple[tuple[str, object], ...]:
        """Return what can be seen of a row besides the item's own text and its random handle."""
        hidden = {
            name: (type(value), len(value) if name == "handle" else sorted(value))
            if name in {"handle", "data"}
            else value
            for name, value in row.items()
        }
        return tuple((name, repr(value)) for name, value in hidden.items())


def vars_of(receipt: Any) -> dict[str, Any]:
    """Return a receipt's members."""
    return {name: getattr(receipt, name) for name in receipt.__slots__}
