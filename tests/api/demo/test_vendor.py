"""The vendor has files and nothing else."""

from __future__ import annotations

import base64
import csv
import io

import pytest

from api.demo.digits import Digits, load_digits
from api.demo.eyes import Eyes, Sight
from api.demo.vendor_process import judge_order


@pytest.fixture(scope="module")
def digits() -> Digits:
    """Return a few bundled digits."""
    return load_digits(60)


class TestJudgeOrder:
    """`judge_order`."""

    def test_every_line_comes_back_once_with_a_worker_and_a_label(self, digits: Digits) -> None:
        """The returned file has what an import needs: line, worker, label, the vendor's own id."""
        order = io.StringIO()
        writer = csv.writer(order)
        writer.writerow(["order", "line", "picture"])
        for place, file in enumerate(digits.files):
            picture = f"data:image/png;base64,{base64.b64encode(file).decode()}"
            writer.writerow([1, f"line-{place}", picture])
        clear = Sight(memories=60, noise=0.0, blur=0.0)
        workers = {name: Eyes(clear, digits.ink, digits.truth, 1) for name in ("ann", "bo")}
        rows = list(csv.DictReader(io.StringIO(judge_order(order.getvalue(), workers))))
        assert [row["line"] for row in rows] == [f"line-{place}" for place in range(60)]
        assert {row["worker"] for row in rows} == {"ann", "bo"}
        assert len({row["judgment_id"] for row in rows}) == 60
        assert [row["label"] for row in rows] == [str(digit) for digit in digits.truth]
