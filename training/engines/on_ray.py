"""Chunks on a Ray cluster (extra ``ray``): many hosts, and GPUs where the hub has none.

Every host has labelloop installed and sees the data folder under the same path. The cluster is
part of the hub: what Ray sends between its processes is trusted as the hub's own memory is.
"""

from __future__ import annotations

import importlib
import os
import threading
from pathlib import Path
from typing import Any, Final

from labeling.errors import InvalidInputError
from labeling.jobs import ProcessClosingError
from training.compute import CLOSING
from training.engines.engine import Chunks, ChunksFailedError, Functions

LOOK_SECONDS: Final = 1.0


class OnRay:
    """Maps chunks over Ray.

    Parameters
    ----------
    address
        Of the cluster, as ``ray.init`` takes it; ``local`` starts one on this machine.
    data_folder
        On every host.
    functions
        What chunks may ask for.
    closing
        Set when the process ends: chunks on their way are given up, their files stay.
    gpus
        GPUs that a chunk needs; .25 lets four share one.
    """

    def __init__(
        self,
        address: str,
        data_folder: Path,
        functions: Functions,
        closing: threading.Event,
        gpus: float = 0.0,
    ) -> None:
        self.address, self.data_folder, self.functions = address, data_folder, functions
        self.closing, self.gpus = closing, gpus

    def run(self, chunks: Chunks) -> None:
        """Compute every part somewhere.

        Raises
        ------
        InvalidInputError
            Ray is not installed.

        """
        ray = self._connect()
        function = self.functions[chunks.function]
        name = f"{function.__module__}:{function.__qualname__}"
        task = ray.remote(run_part).options(num_gpus=self.gpus, max_retries=3)
        left = [task.remote(name, str(self.data_folder), *part.arguments) for part in chunks.parts]
        while left:
            done, left = ray.wait(left, num_returns=1, timeout=LOOK_SECONDS)
            try:
                ray.get(done)
            except ray.exceptions.RayError as error:
                self._give_up(ray, left)
                cause = getattr(error, "cause", None) or error
                raise ChunksFailedError(f"{type(cause).__name__}: {cause}") from error
            if self.closing.is_set():
                self._give_up(ray, left)
                raise ProcessClosingError(CLOSING)

    def close(self) -> None:
        """Leave the cluster, and end one that was started here."""
        try:
            importlib.import_module("ray").shutdown()
        except ImportError:
            return

    def _connect(self) -> Any:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anybody outside
        try:
            ray = importlib.import_module("ray")
        except ImportError as error:
            raise InvalidInputError(
                "LABELLOOP_RAY_ADDRESS is set and ray is not installed; install the extra: "
                "pip install 'labelloop[ray]'.",
                place="LABELLOOP_RAY_ADDRESS",
            ) from error
        if not ray.is_initialized():
            ray.init(
                address=self.address,
                include_dashboard=None if self.address != "local" else False,
                log_to_driver=False,
                logging_level="ERROR",
            )
        return ray

    @staticmethod
    def _give_up(ray: Any, left: list[Any]) -> None:
        for one in left:
            ray.cancel(one)


def run_part(name: str, data_folder: str, *arguments: Any) -> None:
    """Compute one part on whatever host this is."""
    module, _, function = name.partition(":")
    getattr(importlib.import_module(module), function)(data_folder, *arguments)
