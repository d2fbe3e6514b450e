"""Terms of workforces and people: what is taken and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from labeling.database import Hub
from labeling.errors import ConflictError, NotFoundError
from labeling.workforces import service, store
from labeling.workforces.abilities import service as ability
from labeling.workforces.terms import MOST_ABILITIES, AnnotatorTerms, WorkforceTerms
from tests.factories import CREW, Floor


class TestValidation:
    """`WorkforceTerms` and `AnnotatorTerms`."""

    @pytest.mark.parametrize(
        "terms",
        [
            {"share": 0},
            {"share": 1.01},
            {"person_share": -0.1},
            {"rank": 0},
            {"daily_limit": 0},
            {"price_micros": -1},
            {"time_zone": "Mars/Olympus"},
            {"time_zone": "../etc/passwd"},
            {"languages": ["German!"]},
            {"skills": [""]},
            {"calendar": {"monday": [["17:00", "09:00"]]}},
            {"calendar": {"monday": [["09:00", "12:00"], ["11:00", "13:00"]]}},
            {"calendar": {"someday": [["09:00", "12:00"]]}},
            {"calendar": {"monday": []}},
            {"calendar": {}},
            {"colour": "red"},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, terms: dict[str, Any]) -> None:
        """Shows that no limit that can never be kept is stored."""
        with pytest.raises(ValidationError):
            WorkforceTerms.model_validate(terms)

    def test_names_are_compared_in_one_form(self) -> None:
        """Shows that case, spaces and repeats make no second skill."""
        terms = AnnotatorTerms(skills=["  Tax  Law", "tax law"], languages=["zh-Hans", "DE"])
        assert terms.changes() == {"skills": ["tax law"], "languages": ["de", "zh-hans"]}


class TestChange:
    """`change_workforce` and `change_annotator`."""

    def test_what_is_not_mentioned_stays(self, hub: Hub) -> None:
        """Shows that a change of one term leaves the others, and null removes one."""
        floor = Floor.made(hub)

        def change(**terms: Any) -> Any:
            return floor.write(
                lambda tx, project: service.change_workforce(
                    tx, project.id, CREW, WorkforceTerms(**terms)
                )
            )

        change(rank=3, share=0.5, calendar={"monday": [("09:00", "17:00")]})
        row = change(skills=["law"], share=None)
        assert (row.rank, row.share, row.skills, row.price_micros) == (3, None, '["law"]', 10_000)
        assert row.calendar == '{"monday": [["09:00", "17:00"]]}'
        found = floor.rows("SELECT action FROM audit_event WHERE action = 'workforce.change'")
        assert len(found) == 2

    def test_a_person_offers_what_they_and_their_workforce_offer(self, hub: Hub) -> None:
        """Shows that one mask holds both."""
        floor = Floor.made(hub, n_people=2)

        def change(tx: Any, project: Any) -> tuple[int, int, int, int]:
            service.change_workforce(tx, project.id, CREW, WorkforceTerms(languages=["de", "en"]))
            person = service.change_annotator(
                tx, floor.people[0], AnnotatorTerms(skills=["law"], languages=["fr"])
            )
            names = ["language:de", "language:en", "language:fr", "skill:law"]
            mask = ability.abilities_mask(tx, project.id, names)
            other = store.get_annotator(tx, floor.people[1].id)
            shared = ability.abilities_mask(tx, project.id, names[:2])
            return person.abilities, mask, other.abilities, shared

        own, mask, others, shared = floor.write(change)
        assert (own, others) == (mask, shared)

    def test_there_are_as_many_abilities_as_a_mask_holds(self, hub: Hub) -> None:
        """Shows that one skill too many is refused, and that the last bit fits both stores."""
        floor = Floor.made(hub)
        names = [f"s{n}" for n in range(MOST_ABILITIES)]
        person = floor.people[0]
        changed = floor.write(
            lambda tx, project: service.change_annotator(tx, person, AnnotatorTerms(skills=names))
        )
        assert changed.abilities == 2**MOST_ABILITIES - 1
        with pytest.raises(ConflictError):
            floor.write(
                lambda tx, project: service.change_annotator(
                    tx, person, AnnotatorTerms(skills=["more"])
                )
            )

    def test_a_person_is_found_by_pseudonym_and_by_number(self, hub: Hub) -> None:
        """Shows both names, and that another project's number is unknown here."""
        floor = Floor.made(hub)
        person = floor.people[0]

        def find(name: str) -> Any:
            return floor.write(lambda tx, project: service.find_annotator(tx, project.id, name))

        assert find(person.pseudonym).id == find(str(person.id)).id == person.id
        for name in (str(person.id + 1), "9" * 30, "nobody"):
            with pytest.raises(NotFoundError):
                find(name)
