"""Makes the two projects, their pictures, their workforces and their people, over HTTP."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx

from api.demo.digits import CLASSES
from api.demo.people import WORKFORCES, SimulatedPerson, people_of
from labeling.schema.label_config import choices_config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.demo.client import Owner
    from api.demo.digits import Digits
    from api.demo.options import Plan

ACTIVE: Final = "digits"
RANDOM: Final = "digits-random"
PROJECTS: Final = (ACTIVE, RANDOM)
UPLOADS: Final = 16
"""Pictures on their way at once."""
ITEMS_A_REQUEST: Final = 1_000
QUESTION: Final = "Which digit is it?"
GUIDELINE: Final = (
    "Press the digit that was written. These are real digits by 43 people, at 8 × 8 pixels. "
    "Skip what nobody could read."
)
YOU: Final = "you"


@dataclass(frozen=True, slots=True)
class Worker:
    """A simulated person with a token."""

    person: SimulatedPerson
    token: str


def create_projects(owner: Owner, plan: Plan, seed: int) -> None:
    """Create both projects with one budget, the same splits and one policy but for the strategy."""
    me = owner.call("GET", "/me")
    # A release every so often belongs to the active project; the other gets one at the end.
    releases = {
        "release_every": plan.release_every,
        "deploy_automatically": True,
        "deployer_id": me["id"],
    }
    own = {"deploy_automatically": True, "deployer_id": me["id"]}
    policies = {
        ACTIVE: plan.policy("auto") | releases | {"baseline": RANDOM},
        RANDOM: plan.policy("random") | own,
    }
    titles = {ACTIVE: "Handwritten digits", RANDOM: "Handwritten digits, at random"}
    for project in PROJECTS:
        body = {
            "slug": project,
            "title": titles[project],
            "label_config": choices_config(CLASSES, "picture", "picture", QUESTION),
            "fields": {
                "picture": {"kind": "picture", "visible_to": ["annotator"]},
                "key": {"kind": "text", "visible_to": ["owner"]},
            },
            "policy": policies[project],
            "budget_micros": plan.budget_micros,
            "guideline": GUIDELINE,
            "simulated": True,
            "split_salt": f"demo-{seed}",
        }
        owner.call("POST", "/projects", body)


def take_a_seat(owner: Owner) -> str:
    """Give the person at the terminal a free seat in the active project; returns their link."""
    body = {"name": YOU, "kind": "in_house", "price_micros": 0, "simulated": False}
    owner.call("POST", f"/projects/{ACTIVE}/workforces", body)
    user = owner.call("POST", "/users", {"name": YOU})
    seat = {"role": "owner", "workforce": YOU}
    owner.call("PUT", f"/projects/{ACTIVE}/members/{user['id']}", seat)
    owner.call("PUT", f"/projects/{RANDOM}/members/{user['id']}", {"role": "owner"})
    link = owner.call(
        "POST", f"/users/{user['id']}/links", {"next": f"/projects/{ACTIVE}/annotate"}
    )
    return str(link["url"])


def seat_people(owner: Owner, seed: int) -> dict[str, list[Worker]]:
    """Create the simulated workforces in both projects; returns who works for each.

    The same person works at both. A vendor's people have no access: they get files.
    """
    seated: dict[str, list[Worker]] = {}
    for workforce in WORKFORCES:
        body = {
            "name": workforce.name,
            "kind": workforce.kind,
            "price_micros": workforce.price_micros,
            "simulated": True,
        }
        for project in PROJECTS:
            owner.call("POST", f"/projects/{project}/workforces", body)
        people = people_of(workforce, seed)
        if workforce.kind == "vendor":
            seated[workforce.name] = [Worker(person, "") for person in people]
        else:
            seated[workforce.name] = [_seat(owner, person) for person in people]
    return seated


def _seat(owner: Owner, person: SimulatedPerson) -> Worker:
    user = owner.call("POST", "/users", {"name": person.name})
    seat = {"role": "annotator", "workforce": person.workforce}
    for project in PROJECTS:
        owner.call("PUT", f"/projects/{project}/members/{user['id']}", seat)
    token = owner.call("POST", "/tokens", {"user_id": user["id"], "name": "simulated"})
    return Worker(person, token["token"])


def import_pictures(owner: Owner, digits: Digits) -> dict[str, dict[str, Any]]:
    """Import the pictures into both projects; returns each key's data, as the hub keeps it."""
    blobs = asyncio.run(_upload(owner, digits.files))
    data = {
        key: {"picture": blob, "key": key} for key, blob in zip(digits.keys(), blobs, strict=True)
    }
    items = [{"key": key, "data": row} for key, row in data.items()]
    for project in PROJECTS:
        for start in range(0, len(items), ITEMS_A_REQUEST):
            part = items[start : start + ITEMS_A_REQUEST]
            report = owner.call("POST", f"/projects/{project}/items", {"items": part})
            if report["added"] != len(part):
                message = f"the hub took {report['added']} of {len(part)} pictures: {report}"
                raise AssertionError(message)
    return data


async def _upload(owner: Owner, files: Sequence[bytes]) -> list[dict[str, str]]:
    """Upload pictures, some at once, and return what items name them by."""
    gate = asyncio.Semaphore(UPLOADS)
    async with httpx.AsyncClient(
        base_url=owner.http.base_url, headers=owner.http.headers, timeout=60.0, trust_env=False
    ) as http:

        async def one(content: bytes) -> dict[str, str]:
            async with gate:
                reply = await http.post(f"/projects/{ACTIVE}/blobs", content=content)
            reply.raise_for_status()
            found: dict[str, str] = reply.json()
            return found

        return list(await asyncio.gather(*map(one, files)))
