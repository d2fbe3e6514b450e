"""The chain's head, written outside: a file, a git repository, a mail.

Whoever rewrites the whole chain in the database cannot rewrite what left the machine.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from labeling.audit.seals import store
from labeling.clock import MICROS
from labeling.errors import ConflictError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labeling.database import Transaction

GIT_FILE: Final = "labelloop-anchors.jsonl"
GIT_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Anchor:
    """One head of the chain: the number and digest of a seal, and when it was written outside."""

    n: int
    digest: str
    at: str

    @property
    def line(self) -> str:
        """The anchor as one line of JSON."""
        return json.dumps(asdict(self))


def head_now(tx: Transaction) -> Anchor:
    """Return the chain's head.

    Raises
    ------
    ConflictError
        Nothing is sealed yet.

    """
    head = store.head(tx)
    if head is None:
        raise ConflictError("Nothing is sealed yet; a running hub seals each second.")
    at = datetime.fromtimestamp(tx.now / MICROS, UTC).isoformat(timespec="seconds")
    return Anchor(head.n, head.digest, at)


def append_to_file(anchor: Anchor, path: Path) -> None:
    """Append an anchor to a file, and flush it to disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(f"{anchor.line}\n")
        file.flush()
        os.fsync(file.fileno())


def commit_to_git(anchor: Anchor, folder: Path) -> None:
    """Append an anchor to a file in a git repository and commit it; pushing is the operator's.

    Raises
    ------
    InvalidInputError
        The folder is no git repository, or git refuses.

    """
    git = shutil.which("git")
    if git is None:
        raise InvalidInputError("git is not installed here; anchor to a file instead.")
    if not (folder / ".git").exists():
        raise InvalidInputError(f"{folder} is no git repository; run `git init` there once.")
    append_to_file(anchor, folder / GIT_FILE)
    # Its own name, no hooks and no signing of the account: an anchor must not fail for those.
    own = ("-c", "user.name=labelloop", "-c", "user.email=labelloop@localhost")
    unsigned = ("-c", "commit.gpgsign=false", "commit", "-q", "--no-verify")
    _git(git, folder, "add", GIT_FILE)
    _git(git, folder, *own, *unsigned, "-m", f"Seal {anchor.n}: {anchor.digest}", "--", GIT_FILE)


def _git(git: str, folder: Path, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 - no shell; the folder is the operator's own
        (git, "-C", str(folder), *arguments),
        capture_output=True,
        text=True,
        timeout=GIT_SECONDS,
        check=False,
    )
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())
        raise InvalidInputError(f"git refused the anchor in {folder}: {said}")


def read_anchors(path: Path) -> Iterator[Anchor]:
    """Yield the anchors of a file, or of the repository that a folder is.

    Raises
    ------
    InvalidInputError
        A line is no anchor; the text names it.

    """
    file = path / GIT_FILE if path.is_dir() else path
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
            yield Anchor(int(found["n"]), str(found["digest"]), str(found["at"]))
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidInputError(
                f"Line {number} of {file} is no anchor.", place=f"line {number}"
            ) from error
