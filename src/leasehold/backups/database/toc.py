"""The table of contents of a dump in pg_dump's directory format."""

import re
from collections.abc import Collection
from pathlib import Path

from leasehold.backups.database.programs import Programs

# `3504; 0 16577 TABLE DATA public licenses leasehold`
_TABLE_DATA = re.compile(r"(?P<id>\d+); \d+ \d+ TABLE DATA (?P<schema>\S+) (?P<table>\S+) ")


def read_toc(dump: Path, programs: Programs) -> list[str]:
    """The lines of `pg_restore --list`. Raises `BackupError` where `dump` is no whole dump."""
    return programs.run("pg_restore", "--list", str(dump), doing="Reading the dump").splitlines()


def table_files(toc: list[str]) -> dict[str, str]:
    """The file with the rows of each table that was dumped with its rows, by the table's name."""
    return {_name(entry): f"{entry['id']}.dat" for line in toc if (entry := _TABLE_DATA.match(line))}


def without_rows_of(toc: list[str], tables: Collection[str]) -> str:
    """The list for `pg_restore --use-list` by which the rows of `tables` are not restored, and all else is."""
    return "".join(line + "\n" for line in toc if not ((entry := _TABLE_DATA.match(line)) and _name(entry) in tables))


def _name(entry: re.Match[str]) -> str:
    return entry["table"] if entry["schema"] == "public" else f"{entry['schema']}.{entry['table']}"
