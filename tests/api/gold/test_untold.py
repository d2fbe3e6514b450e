"""Gold cannot be told: a classifier over all that an annotator sees does no better than chance."""

from __future__ import annotations

import random
import uuid
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import rankdata
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from labeling.schema.label_config import choices_config
from tests.api.gold.servings import Annotator
from tests.support.doors import LABELS, Door

N_PEOPLE: Final = 20
N_EACH: Final = 260
N_ITEMS: Final = 7_000
N_GOLD: Final = 120
STRETCH: Final = 50
"""Questions are told apart from others of the same stretch: that newcomers get more gold is no
secret, which question it is is one."""
MOST_AUC: Final = 0.55
SEED: Final = 20261125
TIMES: Final = (".seconds", ".ratio")
"""Ends of the names of what was measured with a clock."""

Table = npt.NDArray[np.float64]
Seen = tuple[list[str], Table, npt.NDArray[np.bool_], npt.NDArray[np.int64]]


def stage(door: Door) -> tuple[str, set[str], list[Any]]:
    """Make a project with gold at the default rate; return its slug, the gold's texts, clients."""
    rng = random.Random(SEED)  # noqa: S311 - no secret
    slug = f"untold-{uuid.uuid4().hex[:8]}"
    with door.client(door.token) as admin:

        def post(path: str, body: dict[str, Any], method: str = "POST") -> Any:
            reply = admin.request(method, f"/v1{path}", json=body)
            assert reply.status_code < 400, reply.text
            return reply.json() if reply.content else None

        everyone = {"visible_to": ["annotator", "reviewer", "owner"]}
        post(
            "/projects",
            {
                "slug": slug,
                "title": "Untold",
                "label_config": choices_config(LABELS, "text", "text"),
                "fields": {"text": everyone},
                "policy": {"overlap_most": 1, "gold": {"least_n": 1_000}},
            },
        )
        crew = {"name": "crew", "kind": "crowd", "price_micros": 1_000}
        post(f"/projects/{slug}/workforces", crew)
        texts = [f"text {rng.getrandbits(48):015d}" for _ in range(N_ITEMS)]
        for start in range(0, N_ITEMS, 1_000):
            items = [{"key": text, "data": {"text": text}} for text in texts[start : start + 1_000]]
            post(f"/projects/{slug}/items", {"items": items})
        page = admin.get(f"/v1/projects/{slug}/items", params={"limit": 1_000}).json()["items"]
        train = [row["key"] for row in page if row["split"] == "train"]
        gold = rng.sample(train, N_GOLD)
        known = [{"key": key, "answers": {"label": ["a"]}, "reason": "known"} for key in gold]
        post(f"/projects/{slug}/gold", {"items": known})
        clients = []
        for n in range(N_PEOPLE):
            user = post("/users", {"name": f"worker {n}"})["id"]
            token = post("/tokens", {"user_id": user, "name": "t"})["token"]
            member = {"role": "annotator", "workforce": "crew"}
            post(f"/projects/{slug}/members/{user}", member, "PUT")
            clients.append(door.client(token))
    return slug, set(gold), clients


def measured(door: Door) -> Seen:
    """Let everybody work; return what each question showed, by name, whether gold, and whose."""
    slug, gold, clients = stage(door)
    rows, is_gold, whose = [], [], []
    people = [
        Annotator(http, slug, random.Random(SEED + n))  # noqa: S311 - no secret
        for n, http in enumerate(clients)
    ]
    for _ in range(4):  # in turns, so that the machine's moods are nobody's own
        for person in people:
            person.work(N_EACH // 4)
    for n, person in enumerate(people):
        for handle, note in person.notes.items():
            rows.append(note)
            is_gold.append(person.texts[handle] in gold)
            whose.append(n)
        person.http.close()
    names = sorted({name for row in rows for name in row})
    table = np.array([[row.get(name, np.nan) for name in names] for row in rows])
    return names, table, np.array(is_gold), np.array(whose)


def told(table: Table, is_gold: npt.NDArray[np.bool_], whose: npt.NDArray[np.int64]) -> float:
    """Return how well gold is told from other questions of the same stretch: the AUC of two models.

    Their mean, so that chance has one try. Each person's questions are judged by models that
    learnt from other people's.
    """
    filled = np.nan_to_num(table, nan=-1.0)
    number = np.concatenate([np.arange((whose == who).sum()) for who in np.unique(whose)])
    models = (
        HistGradientBoostingClassifier(max_iter=60, max_depth=4, random_state=SEED),
        make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500)),
    )
    scores = [
        cross_val_predict(
            model, filled, is_gold, groups=whose, cv=GroupKFold(5), method="predict_proba"
        )[:, 1]
        for model in models
    ]
    score = np.mean([rankdata(found) for found in scores], axis=0)
    parts = [number // STRETCH == at for at in np.unique(number // STRETCH)]
    parts = [part for part in parts if 0 < is_gold[part].sum() < part.sum()]
    aucs = [roc_auc_score(is_gold[part], score[part]) for part in parts]
    return float(np.average(aucs, weights=[is_gold[part].sum() for part in parts]))


@pytest.fixture(scope="module")
def seen(door: Door) -> Seen:
    """Return what 20 people saw of more than 5,000 questions, once for the tests here."""
    return measured(door)


class TestUntold:
    """What gold must not show."""

    def test_a_classifier_cannot_tell_it(self, seen: Seen) -> None:
        """Shows an AUC of at most .55 over fields, order, size, undo, skips, releases.

        With the times of each request it is printed only: no test fails on time.
        """
        names, table, is_gold, whose = seen
        assert len(table) >= 5_000
        assert is_gold.sum() >= 200
        timeless = table[:, [not name.endswith(TIMES) for name in names]]
        auc, timed = told(timeless, is_gold, whose), told(table, is_gold, whose)
        print(f"gold: AUC {auc:.3f}, {timed:.3f} with times, {is_gold.sum()} of {len(table)}")
        assert auc <= MOST_AUC

    def test_a_byte_more_would_tell(self, seen: Seen) -> None:
        """Shows that the classifier finds a tell as small as one byte, so that it can fail."""
        _, table, is_gold, whose = seen
        planted = np.column_stack([table, 300.0 + is_gold])
        assert told(planted, is_gold, whose) > 0.95
