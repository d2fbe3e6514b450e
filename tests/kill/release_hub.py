"""A process with the release chain of one project: what the kill test kills and starts again.

``python -m tests.kill.release_hub URL FOLDER WORKFLOW`` takes up what was left and waits for the
workflow's end. Where ``LABELLOOP_FAILPOINT`` is set, it gets as far as that.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from labeling.database import open_hub
from tests.training.workflows.chain import open_chain
from training.compute import Compute


def main() -> None:
    """Run until the workflow has ended and print its state and result."""
    url, folder, workflow_id = sys.argv[1:]
    hub, compute = open_hub(url), Compute(threads=1)
    chain = open_chain(hub, compute, Path(folder))
    while chain.starter.turn() or (status := chain.jobs.status(workflow_id)) is None:
        time.sleep(0.02)
    while not status.has_ended:
        time.sleep(0.02)
        found = chain.jobs.status(workflow_id)
        assert found is not None
        if found.step != status.step:
            print("step", found.step, flush=True)
        status = found
    print("ended", status.state, status.result or status.error, flush=True)
    chain.jobs.close()
    compute.close()
    hub.close()


if __name__ == "__main__":
    main()
