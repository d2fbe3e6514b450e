"""Who may do what: every endpoint, every kind of caller, as the table says."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.app import create_app
from api.settings import Settings
from tests.factories import answer
from tests.support.doors import ROLES, Cast, assert_problem

NARROWED: Final = frozenset({"narrow", "elsewhere"})
"""An owner's tokens: one only to predict, one for another project."""
CALLERS: Final = ("nobody", "expired", "stranger", *ROLES, "admin", *sorted(NARROWED))
EVERYBODY: Final = frozenset(CALLERS)
WHOLE_OR_NOBODY: Final = EVERYBODY - NARROWED
SIGNED_IN: Final = WHOLE_OR_NOBODY - {"nobody", "expired"}
KNOWN: Final = SIGNED_IN | NARROWED
ADMIN: Final = frozenset({"admin"})
WORK: Final = frozenset({"annotator", "reviewer", "manager", "owner"})
REVIEW: Final = WORK - {"annotator"}
READ: Final = frozenset({"viewer", "reviewer", "operator", "manager", "owner", "admin"})
MANAGE: Final = frozenset({"manager", "owner", "admin"})
OWN: Final = frozenset({"owner", "admin"})
RELEASE: Final = frozenset({"operator", "owner", "admin"})
PREDICT: Final = RELEASE | {"narrow"}
HOLDER: Final = frozenset[str]()
"""Only the one who holds the assignment, who is none of the callers here."""

KEY: Final = str(uuid.uuid4())
SUBMIT: Final = {"lease_n": 1, "client_key": KEY, "result": answer("a")}
CREW: Final = {"name": "crew"}
FIRST: Final = {"annotator": "crew-01"}
PROJECT: Final = {"slug": "{new}", "title": "T", "label_config": "<View/>", "fields": {}}


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may use an endpoint, and a request that would be valid."""

    allowed: frozenset[str]
    body: Any = None
    content: bytes | None = None
    values: dict[str, str] = field(default_factory=dict)
    query: str = ""


TABLE: Final[dict[tuple[str, str], Rule]] = {
    ("GET", "/healthz"): Rule(EVERYBODY),
    ("GET", "/readyz"): Rule(EVERYBODY),
    ("GET", "/metrics"): Rule(ADMIN),
    ("GET", "/{path:path}"): Rule(EVERYBODY, values={"path:path": "projects"}),
    ("POST", "/v1/sessions"): Rule(EVERYBODY, {"link": "{link}"}),
    ("GET", "/v1/me"): Rule(KNOWN),
    ("GET", "/v1/projects"): Rule(KNOWN),
    ("POST", "/v1/tokens"): Rule(SIGNED_IN, {"user_id": "{own_id}", "name": "t"}),
    ("DELETE", "/v1/tokens/{token_id}"): Rule(SIGNED_IN, values={"token_id": "{own_token}"}),
    ("DELETE", "/v1/sessions/current"): Rule(SIGNED_IN),
    ("DELETE", "/v1/sessions"): Rule(SIGNED_IN),
    ("PATCH", "/v1/me"): Rule(SIGNED_IN, {"name": "{who}"}),
    ("PUT", "/v1/me/password"): Rule(
        SIGNED_IN, {"current": "a long enough phrase", "new": "a long enough phrase"}
    ),
    ("POST", "/v1/password-resets"): Rule(EVERYBODY, {"email": "{new}@example.org"}),
    ("POST", "/v1/password-resets/completions"): Rule(
        EVERYBODY, {"link": "{reset}", "password": "a long enough phrase"}
    ),
    ("GET", "/v1/tokens"): Rule(SIGNED_IN),
    ("GET", "/v1/users"): Rule(ADMIN),
    ("PATCH", "/v1/users/{user_id}"): Rule(ADMIN, {"name": "renamed"}),
    ("POST", "/v1/users/{user_id}/deactivation"): Rule(ADMIN, values={"user_id": "{spare}"}),
    ("DELETE", "/v1/users/{user_id}/deactivation"): Rule(ADMIN, values={"user_id": "{spare}"}),
    ("POST", "/v1/users/{user_id}/erasure"): Rule(
        ADMIN, {"confirm": "spare"}, values={"user_id": "{spare}"}
    ),
    ("POST", "/v1/users/{user_id}/reset-links"): Rule(ADMIN),
    ("POST", "/v1/users"): Rule(ADMIN, {"name": "new"}),
    ("POST", "/v1/users/{user_id}/links"): Rule(ADMIN, {}),
    ("POST", "/v1/projects"): Rule(ADMIN, PROJECT),
    ("GET", "/v1/projects/{slug}"): Rule(READ),
    ("DELETE", "/v1/projects/{slug}"): Rule(OWN, query="confirm=wrong"),
    ("POST", "/v1/projects/{slug}/restoration"): Rule(OWN, {}),
    ("GET", "/v1/deletions"): Rule(ADMIN),
    ("GET", "/v1/projects/{slug}/policy"): Rule(READ),
    ("PATCH", "/v1/projects/{slug}/policy"): Rule(MANAGE, {"undo_last": 10}),
    ("GET", "/v1/projects/{slug}/quality/agreement"): Rule(READ),
    ("GET", "/v1/projects/{slug}/quality/agreement/groups"): Rule(READ, query="?by=age_band"),
    ("GET", "/v1/projects/{slug}/my/attributes"): Rule(WORK),
    ("PUT", "/v1/projects/{slug}/my/attributes"): Rule(WORK, {"consent": True, "attributes": {}}),
    ("DELETE", "/v1/projects/{slug}/my/attributes"): Rule(WORK),
    ("GET", "/v1/projects/{slug}/quality/groups"): Rule(READ),
    ("GET", "/v1/projects/{slug}/quality/annotators"): Rule(READ),
    ("GET", "/v1/projects/{slug}/quality/confusions"): Rule(READ),
    ("GET", "/v1/projects/{slug}/quality/evidence"): Rule(REVIEW | MANAGE),
    ("GET", "/v1/projects/{slug}/quality/guideline"): Rule(REVIEW | MANAGE),
    ("GET", "/v1/projects/{slug}/quality/hard-items"): Rule(REVIEW | MANAGE),
    ("GET", "/v1/projects/{slug}/quality/likely-errors"): Rule(REVIEW | MANAGE),
    ("POST", "/v1/projects/{slug}/quality/likely-errors/review"): Rule(MANAGE, {}),
    ("GET", "/v1/projects/{slug}/quality/report"): Rule(REVIEW | MANAGE),
    ("GET", "/v1/projects/{slug}/quality/report.html"): Rule(REVIEW | MANAGE),
    ("GET", "/v1/projects/{slug}/budget"): Rule(READ),
    ("PUT", "/v1/projects/{slug}/budget"): Rule(MANAGE, {"cap_micros": 20_000_000}),
    ("GET", "/v1/projects/{slug}/workforces"): Rule(READ),
    ("POST", "/v1/projects/{slug}/workforces"): Rule(MANAGE, {"name": "{new}", "kind": "crowd"}),
    ("PATCH", "/v1/projects/{slug}/workforces/{name}"): Rule(MANAGE, {"rank": 7}, values=CREW),
    ("POST", "/v1/projects/{slug}/workforces/{name}/pause"): Rule(MANAGE, {}, values=CREW),
    ("POST", "/v1/projects/{slug}/workforces/{name}/block"): Rule(MANAGE, {}, values=CREW),
    ("POST", "/v1/projects/{slug}/workforces/{name}/resume"): Rule(MANAGE, {}, values=CREW),
    ("GET", "/v1/projects/{slug}/annotators"): Rule(READ),
    ("GET", "/v1/projects/{slug}/annotators/{annotator}"): Rule(READ, values=FIRST),
    ("PATCH", "/v1/projects/{slug}/annotators/{annotator}"): Rule(
        MANAGE, {"daily_limit": 100}, values=FIRST
    ),
    ("POST", "/v1/projects/{slug}/annotators/{annotator}/pause"): Rule(MANAGE, {}, values=FIRST),
    ("POST", "/v1/projects/{slug}/annotators/{annotator}/block"): Rule(MANAGE, {}, values=FIRST),
    ("POST", "/v1/projects/{slug}/annotators/{annotator}/resume"): Rule(MANAGE, {}, values=FIRST),
    ("POST", "/v1/projects/{slug}/annotators/{annotator}/discount"): Rule(
        MANAGE, {"reason": "r"}, values=FIRST
    ),
    ("GET", "/v1/projects/{slug}/discounts"): Rule(READ),
    ("GET", "/v1/projects/{slug}/discounts/{n}"): Rule(READ),
    ("POST", "/v1/projects/{slug}/discounts/{n}/undo"): Rule(MANAGE),
    ("POST", "/v1/projects/{slug}/discounts/{n}/stop"): Rule(MANAGE),
    ("PUT", "/v1/projects/{slug}/members/{user_id}"): Rule(MANAGE, {"role": "reviewer"}),
    ("GET", "/v1/projects/{slug}/members"): Rule(MANAGE),
    ("DELETE", "/v1/projects/{slug}/members/{user_id}"): Rule(
        MANAGE, values={"user_id": "{member}"}
    ),
    ("POST", "/v1/projects/{slug}/members/{user_id}/reset-links"): Rule(
        MANAGE, values={"user_id": "{member}"}
    ),
    ("POST", "/v1/projects/{slug}/annotators/{annotator_id}/erasure"): Rule(
        MANAGE, {"confirm": "?"}, values={"annotator_id": "1"}
    ),
    ("GET", "/v1/projects/{slug}/invitations"): Rule(MANAGE),
    ("POST", "/v1/projects/{slug}/invitations"): Rule(MANAGE, {"role": "annotator"}),
    ("DELETE", "/v1/projects/{slug}/invitations/{invitation_id}"): Rule(
        MANAGE, values={"invitation_id": "{invitation_id}"}
    ),
    ("POST", "/v1/invitations/preview"): Rule(WHOLE_OR_NOBODY, {"invitation": "{invitation}"}),
    ("POST", "/v1/invitations/acceptances"): Rule(
        WHOLE_OR_NOBODY, {"invitation": "{invitation}", "name": "new"}
    ),
    ("POST", "/v1/projects/{slug}/items"): Rule(MANAGE, {"items": []}),
    ("GET", "/v1/projects/{slug}/items"): Rule(MANAGE),
    ("POST", "/v1/projects/{slug}/blobs"): Rule(MANAGE, content=b"GIF89a"),
    ("POST", "/v1/projects/{slug}/imports"): Rule(MANAGE, content=b"text\nt\n"),
    ("GET", "/v1/projects/{slug}/imports"): Rule(MANAGE),
    ("GET", "/v1/projects/{slug}/imports/{import_id}"): Rule(MANAGE),
    ("GET", "/v1/projects/{slug}/imports/{import_id}/errors"): Rule(MANAGE),
    ("DELETE", "/v1/projects/{slug}/imports/{import_id}"): Rule(MANAGE),
    ("GET", "/v1/projects/{slug}/desk"): Rule(WORK),
    ("POST", "/v1/projects/{slug}/leases"): Rule(WORK, {"count": 1}),
    ("GET", "/v1/projects/{slug}/my/answers"): Rule(WORK),
    ("POST", "/v1/assignments/{handle}/submit"): Rule(HOLDER, SUBMIT),
    ("POST", "/v1/assignments/{handle}/undo"): Rule(HOLDER, {"client_key": KEY}),
    ("POST", "/v1/assignments/{handle}/edit"): Rule(
        HOLDER, {"client_key": KEY, "result": answer("a")}
    ),
    ("GET", "/v1/projects/{slug}/flags"): Rule(MANAGE),
    ("POST", "/v1/projects/{slug}/assignments"): Rule(
        MANAGE, {"annotator": "a", "keys": ["k"], "due_at": 1}
    ),
    ("GET", "/v1/projects/{slug}/assignments"): Rule(MANAGE),
    ("DELETE", "/v1/projects/{slug}/assignments/{assignment_id}"): Rule(
        MANAGE, values={"assignment_id": "1"}
    ),
    ("POST", "/v1/projects/{slug}/items/{item_id}/restore"): Rule(
        MANAGE, {"reason": "r"}, values={"item_id": "1"}
    ),
    ("POST", "/v1/assignments/{handle}/heartbeat"): Rule(HOLDER, {"lease_n": 1}),
    ("POST", "/v1/assignments/{handle}/release"): Rule(HOLDER, {"lease_n": 1}),
    ("GET", "/v1/assignments/{handle}/media/{field}"): Rule(HOLDER, values={"field": "text"}),
    ("GET", "/v1/projects/{slug}/audit"): Rule(MANAGE),
    ("GET", "/v1/audit"): Rule(ADMIN),
    ("POST", "/v1/projects/{slug}/gold"): Rule(MANAGE, {"items": []}),
    ("GET", "/v1/projects/{slug}/gold"): Rule(MANAGE),
    ("DELETE", "/v1/projects/{slug}/gold/{gold_id}"): Rule(MANAGE, values={"gold_id": "1"}),
    ("POST", "/v1/projects/{slug}/gold/{gold_id}/activate"): Rule(MANAGE, values={"gold_id": "1"}),
    ("GET", "/v1/projects/{slug}/gold-stock"): Rule(MANAGE),
    ("GET", "/v1/projects/{slug}/gold-scores"): Rule(MANAGE),
    ("GET", "/v1/projects/{slug}/gold-appeals"): Rule(MANAGE),
    ("POST", "/v1/projects/{slug}/gold-appeals/{appeal_id}"): Rule(
        MANAGE, {"decision": "keep"}, values={"appeal_id": "1"}
    ),
    ("GET", "/v1/projects/{slug}/my/standing"): Rule(WORK),
    ("POST", "/v1/projects/{slug}/my/appeal"): Rule(WORK, {"text": "t"}),
    ("GET", "/v1/projects/{slug}/progress"): Rule(READ),
    ("GET", "/v1/projects/{slug}/quality/confidence"): Rule(READ),
    ("GET", "/v1/projects/{slug}/quality/items"): Rule(READ),
    ("GET", "/v1/projects/{slug}/quality/fits"): Rule(READ),
    ("GET", "/v1/projects/{slug}/quality/fits/{n}/flips"): Rule(MANAGE, values={"n": "1"}),
    ("GET", "/v1/projects/{slug}/quality/changes"): Rule(MANAGE, query="?since_snapshot=1"),
    ("GET", "/v1/projects/{slug}/events"): Rule(READ),
    ("GET", "/v1/projects/{slug}/forecast"): Rule(READ),
    ("GET", "/v1/projects/{slug}/forecast/random"): Rule(READ),
    ("GET", "/v1/projects/{slug}/data-request"): Rule(READ),
    ("POST", "/v1/projects/{slug}/forecast/overrule"): Rule(
        MANAGE, {"rule": "plateau", "reason": "r"}
    ),
    ("POST", "/v1/projects/{slug}/autolabels/preview"): Rule(MANAGE, {}),
    ("GET", "/v1/projects/{slug}/autolabels"): Rule(READ),
    ("GET", "/v1/projects/{slug}/autolabels/{n}"): Rule(READ),
    ("POST", "/v1/projects/{slug}/autolabels/{n}/audit"): Rule(MANAGE),
    ("POST", "/v1/projects/{slug}/autolabels/{n}/certify"): Rule(MANAGE),
    ("GET", "/v1/projects/{slug}/autolabels/{n}/sample"): Rule(OWN),
    ("POST", "/v1/projects/{slug}/autolabels/{n}/accept"): Rule(OWN, {"certificate_id": 1}),
    ("POST", "/v1/projects/{slug}/autolabels/{n}/revoke"): Rule(OWN, {"reason": "r"}),
    ("POST", "/v1/projects/{slug}/autolabels/{n}/cancel"): Rule(MANAGE),
    ("GET", "/v1/projects/{slug}/snapshots"): Rule(READ),
    ("GET", "/v1/projects/{slug}/models"): Rule(READ),
    ("GET", "/v1/projects/{slug}/gate-reports"): Rule(READ),
    ("GET", "/v1/projects/{slug}/deployments"): Rule(READ),
    ("GET", "/v1/projects/{slug}/rounds"): Rule(READ),
    ("GET", "/v1/projects/{slug}/rounds/{n}"): Rule(READ),
    ("GET", "/v1/projects/{slug}/rounds/{n}/replay"): Rule(READ),
    ("GET", "/v1/projects/{slug}/advice"): Rule(READ),
    ("GET", "/v1/projects/{slug}/items/{item_id}/tasks"): Rule(MANAGE, values={"item_id": "1"}),
    ("GET", "/v1/projects/{slug}/jobs/{job_id}"): Rule(READ),
    ("POST", "/v1/projects/{slug}/jobs/{job_id}/cancel"): Rule(RELEASE),
    ("POST", "/v1/projects/{slug}/releases"): Rule(RELEASE, {"reason": "r"}),
    ("POST", "/v1/projects/{slug}/deployments"): Rule(RELEASE, {"model_version": 1, "reason": "r"}),
    ("POST", "/v1/projects/{slug}/rollback"): Rule(RELEASE, {"reason": "r"}),
    ("POST", "/v1/projects/{slug}/predict"): Rule(PREDICT, {"items": [{"data": {"text": "t"}}]}),
    ("PUT", "/v1/projects/{slug}/guideline"): Rule(MANAGE, {"text": "t"}),
    ("POST", "/v1/projects/{slug}/reviews/lease"): Rule(REVIEW, {"count": 1}),
    ("GET", "/v1/projects/{slug}/reviews"): Rule(REVIEW | ADMIN),
    ("GET", "/v1/projects/{slug}/review-figures"): Rule(READ),
    ("GET", "/v1/projects/{slug}/my/rejections"): Rule(WORK),
    ("GET", "/v1/reviews/{handle}"): Rule(HOLDER),
    ("POST", "/v1/reviews/{handle}/answer"): Rule(
        HOLDER, {"lease_n": 1, "client_key": KEY, "result": answer("a")}
    ),
    ("POST", "/v1/reviews/{handle}/verdict"): Rule(
        HOLDER, {"lease_n": 1, "client_key": KEY, "verdict": "accept", "seen": "s"}
    ),
    ("POST", "/v1/reviews/{handle}/heartbeat"): Rule(HOLDER, {"lease_n": 1}),
    ("POST", "/v1/reviews/{handle}/release"): Rule(HOLDER, {"lease_n": 1}),
    ("GET", "/v1/reviews/{handle}/media/{field}"): Rule(HOLDER, values={"field": "text"}),
    ("GET", "/v1/projects/{slug}/export"): Rule(MANAGE),
    ("GET", "/v1/projects/{slug}/export/answers"): Rule(MANAGE),
    ("POST", "/v1/projects/{slug}/near-duplicates"): Rule(MANAGE, {}),
    ("GET", "/v1/projects/{slug}/near-duplicates"): Rule(MANAGE),
    ("GET", "/v1/projects/{slug}/near-duplicates/{search_id}"): Rule(MANAGE),
    ("GET", "/v1/projects/{slug}/near-duplicates/{search_id}/pairs"): Rule(MANAGE),
    ("DELETE", "/v1/projects/{slug}/near-duplicates/{search_id}"): Rule(MANAGE),
    ("POST", "/v1/projects/{slug}/near-duplicates/{search_id}/restore"): Rule(MANAGE),
    ("GET", "/v1/projects/{slug}/export/predictions"): Rule(MANAGE),
    ("POST", "/v1/projects/{slug}/exports"): Rule(MANAGE, {"what": "answers"}),
    ("GET", "/v1/projects/{slug}/exports"): Rule(MANAGE),
    ("GET", "/v1/projects/{slug}/exports/{export_id}"): Rule(MANAGE),
    ("GET", "/v1/projects/{slug}/exports/{export_id}/file"): Rule(MANAGE),
    ("DELETE", "/v1/projects/{slug}/exports/{export_id}"): Rule(MANAGE),
    ("GET", "/v1/projects/{slug}/work-orders"): Rule(MANAGE),
    ("POST", "/v1/projects/{slug}/work-orders"): Rule(
        MANAGE, {"workforce": "crew", "n_items": 1, "judgments_per_item": 1}
    ),
    ("GET", "/v1/projects/{slug}/work-orders/{n}"): Rule(MANAGE),
    ("GET", "/v1/projects/{slug}/work-orders/{n}/file"): Rule(MANAGE),
    ("POST", "/v1/projects/{slug}/work-orders/{n}/returns"): Rule(MANAGE, content=b"line\n"),
    ("GET", "/v1/projects/{slug}/work-orders/{n}/returns"): Rule(MANAGE),
    ("POST", "/v1/projects/{slug}/work-orders/{n}/close"): Rule(MANAGE),
}
"""Every endpoint; a new one is added here with who may use it."""


def endpoints(routes: list[Any]) -> Iterator[tuple[str, str]]:
    """Yield method and path of every endpoint, also of those that the document leaves out."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield from ((method, route.path) for method in sorted(route.methods or ()))
        elif hasattr(route, "original_router"):
            yield from endpoints(route.original_router.routes)


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """Return the application, which is not served here."""
    return create_app(Settings())


class Request:
    """One row of the table as one caller sends it."""

    def __init__(self, cast: Cast, who: str, handle: str) -> None:
        self.cast, self.who = cast, who
        victim = str(cast.users["stranger"])
        self.values = {"slug": cast.slug, "handle": handle, "user_id": victim, "n": "1"}
        self.values["job_id"] = "release-0-1"
        self.values["import_id"] = self.values["export_id"] = "1"
        self.values["search_id"] = "1"

    def _filled(self, value: Any) -> Any:
        """Return a body with its places filled in for this caller."""
        if not isinstance(value, str) or "{" not in value:
            return value
        name = value[value.index("{") + 1 : value.index("}")]
        return value if value != f"{{{name}}}" and name != "new" else self._made(name, value)

    def _made(self, name: str, value: str) -> Any:  # noqa: PLR0911 - one for each place
        """Return what a place stands for, made for this request where it is used up by it."""
        cast = self.cast
        if name == "own_id":
            found = cast.call(self.who, "GET", "/me")
            return found.json()["id"] if found.status_code == 200 else 1
        if name == "own_token":
            mine = {"user_id": self._made("own_id", ""), "name": "to end"}
            made = cast.call(self.who, "POST", "/tokens", json=mine)
            return str(made.json()["id"]) if made.status_code == 201 else "1"
        if name == "new":
            return value.replace("{new}", f"n-{uuid.uuid4().hex[:12]}")
        if name == "who":
            return self.who
        spare = str(cast.get("admin", "POST", "/users", json={"name": "spare"})["id"])
        if name == "member":
            role = {"role": "annotator"}
            cast.get("admin", "PUT", f"/projects/{{slug}}/members/{spare}", json=role)
        if name in {"link", "reset"}:
            kind = "links" if name == "link" else "reset-links"
            link = cast.get("admin", "POST", f"/users/{spare}/{kind}", json={})
            return link["url"].partition("#")[2]
        if name in {"invitation", "invitation_id"}:
            # One to be accepted is to another project: who joins this one is no stranger to it.
            place = cast.slug if name == "invitation_id" else cast.other
            made = cast.get("admin", "POST", f"/projects/{place}/invitations", json={})
            return str(made["id"]) if name == "invitation_id" else made["url"].partition("#")[2]
        assert name in {"spare", "member"}, name
        return spare

    def send(self, method: str, path: str, rule: Rule) -> httpx.Response:
        """Send it and return the reply; of a stream only its head."""
        for name, value in {**self.values, **rule.values}.items():
            if f"{{{name}}}" in path:
                path = path.replace(f"{{{name}}}", self._filled(value))
        body = rule.body
        if isinstance(body, dict):
            body = {name: self._filled(value) for name, value in body.items()}
        client = self.cast.clients[self.who]
        with client.stream(
            method, f"{path}?{rule.query}", json=body, content=rule.content
        ) as response:
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                response.read()
        client.cookies.clear()  # a sign-in would let everybody in from here on
        return response


class TestTable:
    """The table itself."""

    def test_it_lists_every_endpoint(self, app: FastAPI) -> None:
        """Shows that nobody adds an endpoint without saying who may use it."""
        assert set(endpoints(app.routes)) == set(TABLE)

    def test_the_document_lists_every_problem_of_an_endpoint(self, app: FastAPI) -> None:
        """Shows that the client knows of 401, 403, 404, 413 and 422 wherever they can come."""
        paths = app.openapi()["paths"]
        for (method, path), rule in TABLE.items():
            if path not in paths:
                continue
            listed = set(paths[path][method.lower()]["responses"])
            expected = set() if rule.allowed == EVERYBODY else {"401"}
            if "{slug}" in path:
                expected |= {"403", "404"}
            if rule.body is not None:
                expected |= {"413", "422"}
            assert expected <= listed, (method, path)


@pytest.mark.parametrize("who", CALLERS)
class TestEveryEndpoint:
    """Each caller at each endpoint, on both stores."""

    def test_it_is_refused_as_the_table_says(self, cast: Cast, who: str, app: FastAPI) -> None:
        """Shows 401 without credentials, 404 for strangers, 403 for members without the role."""
        documents = app.openapi()["paths"]
        (held,) = cast.lease("colleague")
        wrong = []
        for (method, path), rule in sorted(TABLE.items(), key=lambda row: row[0][0] == "DELETE"):
            if path == "/v1/sessions/current" and who not in {"nobody", "expired"}:
                continue  # ends the caller's own token; see TestSession
            response = Request(cast, who, held["handle"]).send(method, path, rule)
            expected = self._expected(who, path, rule)
            if response.status_code >= 400 and expected:
                assert_problem(response)
            listed = set(documents.get(path, {}).get(method.lower(), {}).get("responses", ()))
            is_listed = path not in documents or str(response.status_code) in listed
            refused = response.status_code in {401, 403} or response.status_code >= 500
            is_right = response.status_code in expected if expected else not refused
            if not (is_right and is_listed):
                wrong.append((method, path, expected, response.status_code))
        assert wrong == []

    @staticmethod
    def _expected(who: str, path: str, rule: Rule) -> set[int]:
        """Return the statuses of the refusal, none where the caller is allowed."""
        if who in rule.allowed:
            return set()
        if who in {"nobody", "expired"}:
            return {401}
        if who == "elsewhere":
            return {403, 404}
        if who != "narrow" and ("{handle}" in path or (who == "stranger" and "{slug}" in path)):
            return {404}
        return {403}


class TestHandle:
    """An assignment belongs to one person."""

    def test_its_holder_may_do_all_of_it(self, cast: Cast) -> None:
        """Shows that the refusals of the table are not refusals for everybody."""
        first, second = cast.lease("colleague", 2)
        number = {"lease_n": 1}
        for held, verb, body in (
            (first, "heartbeat", number),
            (first, "submit", SUBMIT),
            (first, "undo", {"client_key": str(uuid.uuid4())}),
            (second, "release", number),
        ):
            cast.get("colleague", "POST", f"/assignments/{held['handle']}/{verb}", json=body)

    def test_a_foreign_handle_reads_like_an_unknown_one(self, cast: Cast) -> None:
        """Shows that a refusal does not tell whether a handle exists."""
        (held,) = cast.lease("colleague")
        for verb, body in (
            ("submit", SUBMIT),
            ("undo", {"client_key": KEY}),
            ("heartbeat", {"lease_n": 1}),
            ("release", {"lease_n": 1}),
        ):
            foreign, unknown = (
                assert_problem(
                    cast.call("annotator", "POST", f"/assignments/{handle}/{verb}", json=body), 404
                )
                for handle in (held["handle"], str(uuid.uuid4()))
            )
            assert foreign == unknown

    def test_a_foreign_submit_leaves_no_trace(self, cast: Cast) -> None:
        """Shows that the holder's own answer is still the first."""
        (held,) = cast.lease("colleague")
        address = f"/assignments/{held['handle']}/submit"
        cast.call("annotator", "POST", address, json=SUBMIT)
        assert cast.get("colleague", "POST", address, json=SUBMIT)["revision"] == 1


class TestSession:
    """Sign-in by link, sign-out, and what a cookie may do."""

    def test_a_link_works_once(self, cast: Cast) -> None:
        """Shows that a link in somebody's history opens nothing."""
        made = cast.get("admin", "POST", f"/users/{cast.users['annotator']}/links", json={})
        link = {"link": made["url"].partition("#")[2]}
        assert cast.call("nobody", "POST", "/sessions", json=link).status_code == 201
        assert_problem(cast.call("nobody", "POST", "/sessions", json=link), 401)

    def test_a_link_is_no_token(self, cast: Cast) -> None:
        """Shows that a link can be exchanged, not used."""
        made = cast.get("admin", "POST", f"/users/{cast.users['annotator']}/links", json={})
        with cast.door.client(made["url"].partition("#")[2]) as client:
            assert_problem(client.get("/v1/me"), 401)

    @pytest.mark.parametrize("page", ["//evil.example", "https://evil.example", "/\\evil"])
    def test_a_link_leads_nowhere_else(self, cast: Cast, page: str) -> None:
        """Shows that a link cannot send its reader to another site."""
        address = f"/users/{cast.users['annotator']}/links"
        assert_problem(cast.call("admin", "POST", address, json={"next": page}), 422)

    def test_the_cookie_is_out_of_reach_of_scripts(self, cast: Cast) -> None:
        """Shows the attributes of the session cookie."""
        made = cast.get("admin", "POST", f"/users/{cast.users['annotator']}/links", json={})
        link = {"link": made["url"].partition("#")[2]}
        cookie = cast.call("nobody", "POST", "/sessions", json=link).headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie

    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"origin": "https://evil.example"},
            {"origin": "null"},
        ],
    )
    def test_another_sites_page_cannot_write(self, cast: Cast, headers: dict[str, str]) -> None:
        """Shows that a form on another site, sent with the cookie, is refused."""
        with cast.session("annotator") as browser:
            address = f"/v1/projects/{cast.slug}/leases"
            refused = browser.post(address, json={"count": 1}, headers=headers)
            assert_problem(refused, 403)
            for own in ({"sec-fetch-site": "same-origin"}, {"origin": cast.door.url}, {}):
                assert browser.post(address, json={"count": 1}, headers=own).status_code == 200
            assert browser.get("/v1/me", headers=headers).status_code == 200

    def test_signing_out_ends_the_session_and_releases_the_leases(self, cast: Cast) -> None:
        """Shows that the cookie is dead at once and the questions are free."""
        with cast.session("annotator") as browser:
            address = f"/v1/projects/{cast.slug}/leases"
            held = browser.post(address, json={"count": 5}).json()["assignments"]
            cookies = dict(browser.cookies)
            assert browser.delete("/v1/sessions/current").status_code == 204
            browser.cookies.update(cookies)
            assert_problem(browser.get("/v1/me"), 401)
        progress = cast.get("owner", "GET", "/projects/{slug}/progress")
        assert (len(held), progress["queue"]["live_leases"]) == (5, 0)

    def test_a_token_that_was_ended_is_refused_at_once(self, cast: Cast) -> None:
        """Shows that no cache keeps a token alive in the process that ended it."""
        mine = {"user_id": cast.users["annotator"], "name": "second"}
        made = cast.get("annotator", "POST", "/tokens", json=mine)
        with cast.door.client(made["token"]) as client:
            assert client.get("/v1/me").status_code == 200
            cast.get("annotator", "DELETE", f"/tokens/{made['id']}")
            assert_problem(client.get("/v1/me"), 401)

    def test_nobody_ends_or_makes_another_persons_token(self, cast: Cast) -> None:
        """Shows that tokens are one's own, also for an owner."""
        mine = {"user_id": cast.users["annotator"], "name": "second"}
        made = cast.get("annotator", "POST", "/tokens", json=mine)
        assert_problem(cast.call("owner", "DELETE", f"/tokens/{made['id']}"), 403)
        assert_problem(cast.call("owner", "POST", "/tokens", json=mine), 403)


class TestMembership:
    """Projects are walls."""

    def test_one_sees_only_ones_own_projects(self, cast: Cast) -> None:
        """Shows that a stranger's list is empty and an annotator's has this project alone."""
        slugs = {
            who: [row["slug"] for row in cast.get(who, "GET", "/projects?limit=1000")["items"]]
            for who in ("stranger", "annotator", "admin")
        }
        assert slugs["stranger"] == []
        assert slugs["annotator"] == [cast.slug]
        assert cast.slug in slugs["admin"]

    def test_a_job_of_another_project_is_unknown(self, cast: Cast) -> None:
        """Shows that an id alone opens no other project's job."""
        assert_problem(cast.call("owner", "GET", "/projects/{slug}/jobs/release-1-1"), 404)
