"""The connection pool and short transactions."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from functools import lru_cache
from string import ascii_letters, digits
from typing import Any, Protocol, cast

import psycopg2
from psycopg2.errors import DeadlockDetected
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, connection
from psycopg2.extensions import cursor as PlainCursor
from psycopg2.extras import register_default_json, register_default_jsonb
from psycopg2.pool import ThreadedConnectionPool

from sidecar import jsons, tracing
from sidecar.errors import Deadlock, Unavailable
from sidecar.metrics import POOL, POOL_BUSY, POOL_SECONDS

Row = dict[str, Any]
_BASE64 = f"{ascii_letters}{digits}_=-".encode()
_AWAY = "The database does not answer at the moment. Try again."
_PARAMETER = re.compile(r"\$\d+")
# At half the cost of the standard library.
register_default_json(globally=True, loads=jsons.of_json)
register_default_jsonb(globally=True, loads=jsons.of_json)


def words(names: Iterable[str]) -> str:
    """SQL of a list of names of ours, never of input: ('queued', 'waiting'). A partial index needs it so."""
    quoted = ", ".join(f"'{name}'" for name in names)
    return f"({quoted})"


def containing(text: str) -> str:
    """The LIKE pattern of lower-case text that contains this one, whatever its case."""
    return "%" + text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


class _Connection(connection):
    """A connection that knows which statements it has prepared: how each is run, by its text. Cursors begin
    and end its transactions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.autocommit = True
        self.prepared: dict[str, str] = {}


class Cursor(PlainCursor):
    """A cursor whose rows are dicts, and whose statements can be planned once per connection. (psycopg2's own
    sets each value of a row in Python, which took a sixth of the sidecar's work on a lead.) What has no
    answer needs no round trip of its own: it waits for the next statement, or the end of the transaction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting: list[bytes] = []

    def begin(self, *, read_only: bool) -> None:
        """A transaction begins with the next statement."""
        self._waiting = [b"BEGIN READ ONLY" if read_only else b"BEGIN"]

    def later(self, statements: Iterable[bytes]) -> None:
        """Run statements in one round trip with the next one; if one fails, that fails."""
        self._waiting += statements

    def execute(self, sql: str | bytes, params: Any = None) -> None:  # type: ignore[override]
        """Run what waits, and a statement."""
        if self._waiting:
            sql, params = b";\n".join((*self._waiting, self.mogrify(sql, params))), None
            self._waiting = []
        super().execute(sql, params)

    def commit(self) -> None:
        """Keep what was done, if anything was."""
        if self._in_transaction or len(self._waiting) > 1:
            self.execute(b"COMMIT")

    def roll_back(self, to: str = "") -> None:
        """Undo what was done, or what was done since a savepoint; what waits is not done."""
        self._waiting = []
        if self._in_transaction:
            self.execute(f"ROLLBACK {to}")

    @property
    def _in_transaction(self) -> bool:
        return self.connection.info.transaction_status != TRANSACTION_STATUS_IDLE

    def fetchone(self) -> Row | None:  # type: ignore[override]
        """The next row, or None."""
        row = super().fetchone()
        return None if row is None else dict(zip(self._names(), row, strict=True))

    def fetchall(self) -> list[Row]:  # type: ignore[override]
        """All rows that are left."""
        names = self._names()
        return [dict(zip(names, row, strict=True)) for row in super().fetchall()]

    def fetchvalues(self) -> list[tuple[Any, ...]]:
        """All rows that are left, without the names of their columns."""
        return super().fetchall()

    def _names(self) -> list[str]:
        return [column.name for column in self.description or ()]

    def prepared(self, sql: str) -> str:
        """The text that runs a statement, in which parameters are $1, $2 …, with %s in their place. It is
        parsed and, as its plan does not depend on them, planned once per connection: for short
        transactions that is half of the server's work."""
        known = cast(_Connection, self.connection).prepared
        if sql not in known:
            name = f"prepared_{len(known)}"
            self.execute(f"PREPARE {name} AS {sql}")
            values = ", ".join("%s" for _ in set(_PARAMETER.findall(sql)))
            known[sql] = f"EXECUTE {name}" + (f"({values})" if values else "")
        return known[sql]


class Executes(Protocol):
    """What a statement without an answer needs: a cursor, or `Gathered`."""

    def execute(self, sql: str, params: Any = None) -> None:
        """Run a statement, now or later."""

    def prepared(self, sql: str) -> str:
        """What runs a statement that is planned once; see Cursor."""


class Gathered:
    """Statements without answers, sent to the server in one round trip with what follows them."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._statements: list[bytes] = []

    def execute(self, sql: str, params: Any = None) -> None:
        """Add a statement."""
        self._statements.append(self._cursor.mogrify(sql, params))

    def prepared(self, sql: str) -> str:
        """What runs a statement that is planned once; see Cursor."""
        return self._cursor.prepared(sql)

    def send(self) -> None:
        """Run them in their order; the first that fails ends it."""
        self._cursor.later(self._statements)
        self._statements = []


# A connection idle for longer is asked before it is trusted: the server may have restarted.
_TRUST_IDLE_SECONDS = 1.0
# Most transactions have their connection at once; only those that wait longer are measured.
_WAITED_SECONDS = 0.001
# How long transactions take together before it is counted: for each it would cost as much as all other
# counting of a request.
_COUNTED_SECONDS = 0.1
_OPTIONS = (
    "-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
    " -c plan_cache_mode=force_generic_plan")


class Database:
    """One pool for one server; opened at first use, so that no work happens at import or fork.

    `written` is called after each write transaction, also when the connection broke at the commit, so
    that nobody knows its outcome. `replica` serves the reads that may lag.
    """

    def __init__(
        self, dsn: str, *, size: int = 4, trust_idle: float = _TRUST_IDLE_SECONDS,
        written: Callable[[], Any] | None = None, replica: Database | None = None,
    ) -> None:
        self._written = written
        self._replica = replica
        self._trust_idle = trust_idle
        self._dsn = dsn
        self._size = size
        self._pool: ThreadedConnectionPool | None = None
        self._used_at: dict[int, float] = {}
        self._running = _Running()
        self._busy_seconds, self._counting = 0.0, threading.Lock()

    @property
    def has_replica(self) -> bool:
        """Whether reads that may lag are served by another server."""
        return self._replica is not None

    def read(self, *, may_lag: bool = False) -> AbstractContextManager[Cursor]:
        """A cursor in a READ ONLY transaction. With `may_lag` the replica serves it, where there is one:
        lists, searches, exports and figures may lag; one thing by its id, sign-ins and administration not.

        Inside another transaction of this thread it is a part of that one and sees what that wrote.
        Raises Unavailable when the server does not answer.
        """
        if may_lag and self._replica:
            return self._replica.read()
        return self._transaction(read_only=True)

    def write(self, *, unseen: bool = False) -> AbstractContextManager[Cursor]:
        """A cursor in a transaction that may write: committed at the end, rolled back on any error. `unseen`:
        no answer that is kept shows what it writes, so that `written` is not called.

        Inside another write transaction of this thread it is a savepoint of that one.
        Raises Unavailable when the server does not answer, Deadlock when it is to be tried again.
        """
        return self._transaction(read_only=False, unseen=unseen)

    @contextmanager
    def _transaction(self, *, read_only: bool, unseen: bool = False) -> Iterator[Cursor]:
        if self._running.cursor is not None:
            try:
                with _savepoint(self._running.cursor) as cursor:
                    yield cursor
            except DeadlockDetected as error:
                raise Deadlock(_AWAY) from error
            return
        with tracing.span("transaction", write=not read_only):
            conn = self._connect()
            begun, wrote = time.perf_counter(), False
            try:
                with conn.cursor(cursor_factory=Cursor) as cursor:
                    cursor.begin(read_only=read_only)
                    self._running.cursor = cursor
                    try:
                        yield cursor
                        wrote = not read_only and not unseen
                        cursor.commit()
                    except BaseException:
                        with suppress(psycopg2.Error):
                            cursor.roll_back()
                        raise
            except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
                self._running.after.clear()
                ended = Deadlock if isinstance(error, DeadlockDetected) else Unavailable
                raise ended(_AWAY) from error
            except BaseException:
                self._running.after.clear()
                raise
            finally:
                self._running.cursor = None
                self._return(conn)
                self._count(time.perf_counter() - begun)
                if wrote and self._written:
                    self._written()
        while self._running.after:
            self._running.after.pop(0)()

    def ping(self) -> None:
        """Read from the schema. Raises Unavailable when the server does not answer."""
        with self.read() as cursor:
            cursor.execute("SELECT 1 FROM leads LIMIT 1")

    def after_commit(self, action: Callable[[], Any]) -> None:
        """Run this after the current transaction has committed; immediately when there is none."""
        if self._running.cursor is None:
            action()
        else:
            self._running.after.append(action)

    @staticmethod
    def is_away(error: BaseException) -> bool:
        """Whether an error means that the server is gone or busy, not that the work was wrong."""
        return isinstance(error, (psycopg2.OperationalError, psycopg2.InterfaceError, Unavailable))

    def close(self) -> None:
        """Close every connection, the replica's too."""
        if self._replica:
            self._replica.close()
        if self._pool:
            self._pool.closeall()
            self._pool = None
            POOL.dec(len(self._used_at))
            self._used_at.clear()

    def _count(self, seconds: float) -> None:
        """Count how long a transaction had its connection."""
        with self._counting:
            self._busy_seconds += seconds
            if self._busy_seconds > _COUNTED_SECONDS:
                POOL_BUSY.inc(self._busy_seconds)
                self._busy_seconds = 0.0

    def _connect(self) -> connection:
        begun = time.perf_counter()
        try:
            return self._free()
        finally:
            if (waited := time.perf_counter() - begun) > _WAITED_SECONDS:
                POOL_SECONDS.observe(waited)

    def _free(self) -> connection:
        try:
            if self._pool is None:
                self._pool = ThreadedConnectionPool(
                    0, self._size, self._dsn, connection_factory=_Connection, options=_OPTIONS,
                    connect_timeout=3,
                )
                # How many it keeps open when they come back; none are opened before they are needed.
                self._pool.minconn = self._size
            for _ in range(self._size + 1):
                conn = self._pool.getconn()
                if self._alive(conn):
                    return conn
                self._pool.putconn(conn, close=True)
                POOL.dec()
        except psycopg2.Error as error:
            raise Unavailable(_AWAY) from error
        raise Unavailable(_AWAY)

    def _alive(self, conn: connection) -> bool:
        idle_since = self._used_at.pop(id(conn), None)
        if idle_since is None:
            POOL.inc()
        if idle_since is None or time.monotonic() - idle_since < self._trust_idle:
            return not conn.closed
        try:
            with conn.cursor() as cursor:
                cursor.execute("SELECT 1")
        except psycopg2.Error:
            return False
        return True

    def _return(self, conn: connection) -> None:
        # Written down before it is given back: another thread may have it at once.
        broken = conn.closed or conn.info.transaction_status != TRANSACTION_STATUS_IDLE
        if broken:
            POOL.dec()
        else:
            self._used_at[id(conn)] = time.monotonic()
        with suppress(psycopg2.Error):
            if self._pool:
                self._pool.putconn(conn, close=bool(broken))


class _Running(threading.local):
    """The transaction of this thread and what is to follow it."""

    def __init__(self) -> None:
        self.cursor: Cursor | None = None
        self.after: list[Callable[[], Any]] = []


@contextmanager
def _savepoint(cursor: Cursor) -> Iterator[Cursor]:
    cursor.execute("SAVEPOINT part")
    try:
        yield cursor
        cursor.execute("RELEASE SAVEPOINT part")
    except BaseException:
        with suppress(psycopg2.Error):
            # Released too, or the one around it, which has the same name, could not be reached.
            cursor.roll_back("TO SAVEPOINT part; RELEASE SAVEPOINT part")
        raise


def one(cursor: Cursor, sql: str, params: Any = None) -> Row | None:
    """The first row, or None."""
    cursor.execute(sql, params)
    return cursor.fetchone()


def many(cursor: Cursor, sql: str, params: Any = None) -> list[Row]:
    """All rows."""
    cursor.execute(sql, params)
    return cursor.fetchall()


def hurry(cursor: Cursor, seconds: int) -> None:
    """No statement of this transaction may take longer: else it ends with Unavailable."""
    cursor.execute("SELECT set_config('statement_timeout', %s, true)", (f"{seconds}s",))


def insert(
    cursor: Executes, table: str, rows: Sequence[Row], *, columns: Collection[str] = (),
    computed: Mapping[str, str] | None = None, conflict: str = "",
) -> None:
    """One INSERT of many rows v. Table and columns are ours, not input. `columns`: of rows that lack those
    they have no value for, which is the cheaper the more they lack; else all have the keys of the first.
    `computed`: column -> SQL, which may use `v.column`.

    The rows travel as one JSON text: that costs both sides half of what a list of VALUES does. As jsonb it is
    read once; of json each document in a row would be read three times.
    """
    if rows:
        sql = _insert(table, tuple(columns or rows[0]), tuple((computed or {}).items()), conflict)
        cursor.execute(cursor.prepared(sql), (as_json(rows),))


def insert_returning(
    cursor: Cursor, table: str, rows: Sequence[Row], *, returning: str, conflict: str = ""
) -> list[Row]:
    """`insert` that answers these columns of the rows that it wrote."""
    if not rows:
        return []
    sql = f"{_insert(table, tuple(rows[0]), (), conflict)} RETURNING {returning}"
    return many(cursor, cursor.prepared(sql), (as_json(rows),))


@lru_cache(256)
def _insert(
    table: str, columns: tuple[str, ...], computed: tuple[tuple[str, str], ...], conflict: str,
) -> str:
    values = {column: f"v.{column}" for column in columns} | dict(computed)
    return (f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())}"  # noqa: S608
            f" FROM jsonb_populate_recordset(NULL::{table}, $1) v {conflict}")


def update_from(
    cursor: Executes, table: str, rows: Sequence[Row], *, columns: dict[str, str],
    key: str, changes: str, where: str = "true",
) -> None:
    """One UPDATE of many rows t from v. `columns`: name -> SQL type; `changes` and `where` may use
    `v.column`, which is NULL where a row lacks it."""
    if not rows:
        return
    types = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    cursor.execute(
        f"UPDATE {table} t SET {changes} FROM json_to_recordset(%s) v({types}) "  # noqa: S608
        f"WHERE t.{key} = v.{key} AND {where}", (as_json(rows),),
    )


def as_array(texts: Iterable[str]) -> str:
    """Texts as one literal of an array: of hundreds that costs both sides much less than a list does."""
    texts = list(texts)
    together = "".join(texts)
    if "\\" in together or '"' in together:
        texts = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return '{"' + '","'.join(texts) + '"}' if texts else "{}"


def _plain(value: Any) -> Any:
    """What JSON lacks, as Postgres reads it."""
    if isinstance(value, (bytes, memoryview)):
        data = bytes(value)
        # What we encrypt is base64, which Postgres takes as it stands: half as long as in hex.
        is_base64 = data and not data.translate(None, _BASE64)
        return data.decode() if is_base64 else "\\x" + data.hex()
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else str(value)


def as_json(value: Any) -> str:
    """A value as JSON for a statement."""
    return jsons.as_json(value, _plain).decode()
