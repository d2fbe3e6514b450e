"""A process with the auto-labels of one store: what the kill test kills and starts again.

``python -m tests.kill.autolabel_hub URL FOLDER`` takes up what was left and works until nothing is
left to do without people. Where ``LABELLOOP_FAILPOINT`` is set, it gets as far as that.
"""

from __future__ import annotations

import sys
from pathlib import Path

from active_learning.certificates import labels
from active_learning.certificates.runner import Autolabels
from labeling.database import open_hub
from training.compute import Compute

A_PART = 20
"""Labels of one write, so that a small pool takes several."""


def main() -> None:
    """Run until nothing is left to do."""
    url, folder = sys.argv[1:]
    hub, compute = open_hub(url), Compute(threads=1)
    labels.ROWS = A_PART  # type: ignore[misc]
    runner = Autolabels(hub, compute, Path(folder))
    while runner.turn():
        pass
    compute.close()
    hub.close()


if __name__ == "__main__":
    main()
