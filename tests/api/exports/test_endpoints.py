"""Exports over HTTP: who may, and what a reply says of itself."""

from __future__ import annotations

import pytest

from api.cli.client import HubClient
from tests.api.conftest import Visitor

WRONG_FORMAT = 422


class TestExport:
    """Labels leave the hub with its owners only."""

    @pytest.mark.parametrize("path", ["export", "export/answers"])
    def test_others_are_refused(self, visitor: Visitor, project: str, path: str) -> None:
        """401 without a token, 404 outside the project, 403 for roles without the permission."""
        wanted = {"stranger": 401, "nobody": 404}.get(visitor.role, 403)
        assert visitor.status("GET", f"/v1/projects/{project}/{path}") == wanted

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("csv", "text/csv; charset=utf-8"),
            ("jsonl", "application/x-ndjson"),
            ("parquet", "application/vnd.apache.parquet"),
        ],
    )
    def test_a_reply_names_its_file(
        self, operator: HubClient, project: str, name: str, kind: str
    ) -> None:
        """Type and name fit the format; an empty project has a file too."""
        answer = operator.answer("GET", f"/v1/projects/{project}/export", params={"format": name})
        assert answer.headers["content-type"] == kind
        assert f'filename="{project}.{name}"' in answer.headers["content-disposition"]

    def test_an_unknown_format_is_a_problem(self, operator: HubClient, project: str) -> None:
        """The problem names the parameter."""
        answer = operator.answer("GET", f"/v1/projects/{project}/export", params={"format": "xml"})
        assert answer.status_code == WRONG_FORMAT
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["errors"][0]["place"] == "query.format"
