"""`labelloop user invite` and what belongs to it."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.client import connected
from api.cli.output import AsJson, show, table
from api.cli.people import DAY_SECONDS, ROLE_HELP, day


def invite(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="The project's name.")],
    role: Annotated[str, typer.Option("--role", help=ROLE_HELP)] = "annotator",
    workforce: Annotated[
        str | None, typer.Option("--workforce", help="Seat them in this workforce.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="How the person is called.")] = "",
    email: Annotated[str | None, typer.Option("--email", help="Their e-mail address.")] = None,
    uses: Annotated[
        int, typer.Option("--uses", min=1, max=10_000, help="How many may join by it.")
    ] = 1,
    days: Annotated[int, typer.Option("--days", min=1, max=90, help="How long it lasts.")] = 7,
    send: Annotated[bool, typer.Option("--send", help="Send it to the address.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print a link by which a person, or a crowd, joins a project."""
    body = {
        "role": role,
        "workforce": workforce,
        "name": name,
        "email": email,
        "uses": uses,
        "expires_in_s": days * DAY_SECONDS,
        "send": send,
    }
    with connected() as client:
        made = client.post(f"/v1/projects/{project}/invitations", body)
        link = made["url"]
        if link is not None:
            link = client.lasting_url + link.removeprefix(client.url)
    show({**made, "url": link}, link or f"Invitation {made['id']} is on its way.", as_json=as_json)


def list_invitations(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="The project's name.")],
    as_json: AsJson = False,
) -> None:
    """List a project's invitations."""
    with connected() as client:
        found = client.rows(f"/v1/projects/{project}/invitations")
    rows = [
        (
            row["id"],
            row["role"],
            row["workforce"],
            row["name"] or row["email"],
            f"{row['uses']} of {row['most_uses']}",
            "revoked" if row["revoked"] else day(row["expires_at"]),
        )
        for row in found
    ]
    header = ("id", "role", "workforce", "for", "used", "until")
    show(found, table(header, rows), as_json=as_json)


def revoke_invitation(
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="The project's name.")],
    invitation: Annotated[int, typer.Argument(metavar="INVITATION", help="Its number.")],
    as_json: AsJson = False,
) -> None:
    """Let an invitation open nothing any more."""
    with connected() as client:
        client.request("DELETE", f"/v1/projects/{project}/invitations/{invitation}")
    show({"id": invitation}, f"Invitation {invitation} opens nothing now.", as_json=as_json)
