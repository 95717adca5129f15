"""The rows that a batch of events changes in the tables of a read model, written at its end."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import Text, TypeDecorator, bindparam, delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection, Dialect, Table

ASKED_MAX = 500
"""Keys in one question."""
UPSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}

M = TypeVar("M", bound=BaseModel)


class Json(TypeDecorator[M], Generic[M]):
    """A column that holds a pydantic model: an object in Python, JSON in the database."""

    impl = Text
    cache_ok = True

    def __init__(self, model: type[M]) -> None:
        super().__init__()
        self.model = model

    def process_bind_param(self, value: M | None, dialect: Dialect) -> str | None:
        """Write."""
        return None if value is None else value.model_dump_json()

    def process_result_value(self, value: str | None, dialect: Dialect) -> M | None:
        """Read."""
        return None if value is None else self.model.model_validate_json(value)


class Rows:
    """Rows by primary key, as they are after the events applied so far.

    They are read when first asked for, kept, and written all at once, so that an event costs no
    question of its own. Nobody else may write to the tables from the first reading to `write`.

    Args:
        standing_in: tables that are read and written in the place of those the view names.
    """

    def __init__(self, standing_in: Mapping[Table, Table] | None = None) -> None:
        self._standing_in = standing_in or {}
        self._known: dict[Table, dict[tuple[Any, ...], dict[str, Any] | None]] = {}
        self._changed: dict[Table, set[tuple[Any, ...]]] = {}
        self._connection: Connection | None = None

    def __len__(self) -> int:
        """How many are kept."""
        return sum(map(len, self._known.values()))

    def read_by(self, connection: Connection) -> None:
        """Read through this connection from now on."""
        self._connection = connection

    def get(self, table: Table, *key: Any) -> Mapping[str, Any] | None:
        """The row with a primary key, None when there is none."""
        known = self._known.setdefault(table, {})
        if key not in known:
            self._read(table, known, [key])
        return known[key]

    def put(self, table: Table, row: Mapping[str, Any]) -> None:
        """Put a row in, in the place of the one with its primary key if there is one."""
        empty, key = _shape(table)
        assert row.keys() <= empty.keys(), f"{table.name} has no such column"
        self._change(table, tuple([row[name] for name in key]), {**empty, **row})

    def remove(self, table: Table, *key: Any) -> None:
        """Take out the row with a primary key, if there is one."""
        self._change(table, key, None)

    def load(self, table: Table, keys: Iterable[tuple[Any, ...]]) -> None:
        """Read many rows with few questions, because they will be asked for."""
        known = self._known.setdefault(table, {})
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        for start in range(0, len(missing), ASKED_MAX):
            self._read(table, known, missing[start : start + ASKED_MAX])

    def write(self, connection: Connection) -> None:
        """Write what has changed; what is kept stays known."""
        for table, keys in self._changed.items():
            known, actual = self._known[table], self._actual(table)
            columns = [column.name for column in table.primary_key]
            gone = [dict(zip(columns, k, strict=True)) for k in keys if known[k] is None]
            if gone:
                same = (actual.c[name] == bindparam(name) for name in columns)
                connection.execute(delete(actual).where(*same), gone)
            put = [row for key in keys if (row := known[key]) is not None]
            if put:
                connection.execute(_upsert(actual, connection.dialect.name), put)
        self._changed.clear()

    def forget(self) -> None:
        """Keep nothing; all is read anew when it is asked for."""
        assert not self._changed, "what was changed is written first"
        self._known.clear()

    def _change(self, table: Table, key: tuple[Any, ...], row: dict[str, Any] | None) -> None:
        self._known.setdefault(table, {})[key] = row
        self._changed.setdefault(table, set()).add(key)

    def _read(
        self,
        table: Table,
        known: dict[tuple[Any, ...], dict[str, Any] | None],
        keys: list[tuple[Any, ...]],
    ) -> None:
        assert self._connection is not None
        actual = self._actual(table)
        columns = tuple(actual.primary_key)
        names = [column.name for column in columns]
        if len(columns) == 1:
            asked = columns[0].in_([key[0] for key in keys])
        else:
            asked = tuple_(*columns).in_(keys)
        known.update(dict.fromkeys(keys))
        for row in self._connection.execute(select(actual).where(asked)).mappings():
            known[tuple(row[name] for name in names)] = dict(row)

    def _actual(self, table: Table) -> Table:
        return self._standing_in.get(table, table)


@lru_cache(maxsize=256)  # asking the table anew for each row took longer than all the rest
def _shape(table: Table) -> tuple[dict[str, None], tuple[str, ...]]:
    """A row of nothing, and the names of the primary key."""
    return dict.fromkeys(table.columns.keys()), tuple(each.name for each in table.primary_key)


def _upsert(table: Table, dialect: str) -> Any:
    """Gives the keys back: only then does SQLAlchemy write many rows in one statement."""
    keys = [column.name for column in table.primary_key]
    insert = UPSERTS[dialect](table).returning(*table.primary_key)
    others = {c.name: insert.excluded[c.name] for c in table.c if not c.primary_key}
    if not others:
        return insert.on_conflict_do_nothing(index_elements=keys)
    return insert.on_conflict_do_update(index_elements=keys, set_=others)
