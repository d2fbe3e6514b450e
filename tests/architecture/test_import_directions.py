"""The import contracts of pyproject.toml hold, and name every noun there is."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from tests.architecture.sources import ROOT

# What the console script does, without relying on where it was installed.
LINT: Final = (
    "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
)


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter with the contracts that lie in a folder on the packages beside them."""
    command = [sys.executable, "-c", LINT, "--no-cache"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def layers_of(container: str) -> list[str]:
    """Return the order of the nouns inside a package, as written in the contract."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    (order,) = (each["layers"] for each in contracts if each.get("containers") == [container])
    return [name.strip(" ()") for layer in order for name in layer.split(":")]


def write(path: Path, text: str) -> None:
    """Write a file of the sample tree."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


class TestImportDirections:
    """Imports go downward only: api, active_learning, training, labeling."""

    def test_the_contracts_hold(self) -> None:
        """No import of the four packages goes against its direction."""
        result = lint(ROOT)
        assert result.returncode == 0, result.stdout + result.stderr

    def test_every_noun_of_labeling_has_its_layer(self) -> None:
        """A folder that nobody put into the order could import anything unseen."""
        nouns = {path.parent.name for path in (ROOT / "labeling").glob("*/__init__.py")}
        assert nouns <= set(layers_of("labeling"))

    def test_an_import_upward_breaks_a_contract(self, tmp_path: Path) -> None:
        """The rule can fail: in a bare tree, one import each way up is refused by name."""
        shutil.copy(ROOT / "pyproject.toml", tmp_path)
        for package in ("labeling", "training", "active_learning", "api"):
            write(tmp_path / package / "__init__.py", "")
        for noun in layers_of("labeling"):
            write(tmp_path / "labeling" / noun / "__init__.py", "")
        write(tmp_path / "labeling" / "items" / "store.py", "import labeling.items.service\n")
        write(tmp_path / "labeling" / "items" / "service.py", "import labeling.tasks\nimport api\n")
        write(tmp_path / "training" / "__init__.py", "import fastapi\n")
        output = lint(tmp_path).stdout
        assert "labeling is not allowed to import api" in output
        assert "training is not allowed to import fastapi" in output
        assert "labeling.items is not allowed to import labeling.tasks" in output
        assert "labeling.items.store is not allowed to import labeling.items.service" in output


class TestLightStarts:
    """What is started anew each time loads only what it needs."""

    @pytest.mark.parametrize(
        ("module", "heavy"),
        [
            ("api.cli", {"sqlalchemy", "sqlmodel", "fastapi", "numpy", "psycopg"}),
            ("labeling.items.reading_child", {"sqlalchemy", "pydantic", "numpy"}),
        ],
    )
    def test_nothing_heavy_is_imported(self, module: str, heavy: set[str]) -> None:
        """Shows that a command opens no store, and a file's reader knows no policy."""
        code = f"import sys, {module}; print(*sys.modules)"
        ended = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert not heavy & set(ended.stdout.split())
