"""A later full fit doubts an accepted item: it is asked once more, exactly once."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from labeling.annotations.doubt import Again, ask_again, reopen_doubted, stop_asking_again
from labeling.database import Hub
from labeling.quality.fits.compute import Checks, measure
from labeling.quality.fits.fitting import FullFit
from tests.books import check_books
from tests.factories import Floor


def doubt(floor: Floor) -> int:
    """Let a fit name the project's one item as doubtful."""
    item = floor.value("SELECT id FROM item WHERE project_id = :p")
    reopened: int = floor.write(
        lambda tx, project: reopen_doubted(tx, floor.truth, project, [item])
    )
    return reopened


def accepted_early(hub: Hub, **policy: object) -> Floor:
    """Answer an item twice, so that it is accepted with a judgment to spare; then ask for more."""
    floor = Floor.made(
        hub,
        n_people=3,
        overlap_least=2,
        overlap_most=3,
        accept_posterior=0.8,
        overlap_gain=0,
        queue=policy,
    )
    for who in (0, 1):
        floor.submit(who, floor.lease(who)[0])
    assert floor.task().state == "closed"
    return floor


def raise_the_bar(floor: Floor) -> None:
    """Make what was sure no longer sure, as new confusions would."""
    policy = floor.value("SELECT policy FROM project WHERE id = :p")
    raised = policy.replace('"accept_posterior":0.8', '"accept_posterior":0.999')
    floor.write(
        lambda tx, project: tx.run(
            "UPDATE project SET policy = :t WHERE id = :p", t=raised, p=project.id
        )
    )


class TestReopenDoubted:
    """`reopen_doubted`."""

    def test_it_is_asked_once_more_and_never_again(self, hub: Hub) -> None:
        """Shows one reopening, one judgment more, and none for a second doubt."""
        floor = accepted_early(hub)
        raise_the_bar(floor)
        assert doubt(floor) == 1
        task = floor.task()
        assert (task.state, task.wanted, task.open_slots) == ("open", 3, 1)
        check_books(hub, floor.project_id)
        assert doubt(floor) == 0
        floor.submit(2, floor.lease(2)[0], "b")
        assert (floor.task().state, doubt(floor)) == ("closed", 0)
        check_books(hub, floor.project_id)

    def test_a_sure_item_stays_closed(self, hub: Hub) -> None:
        """Shows that a name on the list alone reopens nothing."""
        floor = accepted_early(hub)
        assert doubt(floor) == 0
        assert floor.task().state == "closed"

    def test_the_policy_may_forbid_it(self, hub: Hub) -> None:
        """Shows the switch."""
        floor = accepted_early(hub, reopen_doubted=False)
        raise_the_bar(floor)
        assert doubt(floor) == 0

    def test_a_full_fit_names_what_it_doubts(self, hub: Hub, tmp_path: Path) -> None:
        """Shows the way from the fit's posterior to the reopened task."""
        floor = accepted_early(hub)
        raise_the_bar(floor)

        def fit(votes_file: str, fitted_file: str) -> int:
            none = np.empty(0, dtype=np.bool_)
            item = floor.value("SELECT id FROM item WHERE project_id = :p")
            with Path(fitted_file).open("wb") as file:
                np.savez(
                    file,
                    items=np.array([item]),
                    posterior=np.array([[0.5, 0.3, 0.2]]),
                    cells=np.empty((0, 3), dtype=np.int64),
                    weights=np.empty(0),
                    calibration=np.array(json.dumps(measure(Checks(np.empty(0), none, 0), 50))),
                )
            return 1

        FullFit(hub, floor.truth, fit, tmp_path, reopen_doubted).run(floor.project)
        assert floor.task().state == "open"
        check_books(hub, floor.project_id)


def ask(floor: Floor, *, most: int = 5) -> dict[int, int]:
    """Let a planner ask again about the project's one item."""
    item = floor.value("SELECT id FROM item WHERE project_id = :p")
    wish = Again(item, 7, {"why": "the model contradicts the answers"})
    opened: dict[int, int] = floor.write(
        lambda tx, project: ask_again(tx, floor.truth, project, [wish], most)
    )
    return opened


class TestAskAgain:
    """`ask_again` and `stop_asking_again`: a planner's doubt, beyond the overlap too."""

    def test_a_settled_item_opens_for_one_answer_and_settles_again(self, hub: Hub) -> None:
        """The reason joins what the task was opened for; who answered is not asked."""
        floor = Floor.made(hub, n_people=2, overlap_most=1)
        floor.submit(0, floor.lease(0)[0])
        assert len(ask(floor)) == 1
        assert ask(floor) == {}
        task = floor.task()
        assert (task.state, task.wanted, task.wanted_most, task.open_slots) == ("open", 2, 2, 1)
        reason = json.loads(floor.value("SELECT reason FROM task WHERE project_id = :p"))
        assert reason["why"] == "the model contradicts the answers"
        assert floor.lease(0) == []
        floor.submit(1, floor.lease(1)[0])
        assert floor.task().state == "closed"
        check_books(hub, floor.project_id)

    def test_beyond_the_most_judgments_it_stays_shut(self, hub: Hub) -> None:
        """The policy's bound on judgments holds."""
        floor = Floor.made(hub, n_people=2, overlap_most=1)
        floor.submit(0, floor.lease(0)[0])
        assert ask(floor, most=1) == {}

    def test_what_a_review_has_decided_is_not_asked(self, hub: Hub) -> None:
        """A pinned answer needs no other."""
        floor = Floor.made(hub, n_people=2, overlap_most=1)
        floor.submit(0, floor.lease(0)[0])
        floor.write(
            lambda tx, project: tx.run(
                "UPDATE consensus SET pinned = (1 = 1) WHERE project_id = :p", p=project.id
            )
        )
        assert ask(floor) == {}

    def test_what_nobody_took_is_closed_and_what_somebody_holds_stays(self, hub: Hub) -> None:
        """Giving up puts the task back as it was; a lease is never taken away."""
        floor = Floor.made(hub, n_people=2, overlap_most=1)
        floor.submit(0, floor.lease(0)[0])
        tasks = list(ask(floor).values())

        def stop() -> int:
            n: int = floor.write(
                lambda tx, project: stop_asking_again(tx, floor.truth, project, tasks, "no doubt")
            )
            return n

        assert stop() == 1
        task = floor.task()
        assert (task.state, task.wanted, task.open_slots) == ("closed", 1, 0)
        assert floor.value("SELECT state FROM consensus WHERE project_id = :p") == "accepted"
        assert len(ask(floor)) == 1
        floor.lease(1)
        assert stop() == 0
        check_books(hub, floor.project_id)
