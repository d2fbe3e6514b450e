"""Who computes the chunks of something big: this process's child, PostgreSQL's workers, or Ray.

A chunk is a function by name and JSON arguments; its whole effect is a file named after its
content, so that it may be computed twice, late or elsewhere. What may not live here: what a chunk
computes.
"""

from __future__ import annotations

from training.engines.engine import Chunk, Chunks, ChunksFailedError, Engine, Functions, InChild

__all__ = ["Chunk", "Chunks", "ChunksFailedError", "Engine", "Functions", "InChild"]
