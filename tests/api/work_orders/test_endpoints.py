"""Work orders over HTTP: who may, and how refusals look."""

from __future__ import annotations

import pytest

from api.cli.client import HubClient
from tests.api.conftest import Visitor

CALLS = [
    ("POST", "", {"workforce": "acme", "n_items": 1}),
    ("GET", "", None),
    ("GET", "/1", None),
    ("GET", "/1/file", None),
    ("POST", "/1/returns", None),
    ("GET", "/1/returns", None),
    ("POST", "/1/close", None),
]


class TestWorkOrders:
    """Vendors are the owners' affair."""

    @pytest.mark.parametrize(("method", "path", "body"), CALLS)
    def test_others_are_refused(
        self, visitor: Visitor, project: str, method: str, path: str, body: dict[str, object] | None
    ) -> None:
        """401 without a token, 404 outside the project, 403 for roles without the permission."""
        wanted = {"stranger": 401, "nobody": 404}.get(visitor.role, 403)
        address = f"/v1/projects/{project}/work-orders{path}"
        assert visitor.status(method, address, json=body) == wanted

    @pytest.mark.parametrize(("method", "path", "body"), CALLS[2:])
    def test_an_order_that_is_not_there(
        self,
        operator: HubClient,
        project: str,
        method: str,
        path: str,
        body: dict[str, object] | None,
    ) -> None:
        """404, as a problem document."""
        address = f"/v1/projects/{project}/work-orders{path}"
        answer = operator.answer(method, address, json=body)
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("/not-found")

    def test_reports_are_kept(self, operator: HubClient, project: str) -> None:
        """What was said of a returned file can be read again, and pages end."""
        items = [{"data": {"id": n, "text": f"text {n}"}, "key": str(n)} for n in range(20)]
        operator.post(f"/v1/projects/{project}/items", {"items": items})
        base = f"/v1/projects/{project}/work-orders"
        for _ in range(3):
            operator.post(base, {"workforce": "acme", "n_items": 1})
        back = b"line,worker,label,judgment_id\nx,w,good,j\n"
        report = operator.request("POST", f"{base}/2/returns", content=back)
        (kept,) = operator.get(f"{base}/2/returns")
        assert kept | {"imported_at": None} == report
        first = operator.get(base, limit=2)
        second = operator.get(base, limit=2, cursor=first["next"])
        assert [order["n"] for order in first["items"] + second["items"]] == [1, 2, 3]
        assert second["next"] is None
