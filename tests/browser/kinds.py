"""A project for each kind of question, beside the one that `labelloop start` made."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from tests.browser.hub import StartedHub

TEXT: Final = "On Monday 🚢 Ingrid Solheim of Nordic Grid met engineers in Tromsø"
"""A sign outside the basic plane comes before the names: characters are not UTF-16 units."""
SHOWN: Final = '<Text name="item" value="$text"/>'
PICTURE: Final = '<Image name="item" value="$image"/>'
LABELS: Final = '<Label value="Person" zh="人"/><Label value="Place" zh="地点"/>'


@dataclass(frozen=True, slots=True)
class KindProject:
    """A kind of question, and the config that asks it."""

    kind: str
    config: str
    shows: str = "text"

    def data(self, n: int, picture: dict[str, str]) -> dict[str, Any]:
        """Return what the item of that number shows."""
        if self.shows == "image":
            return {"image": picture}
        if self.kind == "pair":
            return {"text": f"{TEXT} ({n})", "other": f"Ingrid went to Tromsø ({n})"}
        return {"text": f"{TEXT} ({n})"}


KINDS: Final = {
    found.kind: found
    for found in (
        KindProject(
            "choices",
            f'{SHOWN}<Choices name="q" toName="item" choice="multiple"><Choice value="News"/>'
            '<Choice value="Energy" zh="能源"/><Choice value="Sport" zh="体育"/></Choices>',
        ),
        KindProject("rating", f'{SHOWN}<Rating name="q" toName="item" maxRating="5"/>'),
        KindProject("number", f'{SHOWN}<Number name="q" toName="item" min="0" max="10" step="1"/>'),
        KindProject("text", f'{SHOWN}<TextArea name="q" toName="item" maxLength="200"/>'),
        KindProject(
            "pair",
            f'{SHOWN}<Text name="other" value="$other"/><Pairwise name="q" toName="item,other"/>',
        ),
        KindProject("spans", f'{SHOWN}<Labels name="q" toName="item">{LABELS}</Labels>'),
        KindProject(
            "boxes",
            f'{PICTURE}<RectangleLabels name="q" toName="item">{LABELS}</RectangleLabels>',
            "image",
        ),
        KindProject(
            "polygons",
            f'{PICTURE}<PolygonLabels name="q" toName="item">{LABELS}</PolygonLabels>',
            "image",
        ),
        KindProject(
            "form",
            f'{SHOWN}<Header value="About"/><Choices name="q" toName="item"><Choice value="News"/>'
            '<Choice value="Sport" zh="体育"/></Choices><Header value="Stars"/>'
            '<Rating name="stars" toName="item" maxRating="5"/><Header value="Why"/>'
            '<TextArea name="why" toName="item" required="false"/>',
        ),
    )
}


def picture() -> bytes:
    """Return a picture of a street in the fewest strokes."""
    drawn = Image.new("RGB", (400, 300), "#cfdde6")
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 200, 400, 300), fill="#6e7277")
    pen.rectangle((40, 80, 140, 200), fill="#b9a58f")
    pen.rectangle((250, 150, 360, 210), fill="#3f6f8f")
    pen.ellipse((180, 140, 200, 160), fill="#7b5b48")
    pen.rectangle((175, 160, 205, 220), fill="#7c3f4d")
    file = io.BytesIO()
    drawn.save(file, "PNG")
    return file.getvalue()


def make(hub: StartedHub, kind: KindProject, n_items: int) -> str:
    """Make the project with its items, seat the hub's operator in it, and return its slug."""
    slug = f"kind-{kind.kind}"
    of_kind = {"text": "text", "other": "text", "image": "picture"}
    shown = {name: of_kind[name] for name in kind.data(0, {}) if name in of_kind}
    body = {
        "slug": slug,
        "title": slug,
        "label_config": f"<View>{kind.config}</View>",
        "fields": {name: {"kind": of, "visible_to": ["annotator"]} for name, of in shown.items()},
        "policy": {"overlap_least": 1, "overlap_most": 1, "test_overlap": 1},
    }
    hub.ask("POST", "/projects", body)
    hub.ask("POST", f"/projects/{slug}/workforces", {"name": "crew", "kind": "in_house"})
    seat = {"role": "owner", "workforce": "crew"}
    hub.ask("PUT", f"/projects/{slug}/members/{hub.ask('GET', '/me')['id']}", seat)
    blob = _blob(hub, slug) if kind.shows == "image" else {}
    items = [{"key": str(n), "data": kind.data(n, blob)} for n in range(n_items)]
    hub.ask("POST", f"/projects/{slug}/items", {"items": items})
    return slug


def _blob(hub: StartedHub, slug: str) -> dict[str, str]:
    token = (hub.folder / "operator.token").read_text(encoding="utf-8").strip()
    headers = {"authorization": f"Bearer {token}", "content-type": "image/png"}
    found = httpx.post(f"{hub.url}/v1/projects/{slug}/blobs", content=picture(), headers=headers)
    found.raise_for_status()
    return dict(found.json())
