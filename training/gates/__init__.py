"""May this model replace the one that is live? Champion against challenger on the same items.

Pure functions over predictions and truth, in closed form: the same numbers give the same verdict.
What may not live here: who may deploy, deployments themselves, training.
"""

from __future__ import annotations

from training.gates.compare import compare
from training.gates.opinions import PairedGains, compare_opinions
from training.gates.paired import PairedCounts, mcnemar_exact, score_interval
from training.gates.report import GateReport, OpinionReport, SliceEvidence, Verdict

__all__ = [
    "GateReport",
    "OpinionReport",
    "PairedCounts",
    "PairedGains",
    "SliceEvidence",
    "Verdict",
    "compare",
    "compare_opinions",
    "mcnemar_exact",
    "score_interval",
]
