"""One small config and answers for every kind of question, as Label Studio writes them."""

from __future__ import annotations

from typing import Any, Final

TEXT: Final = '<Text name="item" value="$text"/>'
PICTURE: Final = '<Image name="item" value="$picture"/>'
LABELS: Final = '<Label value="PER" background="red"/><Label value="ORG"/>'
CONFIGS: Final[dict[str, str]] = {
    "choice": f'<View>{TEXT}<Choices name="q" toName="item"><Choice value="a"/><Choice value="b"/>'
    "</Choices></View>",
    "choices": f'<View>{TEXT}<Choices name="q" toName="item" choice="multiple" required="false">'
    '<Choice value="a"/><Choice value="b"/><Choice value="c"/></Choices></View>',
    "rating": f'<View>{TEXT}<Rating name="q" toName="item" maxRating="5"/></View>',
    "number": f'<View>{TEXT}<Number name="q" toName="item" min="0" max="10" step="0.5"/></View>',
    "text": f'<View>{TEXT}<TextArea name="q" toName="item" maxLength="40"/></View>',
    "spans": f'<View>{TEXT}<Labels name="q" toName="item">{LABELS}</Labels></View>',
    "boxes": f'<View>{PICTURE}<RectangleLabels name="q" toName="item">{LABELS}</RectangleLabels>'
    "</View>",
    "polygons": f'<View>{PICTURE}<PolygonLabels name="q" toName="item">{LABELS}</PolygonLabels>'
    "</View>",
    "pair": '<View><Pairwise name="q" toName="item,other"/><Text name="other" value="$other"/>'
    f"{TEXT}</View>",
}
TYPES: Final = {
    "choice": "choices",
    "choices": "choices",
    "rating": "rating",
    "number": "number",
    "text": "textarea",
    "spans": "labels",
    "boxes": "rectanglelabels",
    "polygons": "polygonlabels",
    "pair": "pairwise",
}


def region(kind: str, value: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Return one region of a result, in answer to the question of a kind's config."""
    return {
        "from_name": "q",
        "to_name": "item",
        "type": TYPES[kind],
        "value": value,
        "origin": "manual",
        **changed,
    }


def span(start: int, end: int, label: str = "PER", **more: Any) -> dict[str, Any]:
    """Return the region that marks a span."""
    return region("spans", {"start": start, "end": end, "labels": [label], **more})


def box(x: float, y: float, width: float, height: float, label: str = "PER") -> dict[str, Any]:
    """Return the region that draws a box."""
    sides = {"x": x, "y": y, "width": width, "height": height}
    return region("boxes", {**sides, "rotation": 0, "rectanglelabels": [label]})


def polygon(points: list[list[float]], label: str = "PER") -> dict[str, Any]:
    """Return the region that draws a polygon."""
    return region("polygons", {"points": points, "closed": True, "polygonlabels": [label]})


ANSWERS: Final[dict[str, list[dict[str, Any]]]] = {
    "choice": [region("choice", {"choices": ["a"]})],
    "choices": [region("choices", {"choices": ["a", "c"]})],
    "rating": [region("rating", {"rating": 4})],
    "number": [region("number", {"number": 3.5})],
    "text": [region("text", {"text": ["Short."]})],
    "spans": [span(0, 4), span(14, 19, "ORG")],
    "boxes": [box(10.5, 20.25, 30, 15)],
    "polygons": [polygon([[10, 10], [50, 12.5], [30, 60]])],
    "pair": [region("pair", {"selected": "left"})],
}
"""One answer of each kind that fits its config."""
