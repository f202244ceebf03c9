"""A part of a transaction that may fail alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from hub.ingest.errors import PartFailedError
from hub.storage.connection import Connection
from hub.storage.errors import is_trouble_of_the_database


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Undo all of a `with` block if it raises, and nothing else of the transaction.

    Raises:
        PartFailedError: the block raised. Trouble of the database itself passes as it is: it concerns everything.
    """
    connection.execute("SAVEPOINT part")
    try:
        yield
    except Exception as problem:
        if is_trouble_of_the_database(problem):
            raise
        connection.execute("ROLLBACK TO part")
        connection.execute("RELEASE part")
        raise PartFailedError(f"{type(problem).__name__}: {problem}") from problem
    connection.execute("RELEASE part")
