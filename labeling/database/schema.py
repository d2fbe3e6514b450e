"""A store's schema: where it stands, and how it comes to head."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from labeling.database.urls import parsed

if TYPE_CHECKING:
    from alembic.config import Config


def _alembic(database_url: str) -> Config:
    from alembic.config import Config  # heavy, and only a start needs it

    import migrations

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config


def migrate(database_url: str) -> None:
    """Bring a store's schema to head; does nothing where it is there already."""
    from alembic import command

    command.upgrade(_alembic(database_url), "head")


def is_at_head(database_url: str) -> bool:
    """Return whether a store's schema is at head; False where the store is empty or absent."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import NullPool, create_engine

    url = parsed(database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return False
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
    return set(current) == set(ScriptDirectory.from_config(_alembic(database_url)).get_heads())
