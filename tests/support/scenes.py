"""A request that succeeds for each endpoint that needs something to be there first.

Used by the walk of the record (`tests/api/test_record.py`): a new endpoint for which the table of
`test_refusals` is not enough gets a line in `SCENES`; one that changes nothing worth an event gets
its reason in `EXEMPT`.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable
from typing import Any, Final

import httpx

from labeling.clock import MICROS, system_clock
from tests.factories import answer
from tests.support.doors import Cast

Scene = Callable[[Cast], httpx.Response]
EXEMPT: Final[dict[tuple[str, str], str]] = {
    (
        "POST",
        "/v1/projects/{slug}/leases",
    ): "the answer, release or expiry that ends it is an event",
    ("POST", "/v1/assignments/{handle}/heartbeat"): "keeps a lease alive, changes nothing else",
    ("POST", "/v1/projects/{slug}/reviews/lease"): "as the lease of a question",
    ("POST", "/v1/reviews/{handle}/heartbeat"): "as the heartbeat of a question",
    ("DELETE", "/v1/projects/{slug}/imports/{import_id}"): "races the job: tests/…/imports show it",
    ("DELETE", "/v1/projects/{slug}/exports/{export_id}"): "races the job: tests/…/export show it",
    ("DELETE", "/v1/projects/{slug}/near-duplicates/{search_id}"): "races the job, as an import's",
    ("POST", "/v1/projects/{slug}/near-duplicates/{search_id}/restore"): "follows such a job",
    ("POST", "/v1/projects/{slug}/gold/{gold_id}/activate"): "needs a proposal: tests/…/gold",
    ("POST", "/v1/projects/{slug}/blobs"): "a file under its own digest; the item that names it is",
    ("POST", "/v1/projects/{slug}/predict"): "reads only",
    ("POST", "/v1/invitations/preview"): "reads only; a POST, so that no log keeps the secret",
    ("POST", "/v1/password-resets"): "asked by nobody; the link is an event when it is made",
    ("POST", "/v1/projects/{slug}/my/appeal"): "needs a pause: tests/labeling/gold",
    ("POST", "/v1/projects/{slug}/gold-appeals/{appeal_id}"): "needs one: tests/labeling/gold",
    ("POST", "/v1/projects/{slug}/autolabels/preview"): "needs a model: tests/…/certificates",
    ("POST", "/v1/projects/{slug}/autolabels/{n}/audit"): "needs a model: tests/…/certificates",
    ("POST", "/v1/projects/{slug}/autolabels/{n}/certify"): "needs a model: tests/…/certificates",
    ("POST", "/v1/projects/{slug}/autolabels/{n}/accept"): "needs a model: tests/…/certificates",
    ("POST", "/v1/projects/{slug}/autolabels/{n}/revoke"): "needs a model: tests/…/certificates",
    ("POST", "/v1/projects/{slug}/autolabels/{n}/cancel"): "needs a model: tests/…/certificates",
    ("POST", "/v1/projects/{slug}/deployments"): "tests/training/deployments shows its event",
    ("POST", "/v1/projects/{slug}/rollback"): "tests/training/deployments shows its event",
}
"""Endpoints without an event, and why."""


def held(cast: Cast, verb: str, **body: Any) -> httpx.Response:
    """Send something about a question that the annotator holds."""
    (lease,) = cast.lease("annotator")
    return cast.call("annotator", "POST", f"/assignments/{lease['handle']}/{verb}", json=body)


def answered(cast: Cast) -> str:
    """Answer a question as the annotator and return where it is."""
    (lease,) = cast.lease("annotator")
    address = f"/assignments/{lease['handle']}"
    sent = {"lease_n": 1, "client_key": str(uuid.uuid4()), "result": answer("a")}
    cast.get("annotator", "POST", f"{address}/submit", json=sent)
    return address


def changed(cast: Cast, verb: str, **body: Any) -> httpx.Response:
    """Take an answer back, or edit it."""
    body["client_key"] = str(uuid.uuid4())
    return cast.call("annotator", "POST", f"{answered(cast)}/{verb}", json=body)


def flagged(cast: Cast) -> httpx.Response:
    """Restore an item that was set aside because somebody flagged it."""
    cast.get(
        "owner", "PATCH", "/projects/{slug}/policy", json={"queue": {"flags_set_aside_after": 1}}
    )
    (lease,) = cast.lease("annotator")
    sent = {"lease_n": 1, "client_key": str(uuid.uuid4()), "kind": "flag", "reason": "blank"}
    cast.get("annotator", "POST", f"/assignments/{lease['handle']}/submit", json=sent)
    (flag, *_) = cast.get("owner", "GET", "/projects/{slug}/flags")["items"]
    address = f"/projects/{{slug}}/items/{flag['item_id']}/restore"
    return cast.call("owner", "POST", address, json={"reason": "it is fine"})


def new_items(cast: Cast) -> httpx.Response:
    """Add an item."""
    items = {"items": [{"key": "new", "data": {"text": "a new text", "secret": "s"}}]}
    return cast.call("owner", "POST", "/projects/{slug}/items", json=items)


def new_project(cast: Cast) -> httpx.Response:
    """Make a project."""
    config = cast.get("owner", "GET", "/projects/{slug}")
    body = {
        "slug": f"n-{uuid.uuid4().hex[:12]}",
        "title": "Another",
        "label_config": LABEL_CONFIG,
        "fields": {"text": {"visible_to": ["annotator", "reviewer", "owner"]}},
    }
    assert config["slug"] == cast.slug
    return cast.call("admin", "POST", "/projects", json=body)


LABEL_CONFIG: Final = (
    '<View><Text name="item" value="$text"/><Choices name="label" toName="item">'
    '<Choice value="a"/><Choice value="b"/></Choices></View>'
)


def signed_in(cast: Cast) -> httpx.Response:
    """Sign in by a link."""
    made = cast.get("admin", "POST", f"/users/{cast.users['annotator']}/links", json={})
    link = {"link": made["url"].partition("#")[2]}
    return cast.call("nobody", "POST", "/sessions", json=link)


def signed_out(cast: Cast) -> httpx.Response:
    """Sign out while something is held."""
    cast.lease("annotator")
    return cast.call("annotator", "DELETE", "/sessions/current")


def ordered(cast: Cast, verb: str, **options: Any) -> httpx.Response:
    """Do something with a work order."""
    order = {"workforce": "acme", "n_items": 1, "judgments_per_item": 1}
    vendor = {"name": "acme", "kind": "vendor", "price_micros": 10_000}
    cast.get("owner", "POST", "/projects/{slug}/workforces", json=vendor)
    placed = cast.call("owner", "POST", "/projects/{slug}/work-orders", json=order)
    if not verb:
        return placed
    return cast.call("owner", "POST", f"/projects/{{slug}}/work-orders/1/{verb}", **options)


def cancelled(cast: Cast) -> httpx.Response:
    """Cancel a release."""
    wanted = cast.get("owner", "POST", "/projects/{slug}/releases", json={"reason": "r"})
    return cast.call("owner", "POST", f"/projects/{{slug}}/jobs/{wanted['workflow']}/cancel")


def imported(cast: Cast) -> httpx.Response:
    """Start an import."""
    named = {"name": "a.csv"}
    return cast.call(
        "owner", "POST", "/projects/{slug}/imports", params=named, content=b"text\nt\n"
    )


def reviewed(cast: Cast, verb: str) -> httpx.Response:
    """Do something with a review that the reviewer holds."""
    policy = {
        "overlap_most": 1,
        "test_overlap": 1,
        "review": {"random_share": 1.0, "second_share": 0.0},
    }
    cast.get("owner", "PATCH", "/projects/{slug}/policy", json=policy)
    answered(cast)
    found = cast.get("reviewer", "POST", "/projects/{slug}/reviews/lease", json={"count": 1})
    address = f"/reviews/{found['reviews'][0]['handle']}"
    sent: dict[str, Any] = {"lease_n": 1}
    if verb == "release":
        return cast.call("reviewer", "POST", f"{address}/release", json=sent)
    sent["client_key"] = str(uuid.uuid4())
    first = {**sent, "result": answer("a")}
    if verb == "answer":
        return cast.call("reviewer", "POST", f"{address}/answer", json=first)
    shown = cast.get("reviewer", "POST", f"{address}/answer", json=first)["shown"]
    sent |= {"client_key": str(uuid.uuid4()), "verdict": "accept", "seen": shown["seen"]}
    return cast.call("reviewer", "POST", f"{address}/verdict", json=sent)


def resumed(cast: Cast, path: str) -> httpx.Response:
    """Let a person or a workforce that is paused work again."""
    cast.get("owner", "POST", f"/projects/{{slug}}/{path}/pause", json={})
    return cast.call("owner", "POST", f"/projects/{{slug}}/{path}/resume", json={})


def discounted(cast: Cast, verb: str) -> httpx.Response:
    """Do something with a discount that has begun."""
    why = {"reason": "a script"}
    cast.get("owner", "POST", "/projects/{slug}/annotators/crew-01/discount", json=why)
    return cast.call("owner", "POST", f"/projects/{{slug}}/discounts/1/{verb}")


def given(cast: Cast, *, retires: bool = False) -> httpx.Response:
    """Take a known item into service, or retire it."""
    known = {"key": "1", "answers": {"label": ["a"]}, "reason": "it says so"}
    sent = {"items": [known]}
    first = cast.call("owner", "POST", "/projects/{slug}/gold", json=sent)
    if not retires:
        return first
    (gold,) = cast.get("owner", "GET", "/projects/{slug}/gold")["items"]
    return cast.call("owner", "DELETE", f"/projects/{{slug}}/gold/{gold['id']}")


def joined(cast: Cast) -> httpx.Response:
    """Join by an invitation, as one who has an account."""
    made = cast.get("owner", "POST", "/projects/{slug}/invitations", json={"role": "annotator"})
    secret = {"invitation": made["url"].partition("#")[2]}
    return cast.call("stranger", "POST", "/invitations/acceptances", json=secret)


def reset(cast: Cast) -> httpx.Response:
    """Set a new password by a one-time link."""
    address = f"/users/{cast.users['annotator']}/reset-links"
    link = cast.get("admin", "POST", address)["url"].partition("#")[2]
    body = {"link": link, "password": "a long enough phrase"}
    return cast.call("nobody", "POST", "/password-resets/completions", json=body)


def erased(cast: Cast) -> httpx.Response:
    """Erase the name by which a vendor knows a worker."""
    ordered(cast, "")
    file = cast.call("owner", "GET", "/projects/{slug}/work-orders/1/file").text
    line = next(csv.DictReader(io.StringIO(file)))["line"]
    returned = f"line,worker,label,judgment_id\n{line},w1,a,j1\n".encode()
    cast.get("owner", "POST", "/projects/{slug}/work-orders/1/returns", content=returned)
    people = cast.get("owner", "GET", "/projects/{slug}/annotators")["items"]
    worker = next(person for person in people if person["workforce"] == "acme")
    address = f"/projects/{{slug}}/annotators/{worker['id']}/erasure"
    return cast.call("owner", "POST", address, json={"confirm": worker["pseudonym"]})


def deleted(cast: Cast, *, restores: bool = False) -> httpx.Response:
    """Delete the project, or restore it."""
    gone = cast.call("owner", "DELETE", "/projects/{slug}", params={"confirm": cast.slug})
    return cast.call("owner", "POST", "/projects/{slug}/restoration", json={}) if restores else gone


def assigned(cast: Cast, *, takes_back: bool = False) -> httpx.Response:
    """Keep an item for a person, or take it back."""
    address = "/projects/{slug}/assignments"
    due_at = system_clock() + 3_600 * MICROS
    body = {"user_id": cast.users["annotator"], "keys": ["1"], "due_at": due_at}
    first = cast.call("owner", "POST", address, json=body)
    if not takes_back:
        return first
    (kept,) = cast.get("owner", "GET", address)["items"]
    return cast.call("owner", "DELETE", f"{address}/{kept['id']}")


RETURN: Final = b"line,worker,label,judgment_id\nnone,w1,a,j1\n"
SCENES: Final[dict[tuple[str, str], Scene]] = {
    ("POST", "/v1/sessions"): signed_in,
    ("DELETE", "/v1/sessions/current"): signed_out,
    ("POST", "/v1/projects"): new_project,
    ("POST", "/v1/projects/{slug}/items"): new_items,
    ("POST", "/v1/assignments/{handle}/submit"): lambda cast: held(
        cast, "submit", lease_n=1, client_key=str(uuid.uuid4()), result=answer("a")
    ),
    ("POST", "/v1/assignments/{handle}/release"): lambda cast: held(cast, "release", lease_n=1),
    ("POST", "/v1/assignments/{handle}/undo"): lambda cast: changed(cast, "undo"),
    ("POST", "/v1/assignments/{handle}/edit"): lambda cast: changed(
        cast, "edit", result=answer("b")
    ),
    ("POST", "/v1/projects/{slug}/items/{item_id}/restore"): flagged,
    ("POST", "/v1/projects/{slug}/imports"): imported,
    ("POST", "/v1/projects/{slug}/workforces/{name}/resume"): lambda cast: resumed(
        cast, "workforces/crew"
    ),
    ("POST", "/v1/projects/{slug}/annotators/{annotator}/resume"): lambda cast: resumed(
        cast, "annotators/crew-01"
    ),
    ("POST", "/v1/projects/{slug}/discounts/{n}/undo"): lambda cast: discounted(cast, "undo"),
    ("POST", "/v1/projects/{slug}/discounts/{n}/stop"): lambda cast: discounted(cast, "stop"),
    ("DELETE", "/v1/projects/{slug}"): deleted,
    ("POST", "/v1/projects/{slug}/restoration"): lambda cast: deleted(cast, restores=True),
    ("POST", "/v1/projects/{slug}/gold"): given,
    ("DELETE", "/v1/projects/{slug}/gold/{gold_id}"): lambda cast: given(cast, retires=True),
    ("POST", "/v1/invitations/acceptances"): joined,
    ("POST", "/v1/password-resets/completions"): reset,
    ("POST", "/v1/projects/{slug}/annotators/{annotator_id}/erasure"): erased,
    ("POST", "/v1/projects/{slug}/assignments"): assigned,
    ("DELETE", "/v1/projects/{slug}/assignments/{assignment_id}"): lambda cast: assigned(
        cast, takes_back=True
    ),
    ("POST", "/v1/reviews/{handle}/answer"): lambda cast: reviewed(cast, "answer"),
    ("POST", "/v1/reviews/{handle}/verdict"): lambda cast: reviewed(cast, "verdict"),
    ("POST", "/v1/reviews/{handle}/release"): lambda cast: reviewed(cast, "release"),
    ("POST", "/v1/projects/{slug}/jobs/{job_id}/cancel"): cancelled,
    ("POST", "/v1/projects/{slug}/work-orders"): lambda cast: ordered(cast, ""),
    ("POST", "/v1/projects/{slug}/work-orders/{n}/returns"): lambda cast: ordered(
        cast, "returns", content=RETURN
    ),
    ("POST", "/v1/projects/{slug}/work-orders/{n}/close"): lambda cast: ordered(cast, "close"),
}
"""Requests that need something to be there first."""
