"""How people come in and go out, over HTTP on both stores."""

from __future__ import annotations

import time
import uuid
from typing import Any

import httpx

from labeling.people.sign_in.service import FREE
from tests.support.doors import Cast, assert_problem

PHRASE = "correct horse battery"


def address() -> dict[str, str]:
    """Return headers of a request that comes from nobody else's address."""
    octets = uuid.uuid4().bytes[:3]
    return {"x-forwarded-for": ".".join(map(str, (10, *octets)))}


def with_password(cast: Cast) -> tuple[int, str]:
    """Make a user with a password and return the id and the name."""
    name = f"user {uuid.uuid4().hex[:12]}"
    user = cast.get("admin", "POST", "/users", json={"name": name})["id"]
    made = cast.get("admin", "POST", f"/users/{user}/reset-links")
    body = {"link": made["url"].partition("#")[2], "password": PHRASE}
    with cast.door.client(None) as browser:
        done = browser.post("/v1/password-resets/completions", json=body)
        assert done.status_code == 201, done.text
    return user, name


def sign_in(cast: Cast, login: str, password: str, headers: dict[str, str]) -> httpx.Response:
    """Try to sign in."""
    with cast.door.client(None) as browser:
        body = {"login": login, "password": password}
        return browser.post("/v1/sessions", json=body, headers=headers)


class TestPassword:
    """Sign-in by password."""

    def test_a_link_sets_one_and_it_signs_in(self, cast: Cast) -> None:
        """Shows the way from the link to a session, and a cookie that scripts cannot read."""
        user, name = with_password(cast)
        found = sign_in(cast, name.upper(), PHRASE, address())
        assert (found.status_code, found.json()["user"]["id"]) == (201, user)
        cookie = found.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie

    def test_wrong_and_unknown_are_told_alike(self, cast: Cast) -> None:
        """Shows one answer for a wrong password and for nobody, and about the same time."""
        _, name = with_password(cast)
        answers, seconds = [], []
        for login in (name, f"nobody {uuid.uuid4().hex}"):
            begun = time.monotonic()
            refused = sign_in(cast, login, "not that one", address())
            seconds.append(time.monotonic() - begun)
            answers.append(assert_problem(refused, 401))
        assert answers[0] == answers[1]
        assert min(seconds) > 0.05, "a password of nobody was not compared"

    def test_guesses_are_slowed_down_and_the_page_is_told(self, cast: Cast) -> None:
        """Shows 429 with Retry-After from the store's own count, whatever the address."""
        _, name = with_password(cast)
        for _ in range(FREE["account"] + 1):
            assert_problem(sign_in(cast, name, "not that one", address()), 401)
        refused = sign_in(cast, name, PHRASE, address())
        assert_problem(refused, 429)
        assert int(refused.headers["retry-after"]) >= 1

    def test_a_change_asks_for_the_old_one_and_ends_other_sessions(self, cast: Cast) -> None:
        """Shows that a borrowed browser changes nothing, and a lost one is shut out."""
        _, name = with_password(cast)
        lost, kept = cast.door.client(None), cast.door.client(None)
        with lost, kept:
            for browser in (lost, kept):
                body = {"login": name, "password": PHRASE}
                browser.post("/v1/sessions", json=body, headers=address())
            wrong = {"current": "something else", "new": "another long phrase"}
            assert_problem(kept.put("/v1/me/password", json=wrong), 403)
            right = {"current": PHRASE, "new": "another long phrase"}
            assert kept.put("/v1/me/password", json=right).status_code == 204
            assert kept.get("/v1/me").json()["has_password"]
            assert_problem(lost.get("/v1/me"), 401)

    def test_a_forgotten_one_tells_nothing_about_who_exists(self, cast: Cast) -> None:
        """Shows the same answer for an account's address and for any other."""
        email = f"{uuid.uuid4().hex}@example.org"
        cast.get("admin", "POST", "/users", json={"name": "has one", "email": email})
        answers = []
        for wish in (email, f"{uuid.uuid4().hex}@example.org"):
            with cast.door.client(None) as browser:
                found = browser.post("/v1/password-resets", json={"email": wish}, headers=address())
            answers.append((found.status_code, found.json()))
        assert answers[0] == answers[1]
        assert answers[0][0] == 202


class TestInvitation:
    """From the link to the first question."""

    def test_somebody_new_joins_and_labels(self, cast: Cast) -> None:
        """Shows name, seat and session from one link, which opens nothing a second time."""
        wish = {"role": "annotator", "workforce": "crew"}
        made = cast.get("manager", "POST", "/projects/{slug}/invitations", json=wish)
        secret = {"invitation": made["url"].partition("#")[2]}
        with cast.door.client(None) as browser:
            seen = browser.post("/v1/invitations/preview", json=secret).json()
            assert (seen["project"], seen["signed_in_as"]) == (cast.slug, None)
            joined = browser.post(
                "/v1/invitations/acceptances", json={**secret, "name": "Newcomer"}
            )
            assert joined.json()["next"] == f"/projects/{cast.slug}/annotate"
            leases = f"/v1/projects/{cast.slug}/leases"
            assert len(browser.post(leases, json={"count": 1}).json()["assignments"]) == 1
            assert_problem(browser.post("/v1/invitations/preview", json=secret), 404)

    def test_it_is_listed_without_its_link_and_can_be_revoked(self, cast: Cast) -> None:
        """Shows that the list opens nothing, and that a revoked link is as good as unknown."""
        made = cast.get("owner", "POST", "/projects/{slug}/invitations", json={"uses": 5})
        secret = made["url"].partition("#")[2]
        listed = cast.call("owner", "GET", "/projects/{slug}/invitations")
        assert secret not in listed.text
        assert [row["most_uses"] for row in listed.json()["items"]] == [5]
        cast.get("owner", "DELETE", f"/projects/{{slug}}/invitations/{made['id']}")
        body = {"invitation": secret}
        assert_problem(cast.call("stranger", "POST", "/invitations/preview", json=body), 404)

    def test_without_a_mail_server_nothing_pretends_to_be_sent(self, cast: Cast) -> None:
        """Shows that the inviter is told."""
        wish = {"email": "new@example.org", "send": True}
        refused = cast.call("owner", "POST", "/projects/{slug}/invitations", json=wish)
        assert_problem(refused, 422)


class TestTokens:
    """Narrowed tokens, and what is shown of them."""

    def test_a_token_is_known_again_by_how_it_begins(self, cast: Cast) -> None:
        """Shows prefix, scope and last use in the list, and no secret."""
        mine = {
            "user_id": cast.users["owner"],
            "name": "a script",
            "scopes": ["read"],
            "project": cast.slug,
        }
        made = cast.get("owner", "POST", "/tokens", json=mine)
        with cast.door.client(made["token"]) as script:
            assert script.get(f"/v1/projects/{cast.slug}/progress").status_code == 200
            assert_problem(script.get(f"/v1/projects/{cast.slug}/export"), 403)
        listed = cast.call("owner", "GET", "/tokens")
        assert made["token"] not in listed.text
        (row,) = [row for row in listed.json()["items"] if row["id"] == made["id"]]
        assert made["token"].startswith(row["prefix"])
        assert (row["scopes"], row["project"]) == (["read"], cast.slug)
        assert row["last_seen_at"] is not None

    def test_a_narrowed_token_makes_no_wider_one(self, cast: Cast) -> None:
        """Shows that a leaked script's token cannot make itself a better one."""
        wider = {"user_id": cast.users["owner"], "name": "wider"}
        for who in ("narrow", "elsewhere"):
            assert_problem(cast.call(who, "POST", "/tokens", json=wider), 403)

    def test_nobody_sees_anothers_tokens(self, cast: Cast) -> None:
        """Shows that an owner sees their own only."""
        path = f"/tokens?user_id={cast.users['annotator']}"
        assert_problem(cast.call("owner", "GET", path), 403)

    def test_a_token_lasts_a_year_at_most(self, cast: Cast) -> None:
        """Shows that nobody makes a key for ever."""
        mine = {"user_id": cast.users["owner"], "name": "t", "expires_in_s": 366 * 86_400}
        assert_problem(cast.call("owner", "POST", "/tokens", json=mine), 422)


class TestLeaving:
    """What a removal, a deactivation and a deletion do to the next request."""

    def test_a_removed_member_is_a_stranger_at_once(self, cast: Cast) -> None:
        """Shows 404 for what was open a moment before, at every kind of door."""
        (held,) = cast.lease("colleague")
        user = cast.users["colleague"]
        cast.get("manager", "DELETE", f"/projects/{{slug}}/members/{user}")
        body = {"lease_n": 1}
        for method, path, sent in (
            ("POST", "/projects/{slug}/leases", {"count": 1}),
            ("GET", "/projects/{slug}/my/answers", None),
            ("POST", f"/assignments/{held['handle']}/heartbeat", body),
        ):
            assert_problem(cast.call("colleague", method, path, json=sent), 404)
        assert cast.get("colleague", "GET", "/me")["memberships"] == []

    def test_a_changed_role_counts_from_the_next_request(self, cast: Cast) -> None:
        """Shows that no cache keeps a right alive, nor withholds one."""
        path, user = "/projects/{slug}/progress", cast.users["annotator"]
        member = f"/projects/{{slug}}/members/{user}"
        assert_problem(cast.call("annotator", "GET", path), 403)
        cast.get("manager", "PUT", member, json={"role": "viewer"})
        assert cast.call("annotator", "GET", path).status_code == 200
        cast.get("manager", "PUT", member, json={"role": "annotator"})
        assert_problem(cast.call("annotator", "GET", path), 403)

    def test_a_manager_cannot_touch_those_above(self, cast: Cast) -> None:
        """Shows each way in which a manager could try to rise."""
        own, owner = cast.users["manager"], cast.users["owner"]
        tries: list[tuple[str, str, Any]] = [
            ("PUT", f"/projects/{{slug}}/members/{own}", {"role": "owner"}),
            ("PUT", f"/projects/{{slug}}/members/{owner}", {"role": "viewer"}),
            ("DELETE", f"/projects/{{slug}}/members/{owner}", None),
            ("POST", f"/projects/{{slug}}/members/{owner}/reset-links", None),
            ("POST", "/projects/{slug}/invitations", {"role": "manager"}),
            ("POST", "/projects/{slug}/invitations", {"role": "operator"}),
        ]
        for method, path, body in tries:
            assert_problem(cast.call("manager", method, path, json=body), 403)

    def test_who_is_deactivated_is_nobody_at_once(self, cast: Cast) -> None:
        """Shows a token and a browser shut out by the next request, and the name still there."""
        user = cast.users["colleague"]
        with cast.session("colleague") as browser:
            assert browser.get("/v1/me").status_code == 200
            cast.get("admin", "POST", f"/users/{user}/deactivation")
            assert_problem(browser.get("/v1/me"), 401)
        assert_problem(cast.call("colleague", "GET", "/me"), 401)
        members = cast.get("owner", "GET", "/projects/{slug}/members")["items"]
        assert [(m["name"], m["active"]) for m in members if m["user_id"] == user] == [
            ("colleague", False)
        ]

    def test_a_deleted_project_is_nobodys_until_it_is_restored(self, cast: Cast) -> None:
        """Shows 404 for everybody and an empty list, then everything as before."""
        (held,) = cast.lease("colleague")
        wrong = cast.call("owner", "DELETE", "/projects/{slug}?confirm=other")
        assert_problem(wrong, 422)
        found = cast.get("owner", "DELETE", f"/projects/{{slug}}?confirm={cast.slug}")
        assert found["phase"] == "grace"
        for who in ("owner", "manager", "annotator", "viewer", "admin"):
            assert_problem(cast.call(who, "GET", "/projects/{slug}"), 404)
        beat = f"/assignments/{held['handle']}/heartbeat"
        assert_problem(cast.call("colleague", "POST", beat, json={"lease_n": 1}), 404)
        assert cast.get("annotator", "GET", "/me")["memberships"] == []
        back = "/projects/{slug}/restoration"
        assert_problem(cast.call("manager", "POST", back, json={}), 403)
        cast.get("owner", "POST", back, json={})
        progress = cast.get("owner", "GET", "/projects/{slug}/progress")
        assert progress["queue"]["live_leases"] == 0
        assert len(cast.lease("colleague")) == 1
