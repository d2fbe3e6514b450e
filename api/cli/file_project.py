"""The project that `labelloop start` makes of a file: one person, learning on."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from api.cli.problems import CommandFailedError

if TYPE_CHECKING:
    from api.cli.client import HubClient
    from labeling.items.sources import Proposal, Source
    from labeling.schema.questions import ObjectKind

WORKFORCE: Final = "in-house"
SLUG_CHARACTERS: Final = 60
RELEASE_EVERY: Final = 25
CONFLICT: Final = 409
NOT_FOUND: Final = 404
EVERYBODY: Final = ("annotator", "reviewer", "owner")


def slug_of(file: Path) -> str:
    """Return a project's name from a file's: the same for the same file."""
    path = file.resolve()
    stem = path.name if path.is_dir() else path.stem
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_CHARACTERS].strip("-")
    return slug or "project-" + hashlib.sha256(stem.encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class FileProject:
    """A file, the classes asked for, and the project they make."""

    slug: str
    classes: list[str]
    source: Source
    proposal: Proposal
    config: str = ""
    """A label config; empty where one of the classes is asked for."""

    def ensure(self, client: HubClient) -> None:
        """Make the project, or go on with it where the same classes were asked for before.

        Raises
        ------
        CommandFailedError
            There is a project of that name with other classes.

        """
        me = client.get("/v1/me")["id"]
        try:
            known = client.get(f"/v1/projects/{self.slug}/progress")
        except CommandFailedError as error:
            if error.status != NOT_FOUND:
                raise
            client.post("/v1/projects", self._new(me))
        else:
            self._refuse_other_classes(known)
        _ensure_workforce(client, self.slug)
        seat = {"role": "owner", "workforce": WORKFORCE}
        client.put(f"/v1/projects/{self.slug}/members/{me}", seat)

    def _refuse_other_classes(self, known: dict[str, Any]) -> None:
        before = [found["key"] for found in known["project"]["question"]["classes"]]
        if before != self.classes:
            text = (
                f"The project {self.slug!r} asks for {','.join(before)}; use those labels, or "
                "another name with --project."
            )
            raise CommandFailedError(text)

    def _new(self, owner_id: int) -> dict[str, Any]:
        from labeling.schema.label_config import choices_config, parse_label_config

        is_picture = self.proposal.kinds[self.proposal.shown] == "picture"
        kind: ObjectKind = "picture" if is_picture else "text"
        fields = {
            found.name: {"kind": found.kind, "visible_to": list(found.visible_to)}
            for found in self.proposal.fields()
        }
        if self.config:
            for one in parse_label_config(self.config).objects:
                if one.field not in fields:
                    text = f"The config shows ${one.field}; the file has {', '.join(fields)}."
                    raise CommandFailedError(text, is_wrong_use=True)
                fields[one.field]["visible_to"] = list(EVERYBODY)
        return {
            "slug": self.slug,
            "title": self.source.name,
            "label_config": self.config or choices_config(self.classes, self.proposal.shown, kind),
            "fields": fields,
            "policy": policy_for_one(owner_id),
        }


def _ensure_workforce(client: HubClient, slug: str) -> None:
    try:
        body = {"name": WORKFORCE, "kind": "in_house"}
        client.post(f"/v1/projects/{slug}/workforces", body)
    except CommandFailedError as error:
        if error.status != CONFLICT:
            raise


def policy_for_one(owner_id: int) -> dict[str, Any]:
    """Return the policy of one person with a file: each item once, models deployed for them."""
    return {
        "overlap_least": 1,
        "overlap_most": 1,
        "test_overlap": 1,
        "strategy": "auto",
        "release_every": RELEASE_EVERY,
        "deploy_automatically": True,
        "deployer_id": owner_id,
    }
