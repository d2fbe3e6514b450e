"""Alembic's environment: one online run against the URL that `labeling.database.migrate` sets."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool

from migrations.metadata import METADATA

engine = create_engine(
    context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool
)
with engine.begin() as connection:
    context.configure(connection=connection, target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()
