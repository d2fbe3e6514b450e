"""Finds the repository's own files and reads their syntax trees."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("labeling", "training", "active_learning", "api")
PRUNED: Final = frozenset({"node_modules", "__pycache__", "static", "dist", "build"})
"""Folders that are made from sources. Dot folders are the tools', except `.ci`."""


def own_files(root: Path = ROOT) -> Iterator[Path]:
    """Yield every file of the repository that people wrote, or a tool wrote for keeps."""
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = sorted(name for name in subfolders if _is_own(name))
        yield from (Path(folder, name) for name in sorted(names) if name != ".git")


def _is_own(folder: str) -> bool:
    return folder == ".ci" or not (
        folder in PRUNED
        or folder.startswith((".", "labelloop-data"))
        or folder.endswith(".egg-info")
    )


def python_files(*folders: str, root: Path = ROOT) -> Iterator[Path]:
    """Yield the Python files under some folders of the root."""
    for folder in folders:
        yield from (path for path in own_files(root / folder) if path.suffix == ".py")


def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path, line: int, root: Path = ROOT) -> str:
    """Return "path:line" for a message."""
    return f"{path.relative_to(root)}:{line}"
