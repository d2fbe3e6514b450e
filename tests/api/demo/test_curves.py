"""The picture of the curves, in text and as SVG."""

from __future__ import annotations

from defusedxml.ElementTree import fromstring

from api.demo.curves import Curve, Point, curve_of, draw_svg, draw_text

UP = Curve("active", "●", "│", (Point(1, 0.5, 0.4, 0.6), Point(10, 0.9, 0.85, 0.95)))
DOWN = Curve("random", "○", "·", (Point(5, 0.7, 0.6, 0.8),))


class TestDrawText:
    """`draw_text`."""

    def test_draws_every_curve_with_its_interval_and_name(self) -> None:
        """Marks, bars and the legend are there, and the money at the end of the axis."""
        text = draw_text([UP, DOWN])
        for part in ("●", "│", "○", "·", "active", "random", "$10", "100%"):
            assert part in text

    def test_says_so_when_there_is_nothing_to_draw(self) -> None:
        """An empty curve is no error."""
        assert draw_text([Curve("none", "●", "│", ())]) == "(no curve yet)"


class TestDrawSvg:
    """`draw_svg`."""

    def test_is_well_formed_and_says_what_it_shows(self) -> None:
        """It can be put into a page as it is; markup in a title does no harm."""
        root = fromstring(draw_svg([UP, DOWN], "accuracy & <money>"))
        assert root[0].text == "accuracy & <money>"


class TestCurveOf:
    """`curve_of`."""

    def test_leaves_out_points_without_an_interval(self) -> None:
        """What has no interval was not measured."""
        row = {"spend_micros": 2_000_000, "accuracy": 0.5, "low": None, "high": None}
        measured = row | {"low": 0.4, "high": 0.6}
        found = curve_of({"curve": [row, measured]}, "active", "●", "│")
        assert found.points == (Point(2.0, 0.5, 0.4, 0.6),)
