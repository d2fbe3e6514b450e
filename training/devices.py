"""On which device torch computes features: the one choice for every encoder."""

from __future__ import annotations

import os
from typing import Final

SETTING: Final = "LABELLOOP_DEVICE"


def device_name() -> str:
    """Return what ``LABELLOOP_DEVICE`` says (``cpu``, ``cuda``, ``cuda:1``, ``mps``, …).

    Unset or ``auto``: a CUDA GPU where there is one, else the processor.

    Raises
    ------
    ValueError
        The device that is set is not there.
    """
    import torch

    wanted = os.environ.get(SETTING, "auto").strip().lower()
    if wanted in {"", "auto"}:
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=wanted)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        msg = f"{SETTING}: torch cannot use {wanted!r}: {reason}; set it to auto or cpu"
        raise ValueError(msg) from error
    return wanted
