"""The search for near-copies as a job: what it finds, holds back, gives up again, and survives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from labeling.bulk import store as bulk
from labeling.bulk.runner import Runner, StoppedError, Work
from labeling.database import Hub, Row, Transaction, open_hub
from labeling.errors import ConflictError, InvalidInputError
from labeling.items import service as items
from labeling.items.blobs import BlobStore
from labeling.items.service import NewItem
from labeling.items.similar import job as job_module
from labeling.items.similar import search as search_module
from labeling.items.similar import service, store
from labeling.items.similar.job import SearchHandler
from tests.factories import Floor
from tests.labeling.items.similar.test_arrays import picture
from training.snapshots import store as snapshots

N_GROUPS: Final = 12


@pytest.fixture
def hub(store_url: str) -> Iterator[Hub]:
    """Open a store of the test's own."""
    opened = open_hub(store_url)
    yield opened
    opened.close()


def story(number: int) -> str:
    """Return a text that is like no other's."""
    return " ".join(f"w{number * 97 + place * 13}x{place}" for place in range(25))


@dataclass
class Pool:
    """A project with near-copies on all sides, and who searches it."""

    floor: Floor
    folder: Path
    handler: SearchHandler = field(init=False)

    def __post_init__(self) -> None:
        self.handler = SearchHandler(self.folder)

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Add items."""
        new = [NewItem(row, key=f"k{n}") for n, row in enumerate(rows)]
        self.floor.write(lambda tx, project: items.import_items(tx, project, new))

    def search(self, **options: Any) -> Row:
        """Search to the end and return the job."""
        job_id = self.start(**options)
        assert Runner(self.floor.hub, {service.KIND: self.handler}).run_one()
        return self.job(job_id)

    def start(self, **options: Any) -> int:
        """Start a search."""
        made: int = self.floor.write(
            lambda tx, project: service.start_search(tx, project, **options)
        )
        return made

    def job(self, job_id: int) -> Row:
        """Return a job as it is now."""
        return self.floor.hub.read_now(lambda tx: bulk.get(tx, job_id))

    def held_out(self) -> set[str]:
        """Return the keys that snapshots keep out."""
        sql = """
            SELECT i.key FROM near_held_out h JOIN near_duplicate_run r ON r.job_id = h.job_id
            JOIN item i ON i.id = h.item_id WHERE h.project_id = :p AND r.undone_at IS NULL
        """
        return {row.key for row in self.floor.rows(sql)}

    def expected(self, groups: dict[str, int]) -> set[str]:
        """Return the training keys whose group has a held-out member."""
        rows = self.floor.rows("SELECT key, split FROM item WHERE project_id = :p")
        reached = {groups[row.key] for row in rows if row.split != "train" and row.key in groups}
        return {
            row.key
            for row in rows
            if row.split == "train" and row.key in groups and groups[row.key] in reached
        }


@pytest.fixture
def pool(hub: Hub, tmp_path: Path) -> Pool:
    """Return a project with twelve texts, each in five versions, and forty others."""
    made = Pool(Floor.made(hub, n_items=0), tmp_path)
    rows = []
    for number in range(N_GROUPS):
        text = story(number)
        rows += [{"text": f"{text} ending {version}"} for version in range(5)]
    rows += [{"text": story(1_000 + number)} for number in range(40)]
    made.add(rows)
    return made


GROUPS: Final = {f"k{place}": place // 5 for place in range(N_GROUPS * 5)}


class TestSearch:
    """What is found."""

    def test_the_training_side_is_held_out(self, pool: Pool) -> None:
        """Shows exactly the training items whose near-copies are held out, and enough pairs."""
        done = pool.search()
        assert (done.state, done.error) == ("done", None)
        result = json.loads(done.result)
        assert result["groups"] == N_GROUPS
        assert result["pairs"] == N_GROUPS * 4
        assert pool.held_out() == pool.expected(GROUPS)
        assert pool.held_out()
        assert not (pool.folder / "near-duplicates" / str(done.id)).exists()

    def test_a_chain_holds_together(self, pool: Pool) -> None:
        """Shows that a near b near c joins a and c, though those two are not near."""
        words = [f"u{place}v{place * 7}" for place in range(130)]
        steps = [words[5 * n : 5 * n + 60] for n in range(12)]
        made = Pool(Floor.made(pool.floor.hub, n_items=0, slug="chain"), pool.folder / "other")
        made.add([{"text": " ".join(step)} for step in steps])
        made.search(threshold=0.6)
        sides = made.floor.rows("SELECT key, split FROM item WHERE project_id = :p")
        assert {row.split for row in sides} > {"train"}
        assert made.held_out() == {row.key for row in sides if row.split == "train"}

    def test_pairs_tell_keys_splits_and_scores(self, pool: Pool) -> None:
        """Shows the evidence, page by page."""
        done = pool.search()
        seen = []
        after = 0
        while page := pool.floor.hub.read_now(
            partial(store.pairs_page, job_id=done.id, after=after, limit=10)
        ):
            seen += page
            after = page[-1].n
        assert [row.n for row in seen] == list(range(1, N_GROUPS * 4 + 1))
        assert all(GROUPS[row.first_key] == GROUPS[row.second_key] for row in seen)
        assert all(0.8 <= row.score <= 1 for row in seen)

    def test_pictures_are_compared_by_their_light(self, hub: Hub, tmp_path: Path) -> None:
        """Shows near-copies of pictures found; one that is damaged is like no other."""
        made = Pool(Floor.made(hub, n_items=0, slug="pictures"), tmp_path)
        blobs = BlobStore(tmp_path / "blobs")
        shown = items.Field("picture", "picture", ("annotator",))
        made.floor.write(lambda tx, project: items.declare_fields(tx, project.id, [shown]))
        payloads = [picture(group, noise) for group in range(8) for noise in (0, 1, 2)]
        payloads += [b"no picture", b"no picture either"]
        made.add(
            [{"text": f"t{n}", "picture": {"blob": blobs.write(p)}} for n, p in enumerate(payloads)]
        )
        done = made.search()
        assert (done.name, json.loads(done.result)["groups"]) == ("dhash", 8)
        assert made.held_out() == made.expected({f"k{n}": n // 3 for n in range(24)})

    def test_an_empty_pool_has_no_near_copies(self, hub: Hub, tmp_path: Path) -> None:
        """Shows a search over nothing."""
        done = Pool(Floor.made(hub, n_items=0, slug="empty"), tmp_path).search()
        assert (done.state, json.loads(done.result)["pairs"]) == ("done", 0)

    def test_a_method_without_its_field_is_refused(self, pool: Pool) -> None:
        """Shows that pictures are not searched where nobody sees any."""
        with pytest.raises(InvalidInputError, match="no pictures"):
            pool.start(method="dhash")


class TestUndo:
    """A search can be taken back, and put in force again."""

    def test_undone_it_holds_nothing_back(self, pool: Pool) -> None:
        """Shows undo, redo, and that the pairs stay to be read."""
        done = pool.search()
        before = pool.held_out()
        pool.floor.write(lambda tx, project: service.undo_search(tx, project, done.id))
        assert pool.held_out() == set()
        pool.floor.write(lambda tx, project: service.restore_search(tx, project, done.id))
        assert pool.held_out() == before

    def test_what_did_not_end_is_never_in_force(self, pool: Pool) -> None:
        """Shows that a cancelled search holds nothing back and cannot be put in force."""
        job_id = pool.start()
        pool.floor.write(lambda tx, project: service.undo_search(tx, project, job_id))
        assert Runner(pool.floor.hub, {service.KIND: pool.handler}).run_one()
        assert pool.job(job_id).state == "cancelled"
        with pytest.raises(ConflictError, match="came to its end"):
            pool.floor.write(lambda tx, project: service.restore_search(tx, project, job_id))


class TestSnapshots:
    """Rule 6: near-copies of held-out items train no model."""

    def test_a_snapshot_leaves_them_out_while_in_force(self, pool: Pool) -> None:
        """Shows the rows of the training side with the search in force and undone."""
        _settle_all(pool)
        everything = _training_keys(pool)
        done = pool.search()
        assert _training_keys(pool) == everything - pool.expected(GROUPS)
        pool.floor.write(lambda tx, project: service.undo_search(tx, project, done.id))
        assert _training_keys(pool) == everything


def _settle_all(pool: Pool) -> None:
    """Let consensus accept every item."""

    def write(tx: Transaction, project: Row) -> None:
        (class_id, *_) = [
            row.id
            for row in tx.rows("SELECT id FROM label_class WHERE project_id = :p", p=project.id)
        ]
        rows = tx.rows("SELECT id FROM item WHERE project_id = :p", p=project.id)
        columns = ("item_id", "question", "project_id", "state", "class_id", "posterior")
        more = ("confidence", "n_answers", "truth_fit_n", "version", "updated_at", "folded")
        values = [
            (row.id, "label", project.id, "accepted", class_id, "{}", 1.0, 1, 0, 1, 1, "{}")
            for row in rows
        ]
        tx.insert_many("consensus", columns + more, values)

    pool.floor.write(write)


def _training_keys(pool: Pool) -> set[str]:
    rows = pool.floor.hub.read_now(
        lambda tx: snapshots.labelled_page(
            tx, pool.floor.project_id, "label", "train", after=0, limit=1_000
        )
    )
    return {row.key for row in rows}


class TestLife:
    """Stopped anywhere, the search goes on and finds the same."""

    def test_stopped_behind_any_turn_it_finds_the_same(
        self, pool: Pool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Shows that every turn can be the last of a process; pairs and held-out items are once."""
        monkeypatch.setattr(job_module, "PAGE_ROWS", 30)
        monkeypatch.setattr(job_module, "TURN_PAGES", 1)
        monkeypatch.setattr(job_module, "TURN_ROWS", 10)
        monkeypatch.setattr(search_module, "BATCH", 25)
        monkeypatch.setattr(job_module, "ChildLines", InProcess)
        pool.search()
        expected = pool.held_out()
        job_id = pool.start()
        turns = 0
        while pool.job(job_id).state in {"waiting", "running"}:
            turns += 1
            _run_until(pool, monkeypatch, turns)
        assert pool.job(job_id).state == "done"
        assert turns > 10
        assert pool.held_out() == expected
        sql = "SELECT COUNT(*) FROM near_duplicate WHERE job_id = :job_id"
        assert pool.floor.value(sql, job_id=job_id) == N_GROUPS * 4
        run = pool.floor.hub.read_now(lambda tx: store.get_run(tx, job_id))
        assert run is not None
        assert (run.n_pairs, run.n_held_out) == (N_GROUPS * 4, len(expected))


class InProcess:
    """The search in this process, so that a test can stop between its lines."""

    def __init__(self, _module: str, request: dict[str, Any], _beat: Any) -> None:
        self.lines = search_module.run_search(request)

    def __enter__(self) -> Iterator[dict[str, Any]]:
        return self.lines

    def __exit__(self, *_: object) -> None:
        """Leave the rest of the lines."""


def _run_until(pool: Pool, monkeypatch: pytest.MonkeyPatch, stop: int) -> None:
    """Run the job until its turn number `stop`, as if the process closed there."""
    turns: Iterator[int] = iter(range(1, 10_000))
    held = Work.held

    def stopping(work: Work, tx: Transaction) -> Row:
        if next(turns) == stop:
            raise StoppedError
        return held(work, tx)

    with monkeypatch.context() as patch:
        patch.setattr(Work, "held", stopping)
        pool.floor.hub.write_now(bulk.unclaim_all)
        assert Runner(pool.floor.hub, {service.KIND: pool.handler}).run_one()
