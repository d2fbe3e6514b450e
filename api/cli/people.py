"""`labelloop user`: who may come in, and how."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from api.cli.client import HubClient, connected
from api.cli.output import MICROS, AsJson, show, table
from api.cli.problems import CommandFailedError
from labeling.people.roles import ROLES, Permission

app = typer.Typer(help="Let people in: names, one-time links, tokens, roles.", no_args_is_help=True)

ROLE_HELP = ", ".join(ROLES[:-1]) + f" or {ROLES[-1]}."
DAY_SECONDS = 86_400
UserId = Annotated[int, typer.Argument(metavar="USER", help="The user's number.")]


@app.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="How the person is called.")],
    project: Annotated[
        str | None, typer.Option("--project", help="Give them a role in this project at once.")
    ] = None,
    role: Annotated[str, typer.Option("--role", help=ROLE_HELP)] = "annotator",
    workforce: Annotated[
        str | None, typer.Option("--workforce", help="Seat them in this workforce.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add a person and print the one-time link that lets them in."""
    with connected() as client:
        user = client.post("/v1/users", {"name": name})
        page = "/"
        if project is not None:
            body = {"role": role, "workforce": workforce}
            client.put(f"/v1/projects/{project}/members/{user['id']}", body)
            page = f"/projects/{project}" + ("/annotate" if workforce else "")
        link = link_for(client, user["id"], page)
    lines = [f"User {user['id']}, {user['name']}. Sign in once, within a day, with", link]
    show({**user, "link": link}, lines, as_json=as_json)


@app.command("about-me")
def about_me(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="The project's name.")],
    say: Annotated[
        list[str] | None,
        typer.Option("--say", help="ATTRIBUTE=VALUE, one that the project asks. Repeatable."),
    ] = None,
    consent: Annotated[
        bool,
        typer.Option(
            "--consent", help="Needed with --say: agreement by group may rest on your answers."
        ),
    ] = False,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Delete what you said of yourself.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show, say or withdraw what a project asks its people of themselves, such as an age band.

    Nobody else is shown it; figures are of groups of several people only.
    """
    if say and withdraw:
        raise CommandFailedError("Give --say or --withdraw, not both.", is_wrong_use=True)
    address = f"/v1/projects/{project}/my/attributes"
    with connected() as client:
        if withdraw:
            client.delete(address)
        elif say:
            given = dict(_pair(part) for part in say)
            client.put(address, {"consent": consent, "attributes": given})
        found = client.get(address)
    rows = [
        [name, ", ".join(values), found["given"].get(name)]
        for name, values in found["asked"].items()
    ]
    nothing = "The project asks people nothing of themselves."
    show(found, table(["asked", "one of", "you said"], rows) if rows else nothing, as_json=as_json)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        message = f"--say {text}: give ATTRIBUTE=VALUE."
        raise CommandFailedError(message, is_wrong_use=True)
    return name, value


@app.command("role")
def give_role(
    user: UserId,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="The project's name.")],
    role: Annotated[str, typer.Argument(help=ROLE_HELP)],
    workforce: Annotated[
        str | None, typer.Option("--workforce", help="Seat them in this workforce.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Give a person a role in a project, and a seat among its annotators."""
    with connected() as client:
        body = {"role": role, "workforce": workforce}
        member = client.put(f"/v1/projects/{project}/members/{user}", body)
    show(member, f"User {user} is {role} of {project}.", as_json=as_json)


@app.command("link")
def make_link(
    user: UserId,
    page: Annotated[str, typer.Option("--next", help="The page that it leads to.")] = "/",
    as_json: AsJson = False,
) -> None:
    """Print a new one-time sign-in link."""
    with connected() as client:
        link = link_for(client, user, page)
    show({"user_id": user, "link": link}, link, as_json=as_json)


@app.command("token")
def make_token(
    user: UserId,
    name: Annotated[str, typer.Option("--name", help="What the token is for.")] = "command line",
    scopes: Annotated[
        list[Permission] | None,
        typer.Option("--scope", help="Only for this permission; may be repeated. [default: all]"),
    ] = None,
    project: Annotated[
        str | None, typer.Option("--project", help="Only for this project. [default: all]")
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=365, help="How long it lasts.")] = 90,
    as_json: AsJson = False,
) -> None:
    """Print a new API token; it is shown this once."""
    body = {
        "user_id": user,
        "name": name,
        "scopes": [scope.value for scope in scopes] if scopes else None,
        "project": project,
        "expires_in_s": days * DAY_SECONDS,
    }
    with connected() as client:
        token = client.post("/v1/tokens", body)
    show(token, token["token"], as_json=as_json)


@app.command("tokens")
def list_tokens(user: UserId, as_json: AsJson = False) -> None:
    """List a person's tokens: how each begins, what it is for, when it was used."""
    with connected() as client:
        found = client.rows("/v1/tokens", user_id=user)
    rows = [
        (
            row["id"],
            row["prefix"],
            row["name"],
            "all" if row["scopes"] is None else " ".join(row["scopes"]),
            row["project"],
            "ended" if row["ended"] else day(row["expires_at"]),
            day(row["last_seen_at"]),
        )
        for row in found
    ]
    header = ("id", "begins", "name", "scopes", "project", "until", "used")
    show(found, table(header, rows), as_json=as_json)


@app.command("end-token")
def end_token(
    token: Annotated[int, typer.Argument(metavar="TOKEN", help="The token's number.")],
    as_json: AsJson = False,
) -> None:
    """End a token at once."""
    with connected() as client:
        client.request("DELETE", f"/v1/tokens/{token}")
    show({"id": token}, f"Token {token} has ended.", as_json=as_json)


@app.command("list")
def list_people(
    project: Annotated[
        str | None, typer.Option("--project", help="Only the members of this project.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List everybody, or the members of a project."""
    with connected() as client:
        if project is None:
            found = client.rows("/v1/users")
            header: tuple[str, ...] = ("id", "name", "address", "state")
            rows = [(row["id"], row["name"], row["email"], _state_of(row)) for row in found]
        else:
            found = client.rows(f"/v1/projects/{project}/members")
            header = ("id", "name", "role", "workforce", "pseudonym", "seat")
            rows = [tuple(row[name] for name in ("user_id", *header[1:])) for row in found]
    show(found, table(header, rows), as_json=as_json)


@app.command("remove")
def remove_member(
    user: UserId,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="The project's name.")],
    as_json: AsJson = False,
) -> None:
    """Take a person out of a project; their answers stay."""
    with connected() as client:
        client.request("DELETE", f"/v1/projects/{project}/members/{user}")
    gone = f"User {user} has left {project}; leases are returned, answers stay."
    show({"user_id": user, "project": project}, gone, as_json=as_json)


@app.command("reset")
def reset_password(user: UserId, as_json: AsJson = False) -> None:
    """Print the one-time link by which a person sets a new password."""
    with connected() as client:
        link = str(client.post(f"/v1/users/{user}/reset-links")["url"])
        link = client.lasting_url + link.removeprefix(client.url)
    show({"user_id": user, "link": link}, link, as_json=as_json)


@app.command("deactivate")
def deactivate_user(user: UserId, as_json: AsJson = False) -> None:
    """Let a person in no longer: sessions, tokens and leases end at once; the name stays."""
    with connected() as client:
        client.post(f"/v1/users/{user}/deactivation")
    show({"user_id": user, "active": False}, f"User {user} is let in no longer.", as_json=as_json)


@app.command("activate")
def activate_user(user: UserId, as_json: AsJson = False) -> None:
    """Let a person in again; they need a new link."""
    with connected() as client:
        client.request("DELETE", f"/v1/users/{user}/deactivation")
    show({"user_id": user, "active": True}, f"User {user} is let in again.", as_json=as_json)


@app.command("erase")
def erase_user(
    user: UserId,
    confirm: Annotated[
        str, typer.Option("--confirm", help="The person's name, typed again: this is for good.")
    ],
    as_json: AsJson = False,
) -> None:
    """Replace who a person was, for good; their answers stay under their pseudonyms."""
    with connected() as client:
        client.post(f"/v1/users/{user}/erasure", {"confirm": confirm})
    show({"user_id": user, "erased": True}, f"Nobody knows who user {user} was.", as_json=as_json)


def day(micros: int | None) -> str | None:
    """Return a time as its day."""
    return None if micros is None else f"{datetime.fromtimestamp(micros / MICROS, UTC):%Y-%m-%d}"


def _state_of(row: dict[str, Any]) -> str:
    if row["erased"]:
        return "erased"
    return "active" if row["active"] else "deactivated"


def link_for(client: HubClient, user_id: int, page: str) -> str:
    """Return a new one-time link that signs a user in and leads to a page."""
    link = str(client.post(f"/v1/users/{user_id}/links", {"next": page})["url"])
    return client.lasting_url + link.removeprefix(client.url)


def link_for_operator(client: HubClient, page: str = "/") -> str:
    """Return a new one-time link for the one who runs the hub."""
    return link_for(client, client.get("/v1/me")["id"], page)
