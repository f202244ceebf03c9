"""New databases of the hub for tests, copied from one that was made once: a copy takes 2 ms of work, making one 60.

What `migrate` itself does is proven by tests/hub/storage/test_migrations.py, which calls it.
"""

import secrets
from functools import cache
from pathlib import Path

from hub.storage import connection as database
from hub.storage import meta
from hub.storage.connection import IN_MEMORY, Connection
from hub.storage.migrations import migrate


@cache
def _empty() -> Connection:
    """Return the database of this test run that the empty ones are copies of."""
    made = database.open(IN_MEMORY)
    migrate(made)
    return made


def new_database(path: Path = IN_MEMORY, *, like: Connection | None = None) -> Connection:
    """Make a database of this version with an epoch of its own and return it open.

    Args:
        path: of the file, which is not there yet; without it the database lives in memory.
        like: whose content it gets; without it nothing is in it.
    """
    connection = database.open(path)
    assert not connection.execute("SELECT * FROM sqlite_master").fetchone(), f"{path} is there already, open it"
    (like or _empty()).backup(connection)
    with database.write(connection):
        meta.set_value(connection, "db_epoch", secrets.token_hex(8))
    return connection
