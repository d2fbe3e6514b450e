"""`migrate`, `doctor`, `openapi`: what operations need."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from api.cli.client import load_settings
from api.cli.output import AsJson, show
from api.cli.problems import one_line

if TYPE_CHECKING:
    from api.settings import Settings

EXTRAS: Final = {
    "torch": "torch",
    "postgres": "psycopg",
    "parquet": "pyarrow",
    "labelstudio": "label_studio_sdk",
}
PRIVATE: Final = 0o077


def migrate_store(as_json: AsJson = False) -> None:
    """Bring the store's tables to this version. SQLite does so by itself when a hub starts."""
    from api.installation import opened_installation
    from labeling.database import is_at_head, migrate

    settings = load_settings()
    was_at_head = _is_there(settings) and is_at_head(settings.resolved_database_url)
    if not settings.resolved_database_url.startswith("sqlite"):
        migrate(settings.resolved_database_url)
    with opened_installation(settings):
        pass
    text = "The store was at head already." if was_at_head else "The store is at head now."
    show({"at_head": True, "was_at_head": was_at_head}, text, as_json=as_json)


def _is_there(settings: Settings) -> bool:
    url = settings.resolved_database_url
    return not url.startswith("sqlite") or Path(url.removeprefix("sqlite:///")).exists()


def check_health(as_json: AsJson = False) -> None:
    """Check this installation: one line for each thing, exit code 1 where one needs attention."""
    settings = load_settings()
    checks: dict[str, Callable[[Settings], str]] = {
        "python": _check_python,
        "data folder": _check_folder,
        "store": _check_store,
        "page": _check_page,
        "extras": _check_extras,
        "hub": _check_hub,
    }
    found = [_outcome(name, check, settings) for name, check in checks.items()]
    lines = [f"{'ok' if row['ok'] else 'LOOK':4} {row['check']}: {row['found']}" for row in found]
    show(found, lines, as_json=as_json)
    if not all(row["ok"] for row in found):
        raise typer.Exit(1)


def _outcome(name: str, check: Callable[[Settings], str], settings: Settings) -> dict[str, Any]:
    try:
        return {"check": name, "ok": True, "found": check(settings)}
    except Exception as error:  # noqa: BLE001 - whatever is wrong is what is asked for
        return {"check": name, "ok": False, "found": one_line(str(error) or repr(error))}


def _check_python(_: Settings) -> str:
    return f"{sys.version.split()[0]} at {sys.executable}"


def _check_folder(settings: Settings) -> str:
    folder = settings.data_dir
    if not folder.exists():
        return f"{folder} is made when a hub starts"
    if not os.access(folder, os.W_OK):
        message = f"{folder} cannot be written by this account"
        raise PermissionError(message)
    if folder.stat().st_mode & PRIVATE:
        message = f"{folder} is open to other accounts; run chmod 700 on it"
        raise PermissionError(message)
    return str(folder)


def _check_store(settings: Settings) -> str:
    from labeling.database import is_at_head

    if not _is_there(settings):
        return "made when a hub starts"
    if not is_at_head(settings.resolved_database_url):
        message = "its tables are behind this version; run `labelloop migrate`"
        raise RuntimeError(message)
    return "at head"


def _check_page(_: Settings) -> str:
    index = Path(__file__).parents[1] / "static" / "index.html"
    if not index.is_file():
        message = "not built; run `make setup`"
        raise FileNotFoundError(message)
    return "built"


def _check_extras(_: Settings) -> str:
    there = [name for name, module in EXTRAS.items() if importlib.util.find_spec(module)]
    missing = [name for name in EXTRAS if name not in there]
    hint = f"; not installed: {', '.join(missing)}" if missing else ""
    return f"installed: {', '.join(there) or 'none'}{hint}"


def _check_hub(settings: Settings) -> str:
    import httpx

    from api.installation import running_url

    url = running_url(settings)
    if url is None:
        return "none runs on this data folder"
    httpx.get(f"{url}/readyz", timeout=10.0, trust_env=False).raise_for_status()
    return f"runs at {url}"


def print_openapi() -> None:
    """Print the OpenAPI document of the HTTP API as JSON."""
    import json

    from api.app import create_app

    typer.echo(json.dumps(create_app(load_settings()).openapi(), ensure_ascii=False, indent=2))
