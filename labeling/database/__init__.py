"""The two stores and the one write door (docs/decisions/0001).

A write is a plain function that takes a `Transaction`; `sqlite.py` groups many into one commit,
`postgresql.py` gives each its own. Holds no table and no rule of any noun.
"""

from labeling.database.hub import QUIET, Hub
from labeling.database.leadership import Leadership
from labeling.database.notices import Notices
from labeling.database.opening import open_hub
from labeling.database.owned import OwnedTable, owned_tables
from labeling.database.reading import opened_for_reading
from labeling.database.schema import is_at_head, migrate
from labeling.database.statements import Dialect, Row, labelled
from labeling.database.transaction import SYSTEM, Actor, Transaction

__all__ = [
    "QUIET",
    "SYSTEM",
    "Actor",
    "Dialect",
    "Hub",
    "Leadership",
    "Notices",
    "OwnedTable",
    "Row",
    "Transaction",
    "is_at_head",
    "labelled",
    "migrate",
    "open_hub",
    "opened_for_reading",
    "owned_tables",
]
