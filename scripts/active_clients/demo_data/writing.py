"""Files of the raw tables, as CSV or as typed Parquet."""

from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from .contract import TABLES
from .raw_tables import RawTables


def write_csv(raw: RawTables, table: str, path: Path) -> None:
    """Write one table as CSV with a header, in order of arrival."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(",".join(TABLES[table].columns) + "\n")
        file.writelines(line + "\n" for line in raw.sorted_lines(table))


def write_parquet(raw: RawTables, table: str, path: Path) -> None:
    """Write one table as Parquet in the types of the contract; empty text becomes null."""
    columns = ", ".join(
        f"cast(nullif({name}, '') as {kind}) as {name}"
        for name, kind in TABLES[table].columns.items()
    )
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'; set threads = 2")
        source = Path(folder) / f"{table}.csv"
        write_csv(raw, table, source)
        read = "read_csv(?, header = true, all_varchar = true, delim = ',', quote = '\"', "
        read += "escape = '\"', auto_detect = false, columns = "
        read += "{" + ", ".join(f"'{name}': 'varchar'" for name in TABLES[table].columns) + "})"
        target = str(path).replace("'", "''")
        query = f"copy (select {columns} from {read}) to '{target}' (format parquet)"
        connection.execute(query, [str(source)])
