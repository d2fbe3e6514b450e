"""`labelloop simulate` on files, without a hub."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from api.cli import run, simulated_data
from api.cli.simulated_data import read_labelled

WORDS = {"good": "fine lovely superb", "bad": "dull awful poor"}


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Write a labelled CSV file; two rows have no label."""
    path = tmp_path / "reviews.csv"
    rng = np.random.default_rng(0)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "mood"])
        for number in range(90):
            label = "good" if number % 2 else "bad"
            words = rng.choice(WORDS[label].split(), 2)
            mood = "" if number in {3, 5} else label
            writer.writerow([number, f"a {words[0]} and {words[1]} film {number}", mood])
    return path


class TestSimulate:
    """From a file to a recommendation."""

    def test_it_prints_curves_a_recommendation_and_draws(
        self, labelled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Text for people, the same as SVG; simulated is said in both."""
        svg = tmp_path / "curves.svg"
        code = run(
            ["simulate", str(labelled), "--label-column", "mood", "--seeds", "2",
             "--budget", "0.8", "--svg", str(svg)]
        )  # fmt: skip
        out = capsys.readouterr().out
        assert code == 0
        assert out.startswith("Simulated people, 2 repeats, on 88 of your rows in 2 classes")
        assert "In the simulation" in out
        assert '"strategy"' in out
        assert "simulated people" in svg.read_text()
        assert svg.read_text().count("<polyline") == 6

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--label-column", "nothing"], "there is no column 'nothing'"),
            (["--label-column", "mood", "--crowd", "2:1"], "no share of wrong answers"),
            (["--label-column", "mood", "--strategies", "magic"], "'magic' is unknown"),
        ],
    )
    def test_wrong_use_is_told(
        self,
        labelled: Path,
        capsys: pytest.CaptureFixture[str],
        arguments: list[str],
        said: str,
    ) -> None:
        """Exit code 2 and one line that says what to do."""
        assert run(["simulate", str(labelled), *arguments]) == 2
        assert said in capsys.readouterr().err


class TestReadLabelled:
    """What becomes of a file's rows."""

    def test_of_a_large_file_a_random_part_is_used_and_said(
        self, labelled: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The bound is on rows kept and on rows read, in words."""
        monkeypatch.setattr(simulated_data, "MOST_ITEMS", 30)
        monkeypatch.setattr(simulated_data, "MOST_ROWS_READ", 80)
        found = read_labelled(labelled, "mood", None, seed=0)
        assert found.features.shape[0] == len(found.truth) == 30
        assert found.notes[:2] == [
            "only the first 80 rows of the file were read",
            "a random 30 of 78 labelled rows were used",
        ]
        assert found.classes == ["bad", "good"]

    def test_pictures_take_their_folder_as_label(self, tmp_path: Path) -> None:
        """A folder of folders is a labelled data set."""
        for name, brightness in (("dark", 30), ("light", 220)):
            (tmp_path / name).mkdir()
            for number in range(3):
                picture = Image.new("L", (8, 8), brightness + number)
                picture.save(tmp_path / name / f"{number}.png")
        found = read_labelled(tmp_path, "folder", None, seed=0)
        assert found.classes == ["dark", "light"]
        assert found.truth.tolist() == [0, 0, 0, 1, 1, 1]
