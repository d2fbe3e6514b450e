"""The true regions of a picture: people's regions are matched, voted on and averaged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from labeling.quality.agreement.regions import (
    Box,
    Region,
    Regions,
    matched_overlaps,
    mean_overlap,
    overlap,
)
from labeling.quality.arrays import FloatArray
from labeling.quality.truth.fusing import FusedEstimate, Kind, fuse

HALF = 0.5
SAME = 0.5
"""Least overlap of two people's regions that are taken to mean one thing."""


def infer_regions(
    items: npt.ArrayLike, annotators: npt.ArrayLike, answers: Sequence[Regions]
) -> FusedEstimate[Regions]:
    """Infer the boxes or polygons of every picture.

    Regions of one label that overlap by half, one of each person, are a cluster; a cluster that
    more than half of the weight drew is kept: boxes as their weighted mean, polygons as the one
    nearest to the others. The confidence is the mean share of weight behind the kept regions;
    where none is kept, the share of answers without regions.

    Parameters
    ----------
    items, annotators
        (n_answers,) integers, as for `infer_truth`.
    answers
        (n_answers,) frozensets of `Box` or `Polygon`.

    Raises
    ------
    ValueError
        Arrays of different lengths.
    """
    return fuse(items, annotators, answers, Kind(combine_regions, mean_overlap))


def combine_regions(answers: Sequence[Regions], weights: FloatArray) -> tuple[Regions, float]:
    """Match, vote and average the regions of one picture: (regions, confidence)."""
    total = float(weights.sum())
    kept: list[tuple[Region, float]] = []
    for cluster in _clusters(answers, weights):
        behind = sum(weight for _, weight in cluster)
        if behind > HALF * total:
            kept.append((_middle(cluster), behind / total))
    if kept:
        return frozenset(region for region, _ in kept), float(np.mean([share for _, share in kept]))
    empty = sum(float(weight) for found, weight in zip(answers, weights, strict=True) if not found)
    return frozenset(), empty / total


def _clusters(answers: Sequence[Regions], weights: FloatArray) -> list[list[tuple[Region, float]]]:
    """Group regions, the weightiest person's first; at most one of each person in a group."""
    clusters: list[list[tuple[Region, float]]] = []
    for place in np.argsort(-weights, kind="stable").tolist():
        regions = sorted(answers[place], key=str)
        seeds = [cluster[0][0] for cluster in clusters]
        found = {
            mine: theirs
            for mine, theirs, shared in matched_overlaps(regions, seeds)
            if shared >= SAME
        }
        for mine, region in enumerate(regions):
            member = (region, float(weights[place]))
            if mine in found:
                clusters[found[mine]].append(member)
            else:
                clusters.append([member])
    return clusters


def _middle(cluster: list[tuple[Region, float]]) -> Region:
    """Return the weighted mean of boxes, else the region that overlaps the others most."""
    boxes = [(region, weight) for region, weight in cluster if isinstance(region, Box)]
    if len(boxes) == len(cluster):
        sides = np.array([box[:4] for box, _ in boxes])
        mean = np.average(sides, axis=0, weights=[weight for _, weight in boxes]).tolist()
        return Box(mean[0], mean[1], mean[2], mean[3], boxes[0][0].label)
    alike = [
        sum(weight * overlap(region, other) for other, weight in cluster) for region, _ in cluster
    ]
    return cluster[int(np.argmax(alike))][0]
