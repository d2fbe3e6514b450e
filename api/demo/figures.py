"""All figures of a demo in one document, as `--json` writes them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from api.demo import evaluation
from api.demo.setup import ACTIVE, PROJECTS, RANDOM

if TYPE_CHECKING:
    from api.demo.client import Owner
    from api.demo.digits import Digits

EVIDENCE: Final = ("n", "champion_accuracy", "challenger_accuracy", "low", "high", "reason")
Given = list[dict[str, Any]]


def figures_of(
    owner: Owner,
    digits: Digits,
    data: dict[str, dict[str, Any]],
    given: Given,
    versions: dict[str, int | None],
) -> dict[str, Any]:
    """Return the figures of both projects.

    Parameters
    ----------
    data
        Item data by key, as the hub keeps it.
    given
        What the people of the in-house and crowd workforces gave, as they know it.
    versions
        Each project's last model version; its accuracy is the project's.

    """
    kept = evaluation.held_out(owner)
    truth, keys = digits.truth_by_key(), digits.key_by_digest()
    found: dict[str, dict[str, Any]] = {}
    for project in PROJECTS:
        own = [row for row in given if row["project"] == project]
        answers = evaluation.read_answers(owner, project)
        found[project] = {
            **_labels(owner, project, answers, truth),
            **_model(owner, project, data, truth, kept, versions[project]),
            "duplicates": evaluation.count_duplicates(answers, own),
            "lost": evaluation.count_lost(answers, own, keys),
        }
    return {**_together(owner, found, given), "projects": found}


def _labels(
    owner: Owner, project: str, answers: list[evaluation.Answer], truth: dict[str, str]
) -> dict[str, Any]:
    """Return what a project paid for and how right its labels are."""
    settled = evaluation.consensus(owner, project)
    voted = evaluation.majority(answers)
    # Both are judged on the same items: those that the hub has a consensus about.
    same = {key: voted[key] for key in settled if key in voted}
    progress = owner.call("GET", f"/projects/{project}/progress")
    return {
        "answers": progress["answers"],
        "answers_by_workforce": dict(Counter(answer.workforce for answer in answers)),
        "spend": progress["money"]["spent_micros"] / evaluation.MICROS,
        "test_items": evaluation.count_test_items(owner, project),
        "labels": progress["items"]["accepted"],
        "consensus_accuracy": _rounded(evaluation.share_right(settled, truth)),
        "majority_accuracy": _rounded(evaluation.share_right(same, truth)),
        "n_labelled": len(settled),
    }


def _model(
    owner: Owner,
    project: str,
    data: dict[str, dict[str, Any]],
    truth: dict[str, str],
    kept: set[str],
    version: int | None,
) -> dict[str, Any]:
    """Return what a project's last model knows, and what its gates said."""
    reports = owner.call("GET", f"/projects/{project}/gate-reports")
    snapshots = owner.call("GET", f"/projects/{project}/snapshots")
    entries = owner.call("GET", f"/projects/{project}/deployments")
    said = {} if version is None else evaluation.predictions(owner, project, data, version)
    held_out = {key: label for key, label in said.items() if key in kept}
    return {
        "model_version": version,
        "accuracy": _rounded(evaluation.share_right(said, truth)),
        "accuracy_held_out": _rounded(evaluation.share_right(held_out, truth)),
        "training_items": [row["counts"]["items"] for row in reversed(snapshots)],
        "verdicts": [_verdict(report) for report in reversed(reports)],
        "gates": [_gate(report) for report in reversed(reports)],
        "deployments": len(entries),
    }


def _verdict(report: dict[str, Any]) -> str:
    """Return a verdict; the first model has no champion to be compared with."""
    return report["verdict"] if report["champion"] else f"{report['verdict']} (first)"


def _gate(report: dict[str, Any]) -> dict[str, Any]:
    return {
        "challenger": report["challenger"],
        "champion": report["champion"],
        "verdict": report["verdict"],
        "needs_n": report["needs_n"],
        **{name: report["evidence"][name] for name in EVIDENCE},
    }


def _together(owner: Owner, found: dict[str, dict[str, Any]], given: Given) -> dict[str, Any]:
    """Return the figures that stand for the whole demo."""
    active, random = found[ACTIVE], found[RANDOM]
    return {
        "answers": active["answers"] + random["answers"],
        "spend": round(active["spend"] + random["spend"], 2),
        "duplicate_assignments": active["duplicates"] + random["duplicates"],
        "lost_answers": active["lost"] + random["lost"],
        "consensus_accuracy": active["consensus_accuracy"],
        "majority_accuracy": active["majority_accuracy"],
        "accuracy_active": active["accuracy"],
        "accuracy_random": random["accuracy"],
        **evaluation.loop_seconds(owner, given),
        "next_p95_ms": evaluation.waits(given, evaluation.training_intervals(owner)),
        "deployments": active["deployments"] + random["deployments"],
        "gate_verdicts": active["verdicts"],
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
