"""What the chunks of these tests compute: small files, in the compute child."""

from __future__ import annotations

from pathlib import Path


def square(data_folder: str, n: int) -> None:
    """Write the square of a number to a file named after it, and note that it was asked for."""
    with (Path(data_folder) / "asked").open("a", encoding="utf-8") as file:
        file.write(f"{n}\n")
    (Path(data_folder) / f"{n}.txt").write_text(str(n * n), encoding="utf-8")


def refuse(data_folder: str, n: int) -> None:
    """Fail at every part but the first."""
    if n:
        message = f"part {n} cannot be read"
        raise ValueError(message)
    square(data_folder, n)
