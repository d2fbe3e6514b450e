"""A process with the discounts of one store: what the kill test kills and starts again.

``python -m tests.kill.discount_hub URL FOLDER WORKFLOW`` takes up what was left and waits for the
workflow's end. Where ``LABELLOOP_FAILPOINT`` is set, it gets as far as that.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from api.jobs import DbosJobs, jobs_url
from labeling.database import open_hub
from labeling.discounts import job
from labeling.quality.service import TruthCache


def main() -> None:
    """Run until the workflow has ended and print its state and result."""
    url, folder, workflow_id = sys.argv[1:]
    hub = open_hub(url)
    jobs = DbosJobs(jobs_url(url, Path(folder)), poll_seconds=0.05)
    jobs.register(job.NAME, job.discount_workflow(hub, TruthCache(), answers=1, writes=2))
    jobs.launch()
    starter = job.Starter(hub, jobs)
    while starter.turn() or (status := jobs.status(workflow_id)) is None or not status.has_ended:
        time.sleep(0.02)
    print("ended", status.state, status.result or status.error, flush=True)
    jobs.close()
    hub.close()


if __name__ == "__main__":
    main()
