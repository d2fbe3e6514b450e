"""One Alembic history for the tables of all packages.

`labeling.database.migrate` runs it; `tables.py` here gathers the metadata that it is compared to.
Holds no rules of its own but the triggers that keep append-only tables so.
"""
