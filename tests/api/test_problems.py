"""Bad input: one shape for every refusal, the place named, nothing half done, never a 500."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any, Final

import pytest

from labeling.schema.label_config import choices_config
from tests.support.doors import LABELS, MOST_BODY_BYTES, Cast, assert_problem

BOMB: Final = """<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<View><Text name="t" value="$text"/><Choices name="l" toName="t"><Choice value="&b;"/>
</Choices></View>"""
OUTSIDE: Final = '<!DOCTYPE v [<!ENTITY x SYSTEM "file:///etc/passwd">]><View>&x;</View>'
HUGE: Final = 10**30
NUL: Final = "a\0b"
SURROGATE: Final = "\ud800"


def project(**changes: Any) -> dict[str, Any]:
    """Return the body of a new project."""
    return {
        "slug": f"n-{uuid.uuid4().hex[:12]}",
        "title": "T",
        "label_config": choices_config(LABELS, "text", "text"),
        "fields": {"text": {"visible_to": ["annotator"]}},
        **changes,
    }


def as_json(body: Any) -> dict[str, Any]:
    """Return the options that send a body as it is, also what httpx would refuse to write."""
    text = json.dumps(body)
    return {"content": text.encode(), "headers": {"content-type": "application/json"}}


@pytest.fixture
def cast(shared_cast: Cast) -> Cast:
    """Return one project for all tests here whose requests are refused."""
    return shared_cast


class TestBody:
    """Bodies that cannot be read."""

    @pytest.mark.parametrize(
        "content",
        [b"{", b"[]", b'"x"', b"\xff\xfe", b"", b"null", b"{" * 5_000],
    )
    def test_what_is_no_json_object_is_refused(self, cast: Cast, content: bytes) -> None:
        """Shows a 422 that points into the body."""
        headers = {"content-type": "application/json"}
        refused = cast.call(
            "annotator", "POST", "/projects/{slug}/leases", content=content, headers=headers
        )
        problem = assert_problem(refused, 422)
        assert problem["errors"][0]["place"].startswith("body")

    def test_the_place_is_named(self, cast: Cast) -> None:
        """Shows that a wrong member is found by its path."""
        body = {"items": [{"data": {}}, {"data": 7}]}
        refused = cast.call("owner", "POST", "/projects/{slug}/items", json=body)
        assert assert_problem(refused, 422)["errors"][0]["place"] == "body.items.1.data"

    def test_a_body_past_the_limit_is_refused(self, cast: Cast) -> None:
        """Shows 413 where the header says how large it is."""
        body = {"items": [{"data": {"text": "x" * MOST_BODY_BYTES}}]}
        problem = assert_problem(
            cast.call("owner", "POST", "/projects/{slug}/items", json=body), 413
        )
        assert f"{MOST_BODY_BYTES:,}" in problem["detail"]

    def test_a_body_that_hides_its_size_is_refused_too(self, cast: Cast) -> None:
        """Shows 413 for a stream of chunks, before all of it was read."""

        def chunks() -> Iterator[bytes]:
            yield b'{"items": ["'
            for _ in range(MOST_BODY_BYTES // 1_000 + 10):
                yield b"x" * 1_000

        headers = {"content-type": "application/json"}
        refused = cast.call(
            "owner", "POST", "/projects/{slug}/items", content=chunks(), headers=headers
        )
        assert_problem(refused, 413)

    def test_nothing_of_a_refused_import_is_kept(self, cast: Cast) -> None:
        """Shows that one bad row of the body leaves no good one behind."""
        before = cast.get("owner", "GET", "/projects/{slug}/progress")["items"]["total"]
        body = {"items": [{"key": "new", "data": {"text": "x"}}, {"data": 7}]}
        assert_problem(cast.call("owner", "POST", "/projects/{slug}/items", json=body), 422)
        listed = cast.get("owner", "GET", "/projects/{slug}/items?limit=1000")["items"]
        assert (len(listed), "new" in {row["key"] for row in listed}) == (before, False)


class TestAddress:
    """Addresses that lead nowhere."""

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/nothing"),
            ("GET", "/projects/unknown/progress"),
            ("GET", "/projects/{slug}/rounds/77"),
            ("GET", f"/projects/{{slug}}/rounds/{HUGE}"),
            ("GET", "/projects/{slug}/jobs/release-1-999999"),
            ("GET", "/projects/{slug}/work-orders/77"),
            ("GET", f"/projects/{{slug}}/work-orders/{HUGE}"),
            ("GET", "/assignments/nothing/media/text"),
            ("GET", "/projects/a%00b/progress"),
            ("GET", "/assignments/a%00b/media/text"),
        ],
    )
    def test_an_unknown_thing_is_a_problem(self, cast: Cast, method: str, path: str) -> None:
        """Shows 404, or 422 where the id can be nobody's."""
        response = cast.call("admin", method, path)
        assert response.status_code in {404, 422}
        assert_problem(response)

    def test_an_unknown_user_is_a_problem(self, cast: Cast) -> None:
        """Shows 404 for a user that does not exist, at every address that takes one."""
        member = {"role": "annotator"}
        for method, path, body in (
            ("POST", "/users/999999/links", {}),
            ("PUT", "/projects/{slug}/members/999999", member),
            ("POST", "/tokens", {"user_id": 999_999, "name": "t"}),
        ):
            assert_problem(cast.call("admin", method, path, json=body), 404)

    @pytest.mark.parametrize("path", [f"/users/{HUGE}/links", "/users/x/links", "/users/-1/links"])
    def test_an_id_that_cannot_be_is_a_problem(self, cast: Cast, path: str) -> None:
        """Shows that no number, however large, is a 500."""
        response = cast.call("admin", "POST", path, json={})
        assert response.status_code in {404, 422}
        assert_problem(response)

    def test_a_method_that_is_not_there_is_a_problem(self, cast: Cast) -> None:
        """Shows 405 in the same shape."""
        assert_problem(cast.call("admin", "DELETE", "/projects/{slug}/progress"), 405)

    @pytest.mark.parametrize(
        "query",
        ["cursor=%21", "cursor=eA==", "limit=0", "limit=1001", f"limit={HUGE}"],
    )
    def test_a_cursor_of_ones_own_making_is_a_problem(self, cast: Cast, query: str) -> None:
        """Shows that pages are bounded and cursors are the hub's."""
        assert_problem(cast.call("owner", "GET", f"/projects/{{slug}}/items?{query}"), 422)

    def test_a_cursor_past_the_end_is_harmless(self, cast: Cast) -> None:
        """Shows the same for a well-formed cursor with an impossible number."""
        import base64

        cursor = base64.urlsafe_b64encode(str(HUGE).encode()).decode()
        assert_problem(cast.call("owner", "GET", f"/projects/{{slug}}/items?cursor={cursor}"), 422)


class TestProject:
    """Projects that cannot be."""

    @pytest.mark.parametrize(
        ("config", "said"),
        [
            (BOMB, "entity"),
            (OUTSIDE, "entity"),
            ("<View>", "well-formed"),
            ("no xml", "well-formed"),
            ('<View><Video name="v" value="$v"/></View>', "<Video> is not supported"),
            ("<View/>", "shows nothing"),
            ('<View><Text name="t" value="$text"/></View>', "asks nothing"),
            (choices_config(["a", "a"], "text", "text"), "occurs twice"),
            (choices_config(["a"], "text", "text"), "2 to"),
            ("<View>" * 20_000, ""),
        ],
    )
    def test_a_config_that_cannot_be_used_is_refused(
        self, cast: Cast, config: str, said: str
    ) -> None:
        """Shows that bombs are not expanded, files not read, and the element is named."""
        refused = cast.call("admin", "POST", "/projects", json=project(label_config=config))
        problem = assert_problem(refused, 422)
        assert problem["type"].endswith("/invalid-label-config")
        assert said in problem["detail"]

    @pytest.mark.parametrize(
        ("policy", "place"),
        [
            ({"overlap_least": 0}, "policy.overlap_least"),
            ({"nonsense": 1}, "policy.nonsense"),
            ({"accept_posterior": 1.5}, "policy.accept_posterior"),
            ({"lease_seconds": "soon"}, "policy.lease_seconds"),
            ({"gate_alpha": float("nan")}, "policy.gate_alpha"),
        ],
    )
    def test_a_policy_that_does_not_fit_names_the_place(
        self, cast: Cast, policy: dict[str, Any], place: str
    ) -> None:
        """Shows it for a new project and for a change, which then changes nothing."""
        before = cast.get("owner", "GET", "/projects/{slug}/policy")
        for method, path, body in (
            ("POST", "/projects", project(policy=policy)),
            ("PATCH", "/projects/{slug}/policy", policy),
        ):
            problem = assert_problem(cast.call("admin", method, path, **as_json(body)), 422)
            assert problem["errors"][0]["place"] == place
        assert cast.get("owner", "GET", "/projects/{slug}/policy") == before

    def test_settings_that_contradict_each_other_are_refused(self, cast: Cast) -> None:
        """Shows that the policy is judged as a whole."""
        refused = cast.call(
            "owner",
            "PATCH",
            "/projects/{slug}/policy",
            json={"overlap_least": 5, "overlap_most": 2},
        )
        assert "overlap_most" in json.dumps(assert_problem(refused, 422))

    def test_a_slug_that_is_taken_is_a_conflict(self, cast: Cast) -> None:
        """Shows 409 and that the first project is untouched."""
        assert_problem(cast.call("admin", "POST", "/projects", json=project(slug=cast.slug)), 409)

    @pytest.mark.parametrize("slug", ["", "A", "a b", "-a", "a" * 64, "ä", "a/b", "a\n"])
    def test_a_slug_that_is_no_address_is_refused(self, cast: Cast, slug: str) -> None:
        """Shows that the place is named."""
        problem = assert_problem(
            cast.call("admin", "POST", "/projects", json=project(slug=slug)), 422
        )
        assert problem["place"] == "slug"

    @pytest.mark.parametrize(
        "changes",
        [
            {"title": NUL},
            {"title": SURROGATE},
            {"budget_micros": HUGE},
            {"guideline": NUL},
            {"split_salt": SURROGATE},
            {"fields": {NUL: {}}},
        ],
    )
    def test_what_no_store_keeps_is_refused(self, cast: Cast, changes: dict[str, Any]) -> None:
        """Shows that a NUL, a lone surrogate or a huge number is refused or harmless."""
        response = cast.call("admin", "POST", "/projects", **as_json(project(**changes)))
        assert response.status_code in {201, 422}
        if response.status_code == 422:
            assert_problem(response)


class TestAnswer:
    """Answers that cannot be."""

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"lease_n": HUGE}, 404),
            ({"client_key": "no uuid"}, 422),
            ({"kind": "guess"}, 422),
            ({"kind": "skip", "reason": NUL}, 422),
            ({"kind": "flag", "reason": SURROGATE}, 422),
            ({"active_ms": -1}, 422),
            ({"result": [{"from_name": SURROGATE}]}, 422),
            ({"result": [None] * 1_001}, 422),
            ({"lease_next": 21}, 422),
        ],
    )
    def test_it_is_refused(self, cast: Cast, changes: dict[str, Any], status: int) -> None:
        """Shows that the lease goes on after each refusal."""
        (held,) = cast.lease("annotator")
        body = {"lease_n": 1, "client_key": str(uuid.uuid4()), "result": [], **changes}
        address = f"/assignments/{held['handle']}/submit"
        assert_problem(cast.call("annotator", "POST", address, **as_json(body)), status)
        assert cast.lease("annotator") == [held]

    def test_a_flag_with_a_nul_is_stored_or_refused(self, cast: Cast) -> None:
        """Shows that no character in a person's words is a 500."""
        (held,) = cast.lease("annotator")
        body = {"lease_n": 1, "client_key": str(uuid.uuid4()), "kind": "flag", "reason": NUL}
        response = cast.call(
            "annotator", "POST", f"/assignments/{held['handle']}/submit", json=body
        )
        assert response.status_code in {200, 422}

    def test_an_undo_that_is_repeated_after_the_next_answer_is_a_conflict(self, cast: Cast) -> None:
        """Shows that a late repeat gets a reply and takes nothing back."""
        (held,) = cast.lease("annotator")
        address, key = f"/assignments/{held['handle']}", {"client_key": str(uuid.uuid4())}
        skip = {"kind": "skip", "reason": "unsure"}
        for lease_n in (1, 2):
            body = skip | {"lease_n": lease_n, "client_key": str(uuid.uuid4())}
            cast.get("annotator", "POST", f"{address}/submit", json=body)
            if lease_n == 1:
                cast.get("annotator", "POST", f"{address}/undo", json=key)
        response = cast.call("annotator", "POST", f"{address}/undo", json=key)
        assert_problem(response, 409)
