"""The contract of the HTTP API, as the page's generated client reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.settings import Settings

KEPT = Path(__file__).parents[2] / "api" / "web" / "openapi.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return the document of the app as it is now."""
    return create_app(Settings()).openapi()


class TestOpenApi:
    """What the document says."""

    def test_the_page_is_built_against_this_very_document(self, document: dict[str, Any]) -> None:
        """`make client` writes the file anew when an endpoint has changed."""
        assert json.loads(KEPT.read_text(encoding="utf-8")) == document

    def test_every_reference_leads_somewhere(self, document: dict[str, Any]) -> None:
        """A client generator stops at a reference to a schema that is not there."""
        text = json.dumps(document)
        wanted = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
        assert wanted <= document["components"]["schemas"].keys()

    def test_every_error_is_a_problem_document(self, document: dict[str, Any]) -> None:
        """No endpoint answers an error in another shape."""
        kinds = {
            kind
            for path in document["paths"].values()
            for operation in path.values()
            for status, response in operation["responses"].items()
            if int(status) >= 400
            for kind in response["content"]
        }
        assert kinds == {"application/problem+json"}
