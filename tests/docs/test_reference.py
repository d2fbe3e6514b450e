"""Docs cannot rot: what exists is documented, and what the README shows exists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from active_learning.strategies import STRATEGIES
from api.cli.app import app
from api.security import ROLE_PERMISSIONS
from api.settings import Settings
from labeling.projects.policy import SECTIONS, Policy, parse_policy
from labeling.quality.truth import METHODS
from training.features import FEATURIZERS
from training.trainers import TRAINERS

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(get_command(app).commands)  # type: ignore[attr-defined]
DEFAULT = parse_policy({})
SETTINGS_OF_SECTIONS = [
    name for section in SECTIONS for name in getattr(DEFAULT, section).model_dump()
]
NAMES = [
    *STRATEGIES,
    *METHODS,
    *TRAINERS,
    *FEATURIZERS,
    *Policy.model_fields,
    *SETTINGS_OF_SECTIONS,
    *ROLE_PERMISSIONS,
]


class TestReference:
    """docs/reference.md against the registries."""

    @pytest.mark.parametrize("command", COMMANDS)
    def test_every_command_is_in_the_reference(self, command: str) -> None:
        """A newcomer finds each command in the table."""
        assert f"`labelloop {command}" in REFERENCE

    @pytest.mark.parametrize("setting", sorted(Settings.model_fields))
    def test_every_setting_is_in_the_reference(self, setting: str) -> None:
        """Each environment variable stands in the table under its full name."""
        assert f"`LABELLOOP_{setting.upper()}`" in REFERENCE

    @pytest.mark.parametrize("name", sorted(set(NAMES)))
    def test_every_registered_name_is_in_the_reference(self, name: str) -> None:
        """Strategies, methods, trainers, features, policy settings and roles are all named."""
        assert re.search(rf"\b{re.escape(name)}\b", REFERENCE)

    @pytest.mark.parametrize("name", sorted(FEATURIZERS))
    def test_every_featurizer_costs_what_its_row_says(self, name: str) -> None:
        """Memory and speed in the registry are those of the table."""
        kind = FEATURIZERS[name]
        assert f"| {kind.memory} | {kind.speed} |" in REFERENCE


class TestReadme:
    """README.md against the command line and the Makefile."""

    def test_every_command_it_shows_has_help(self) -> None:
        """`labelloop X` in the README is a command that a newcomer can ask about."""
        shown = set(re.findall(r"^\s*labelloop ([a-z-]+)", README, re.MULTILINE))
        assert shown
        assert shown <= set(COMMANDS)

    def test_every_verb_it_shows_is_in_the_makefile(self) -> None:
        """`make X` in the README is a target."""
        shown = set(re.findall(r"\bmake ([a-z-]+)", README))
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert {"demo", "test"} <= shown <= set(targets)

    def test_every_file_it_links_is_there(self) -> None:
        """No link and no picture leads nowhere."""
        for target in re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", README):
            path = next(part for part in target if part)
            if "://" not in path:
                assert (ROOT / path).exists(), path

    def test_the_console_script_answers(self) -> None:
        """What the README tells people to type is on the path of the environment."""
        script = Path(sys.executable).with_name("labelloop")
        found = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
        assert re.fullmatch(r"\d+\.\d+\.\d+\s*", found.stdout)
