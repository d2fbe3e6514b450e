"""Whatever the bytes: a source is refused as a whole, or gives rows and refusals; nothing else."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from labeling.errors import LabelloopError
from labeling.items.canonical import both_texts
from labeling.items.prepare import NotTakenError, Prepared, Recipe, preparer
from labeling.items.service import RefusedRow
from labeling.items.sources import FORMATS, Limits, RawRow, open_source
from tests.labeling.items.test_packed_sources import png
from tests.labeling.items.workbooks import packed, workbook

LIMITS: Final = Limits(file_bytes=1_000_000, line_characters=20_000)
ANY: Final = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PIECES: Final = (
    b"id,text\n",
    b"a,b,c\n",
    b'"x\ny",',
    b'"',
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n",
    b";",
    b"\t",
    b'{"a": 1}\n',
    b'{"a": {"a": [',
    b"[" * 3_000,
    b"NaN",
    b'{"\\ud800": "\\ud800"}\n',
    b'{"text": "\\u0000"}\n',
    b"1e999",
    "日本語".encode(),
    b"x" * 30_000,
    b"id,id\n",
    b"PAR1",
    b"PK\x03\x04",
)


def take_all(path: Path) -> list[Prepared | str]:
    """Read a file to its end and prepare its rows as an import does."""
    prepare = preparer(Recipe("salt", ()))
    found: list[Prepared | str] = []
    source = open_source(path, lambda payload: str(len(payload)), LIMITS)
    for row in source.rows():
        if isinstance(row, RefusedRow):
            found.append(row.reason)
            continue
        assert isinstance(row, RawRow)
        try:
            found.append(prepare(row.line, row.data, row.key))
        except NotTakenError as error:
            found.append(str(error))
    return found


def check(path: Path) -> None:
    """Read a file; only an error with its own text may end that, and rows are storable."""
    found: list[Prepared | str] = []
    with suppress(LabelloopError):
        found = take_all(path)
    for row in found:
        if isinstance(row, Prepared):
            assert json.loads(row.data) is not None
            (row.key + row.data + row.content_hash).encode()


TEXT_ENDINGS: Final = [".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json"]


class TestBytes:
    """Files made of anything."""

    @ANY
    @given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=40), max_size=12))
    @example([b"id,text\n", b'1,"unclosed'])
    @example([b"[" * 100_000])
    @example([b'{"a":' * 50_000])
    @example([b"id,text\r1,a\r2,b\r"])
    @pytest.mark.parametrize("ending", TEXT_ENDINGS)
    def test_any_text_is_read_or_refused(
        self, tmp_path: Path, ending: str, pieces: list[bytes]
    ) -> None:
        """Shows bad encodings, ragged rows, NUL, deep JSON, repeated headers, long lines."""
        path = tmp_path / f"a{ending}"
        path.write_bytes(b"".join(pieces))
        check(path)

    @ANY
    @given(st.integers(0, 2**32), st.integers(1, 30))
    @pytest.mark.parametrize("ending", [".xlsx", ".zip"])
    def test_any_damage_is_read_or_refused(
        self, tmp_path: Path, ending: str, seed: int, n: int
    ) -> None:
        """Shows good archives with bytes changed, cut out or doubled anywhere."""
        good = (
            workbook([["id", "text"], [1, "one"], [2, "two"]])
            if ending == ".xlsx"
            else packed({"a.png": png(1), "b.png": png(2)})
        )
        rng = random.Random(seed)  # noqa: S311 - damage, not secrets
        content = bytearray(good)
        for _ in range(n):
            place = rng.randrange(len(content))
            kind = rng.randrange(3)
            if kind == 0:
                content[place] = rng.randrange(256)
            elif kind == 1:
                del content[place : place + rng.randrange(20)]
            else:
                content[place:place] = content[place : place + rng.randrange(20)]
        path = tmp_path / f"a{ending}"
        path.write_bytes(bytes(content))
        check(path)

    def test_every_ending_refuses_nothing_at_all(self, tmp_path: Path) -> None:
        """Shows that an empty file is refused in every format."""
        for ending in FORMATS:
            path = tmp_path / f"a{ending}"
            path.write_bytes(b"")
            with pytest.raises(LabelloopError):
                take_all(path)


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


class TestCanonical:
    """The fast texts are the standard library's."""

    @settings(max_examples=300, deadline=None)
    @given(st.dictionaries(st.text(max_size=6), JSON, max_size=6))
    def test_both_texts_are_what_json_says(self, data: dict[str, object]) -> None:
        """Shows the same bytes as `json.dumps`, in the row's order and sorted."""
        options = {"ensure_ascii": False, "separators": (",", ":")}
        try:
            expected = json.dumps(data, allow_nan=False, **options)  # type: ignore[arg-type]
        except ValueError:
            with pytest.raises(ValueError, match="JSON"):
                both_texts(data)
            return
        ordered = json.dumps(data, sort_keys=True, **options)  # type: ignore[arg-type]
        assert both_texts(data) == (expected, ordered)
