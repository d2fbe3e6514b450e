"""What answers say about those who gave them, the guideline and the items: evidence, no verdicts.

Arrays in, findings out; each finding carries its numbers and how sure they are, corrected for how
many were looked at. Nothing here reads a database, pauses anybody, or looks at speed alone.
"""

from labeling.quality.scrutiny.coincidence import Coincidence, coinciding_errors
from labeling.quality.scrutiny.drift import Drift, find_drift
from labeling.quality.scrutiny.guideline import (
    ConfusedPair,
    Merge,
    confused_pairs,
    merge_effect,
)
from labeling.quality.scrutiny.likely_errors import LikelyError, likely_errors
from labeling.quality.scrutiny.peers import PeerAgreement, peer_agreement
from labeling.quality.scrutiny.spam import Suspicion, suspicions

__all__ = [
    "Coincidence",
    "ConfusedPair",
    "Drift",
    "LikelyError",
    "Merge",
    "PeerAgreement",
    "Suspicion",
    "coinciding_errors",
    "confused_pairs",
    "find_drift",
    "likely_errors",
    "merge_effect",
    "peer_agreement",
    "suspicions",
]
