"""Great Expectations on DuckDB, with every expectation computed in the database."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, Literal, Type  # noqa: UP035  (`type` is a field of datasources)

import sqlalchemy
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Keeps one connection open: DuckDB's rows are gone once the connection is."""

    _connection: sqlalchemy.Connection | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Great Expectations knows no DuckDB; of the dialects it tells apart by a
        # module's attributes, Dremio is the one that writes regexp_matches().
        self.dialect_module = SimpleNamespace(DremioDialect=True)  # type: ignore[assignment]

    @contextmanager
    def get_connection(self) -> Generator[sqlalchemy.Connection, None, None]:
        """Yield the one connection."""
        if self._connection is None:
            self._connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        yield self._connection

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self.engine.dispose()


class DuckDBDatasource(SQLDatasource):
    """A DuckDB file, opened read-only."""

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment, valid-type]

    @property
    def execution_engine_type(self) -> Type[SqlAlchemyExecutionEngine]:  # noqa: UP006
        """The engine above instead of the generic one."""
        return DuckDBExecutionEngine

    def _save_context_project_config(self) -> None:
        """Nothing to save for each table: the context lives as long as the process."""
