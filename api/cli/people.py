"""`labelloop user`: who may come in, and how."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.client import HubClient, connected
from api.cli.output import AsJson, show
from labeling.people.roles import ROLES

app = typer.Typer(help="Let people in: names, one-time links, tokens, roles.", no_args_is_help=True)

ROLE_HELP = ", ".join(ROLES[:-1]) + f" or {ROLES[-1]}."
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
    as_json: AsJson = False,
) -> None:
    """Print a new API token; it is shown this once."""
    with connected() as client:
        token = client.post("/v1/tokens", {"user_id": user, "name": name})
    show(token, token["token"], as_json=as_json)


def link_for(client: HubClient, user_id: int, page: str) -> str:
    """Return a new one-time link that signs a user in and leads to a page."""
    link = str(client.post(f"/v1/users/{user_id}/links", {"next": page})["url"])
    return client.lasting_url + link.removeprefix(client.url)


def link_for_operator(client: HubClient, page: str = "/") -> str:
    """Return a new one-time link for the one who runs the hub."""
    return link_for(client, client.get("/v1/me")["id"], page)
