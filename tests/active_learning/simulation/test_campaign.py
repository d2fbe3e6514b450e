"""Simulated campaigns: money, people, asking again, and ActiveLab's formula."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from active_learning.simulation import (
    SETTINGS,
    Campaign,
    Costs,
    Setting,
    World,
    even_crowd,
    run_campaign,
)
from active_learning.simulation.activelab import activelab_scores
from active_learning.simulation.study import People, Plan, at_money, run_study, settings_of
from labeling.quality.arrays import FloatArray, IntArray

K = 3


def blobs(n: int, seed: int = 0) -> tuple[FloatArray, IntArray]:
    """Return points in three groups and their class."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, K, n).astype(np.int64)
    return np.eye(K, 6)[truth] * 3 + rng.normal(0, 1, (n, 6)), truth


@pytest.fixture(scope="module")
def world() -> World:
    """A small world of three classes."""
    features, truth = blobs(300)
    return World(features, features, truth, K, np.arange(200), np.arange(200, 300))


class TestRunCampaign:
    """A budget is spent round after round."""

    @pytest.mark.parametrize("setting", [*SETTINGS.values(), Setting("al", relabel="activelab")])
    def test_every_setting_spends_its_money_and_no_more(
        self, world: World, setting: Setting
    ) -> None:
        """Answers times price is the spending, and accuracy rises above guessing."""
        crowd = even_crowd(0.2, K, np.random.default_rng(0), price=10.0)
        rng = np.random.default_rng(1)
        points = run_campaign(world, crowd, setting, budget=905.0, batch=30, rng=rng)
        assert points[-1].spend == points[-1].answers * 10.0 <= 905.0
        assert points[-1].answers == 90
        assert points[0].accuracy == pytest.approx(1 / 3)
        assert points[-1].accuracy > 0.6

    def test_the_same_seed_gives_the_same_campaign(self, world: World) -> None:
        """Nothing but the generator is random."""
        crowd = even_crowd(0.2, K, np.random.default_rng(0), price=1.0)
        setting = SETTINGS["auto, asks again"]
        first, second = (
            run_campaign(world, crowd, setting, budget=80.0, batch=40, rng=np.random.default_rng(5))
            for _ in range(2)
        )
        assert first == second

    def test_asking_again_makes_labels_right(self, world: World) -> None:
        """At equal money noisy labels are better where doubtful ones are asked again."""
        crowd = even_crowd(0.3, K, np.random.default_rng(0), price=1.0)
        right = {}
        for name in ("auto, one answer", "auto, asks again"):
            rng = np.random.default_rng(2)
            points = run_campaign(world, crowd, SETTINGS[name], budget=180.0, batch=30, rng=rng)
            right[name] = points[-1].label_accuracy or 0.0
        assert right["auto, asks again"] > right["auto, one answer"] + 0.05

    def test_the_default_model_learns_from_the_pool_and_a_campaign_ends_when_told(
        self, world: World
    ) -> None:
        """The blend is judged seldom; the scheduler knows its error on the paid test sample."""
        blend = replace(world, trainer="blend", parameters={"n_estimators": 5})
        crowd = even_crowd(0.2, K, np.random.default_rng(0), price=1.0)
        ended: list[Campaign] = []
        points = run_campaign(
            blend, crowd, Setting("ours", relabel="scheduler"), budget=400.0, batch=15,
            rng=np.random.default_rng(3), costs=Costs(test_items=40, test_overlap=1),
            at_end=ended.append, until=lambda found: found[-1].answers >= 60,
        )  # fmt: skip
        (campaign,) = ended
        assert points[-1].answers == 60
        assert campaign.judged[0] < campaign.labels.size
        assert [labels for labels, _ in campaign.history] == [point.labels for point in points[1:]]
        assert campaign.history[-1][1] == campaign.test_error()

    def test_the_own_model_says_which_single_answers_to_trust(self, world: World) -> None:
        """Wrong labels are less sure under models that never saw them; alone all are alike."""
        crowd = even_crowd(0.3, K, np.random.default_rng(0), price=1.0)
        apart = {}
        for own_model in (False, True):
            setting = Setting("s", "random", own_model=own_model)
            campaign = Campaign(world, crowd, setting, np.random.default_rng(1))
            for row in range(120):
                campaign.ask(row)
            campaign.believe()
            right = campaign.labels == world.truth[campaign.labelled]
            apart[own_model] = campaign.sure[right].mean() - campaign.sure[~right].mean()
        assert apart[True] > apart[False] + 0.1

    def test_the_test_sample_costs_less_where_two_who_agree_settle_an_item(
        self, world: World
    ) -> None:
        """A third answer is asked where two differ; what is believed is right about as often."""
        crowd = even_crowd(0.2, K, np.random.default_rng(0), price=1.0)
        costs = Costs(test_items=100, test_overlap=3)
        found = {}
        for least in (None, 2):
            setting = Setting("s", test_least=least)
            campaign = Campaign(world, crowd, setting, np.random.default_rng(1), costs=costs)
            campaign.label_test()
            right = float((campaign.test_labels == world.truth[world.test]).mean())
            found[least] = (campaign.n_test_answers, right)
            assert campaign.spend == campaign.n_test_answers
        assert found[None][0] == 300
        assert 200 < found[2][0] < 260
        assert found[2][1] > found[None][1] - 0.05

    @pytest.mark.parametrize("price", [1.0, 10_000.0])
    def test_the_scheduler_has_items_reviewed_only_where_the_price_is_worth_it(
        self, world: World, price: float
    ) -> None:
        """At the price of an answer verdicts settle doubts; dear ones are left."""
        crowd = even_crowd(0.3, K, np.random.default_rng(0), price=1.0)
        costs = Costs(test_items=50, test_overlap=1, review_share=0.2, review_price=price)
        ended: list[Campaign] = []
        run_campaign(
            world, crowd, Setting("s", relabel="scheduler", reviews="scheduler"), budget=150.0,
            batch=25, rng=np.random.default_rng(2), costs=costs, at_end=ended.append,
        )  # fmt: skip
        assert bool(ended[0].verdicts) is (price == 1.0)

    def test_nobody_is_asked_twice_about_an_item(self, world: World) -> None:
        """An item has no more answers than there are people."""
        crowd = even_crowd(0.2, K, np.random.default_rng(0), size=2, price=1.0)
        campaign = Campaign(world, crowd, Setting("s"), np.random.default_rng(0))
        assert [campaign.ask(7) for _ in range(3)] == [True, True, False]
        assert len(set(zip(campaign.items, campaign.people, strict=True))) == 2

    def test_people_err_as_often_as_was_asked(self) -> None:
        """The crowd's mean accuracy is one minus the noise; without noise nobody errs."""
        crowd = even_crowd(0.25, 4, np.random.default_rng(0), size=400)
        assert np.diagonal(crowd.confusions, axis1=1, axis2=2).mean() == pytest.approx(
            0.75, abs=0.02
        )
        exact = even_crowd(0.0, 4, np.random.default_rng(0))
        rng = np.random.default_rng(0)
        assert all(exact.answer(0, 2, rng) == 2 for _ in range(200))


class TestActiveLab:
    """The peer's formula."""

    def test_a_contradicted_label_is_less_sure_than_a_new_item_and_that_than_an_agreed_one(
        self,
    ) -> None:
        """Scores order items as the paper wants them asked."""
        labelled = np.array([[0.9, 0.1], [0.1, 0.9], [0.9, 0.1], [0.1, 0.9]])
        items, people = np.array([0, 0, 1, 1, 2, 3]), np.array([0, 1, 0, 1, 0, 1])
        answers, labels = np.array([0, 0, 1, 1, 1, 1]), np.array([0, 1, 1, 1])
        known, new = activelab_scores(
            items, people, answers, labels, labelled, np.array([[0.5, 0.5], [0.95, 0.05]])
        )
        assert known[2] < known[3] < known[1] == pytest.approx(known[0])
        assert new[0] < new[1]


class TestStudy:
    """Settings set against each other, and what is recommended."""

    def test_every_figure_has_its_interval_and_the_advice_is_a_policy(self) -> None:
        """All pairs are there, simulated is said, and the target is of the full accuracy."""
        features, truth = blobs(160)
        settings = [SETTINGS["random, one answer"], SETTINGS["auto, asks again"]]
        plan = Plan(settings, [People(0.2, 10.0), People(0.0, 30.0)], 1_200.0, 2, 40)
        found = run_study(features, truth, plan)
        document = found.document()
        assert document["simulated"] is True
        assert len(found.arms) == 4
        assert found.target_accuracy == pytest.approx(0.95 * found.full_accuracy, abs=1e-3)
        for arm in found.arms:
            assert arm.low <= arm.accuracy <= arm.high
            assert len(arm.money) == 10
        assert found.arms[0].ahead == 0.0
        assert found.policy["learning"]["scheduler"] in {"advise", "act"}
        assert found.recommendation.startswith("In the simulation")

    def test_time_is_bounded_and_what_was_cut_is_said(self) -> None:
        """Two repeats always run; no further one is begun when the time is over."""
        features, truth = blobs(60)
        plan = Plan([SETTINGS["random, one answer"]], [People(0.1, 1.0)], 20.0, 9, 20, 5.0)
        ticks = iter(range(0, 1_000, 10))
        found = run_study(features, truth, plan, clock=lambda: float(next(ticks)))
        assert found.seeds == 2
        assert found.notes == ["2 of 9 repeats fitted into 5 s"]

    def test_one_class_is_refused(self) -> None:
        """There is nothing to learn."""
        with pytest.raises(ValueError, match="classes"):
            run_study(np.ones((50, 2)), np.zeros(50, np.int64), Plan([], [], 1.0))

    def test_strategies_join_with_and_without_asking_again(self) -> None:
        """Each further strategy is two settings; the known ones stay first."""
        names = [one.name for one in settings_of(["margin", "auto"], SETTINGS)]
        assert names[: len(SETTINGS)] == list(SETTINGS)
        assert names[len(SETTINGS) :] == ["margin, one answer", "margin, asks again"]

    def test_curves_are_read_at_equal_money(self, world: World) -> None:
        """Between two rounds the curve is a line."""
        crowd = even_crowd(0.1, K, np.random.default_rng(0), price=1.0)
        run = run_campaign(
            world, crowd, Setting("s", "random"), budget=60.0, batch=30,
            rng=np.random.default_rng(0),
        )  # fmt: skip
        middle = at_money(run, np.array([15.0]))[0]
        assert middle == pytest.approx((run[0].accuracy + run[1].accuracy) / 2)
