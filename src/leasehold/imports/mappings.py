"""Which header means which field, as somebody said it last for a file with the same header."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from psycopg.types.json import Jsonb

from leasehold.imports.opening import open_table
from leasehold.imports.tables import Choices, Fields, Table
from leasehold.kit.database import Connection

_REMEMBER = """
INSERT INTO import_columns (subject, header, columns) VALUES (%s, %s, %s)
ON CONFLICT (subject, header) DO UPDATE SET columns = excluded.columns
WHERE import_columns.columns IS DISTINCT FROM excluded.columns
"""
_RECALL = "SELECT columns FROM import_columns WHERE subject = %s AND header = %s"


def open_as_chosen(connection: Connection, subject: str, path: Path, fields: Fields, choices: Choices) -> Table:
    """The file as a table; which column is what, is as somebody says now or has said. Raises `FileRefused`."""
    return open_table(path, fields, replace(choices, recall=partial(recall_columns, connection, subject)))


def remember_columns(connection: Connection, subject: str, header: Sequence[str], columns: Mapping[str, str]) -> None:
    """Keep what was chosen for this header; `subject` is what is imported (`ipv4`, `customers`)."""
    if header and columns:
        connection.execute(_REMEMBER, (subject, _key(header), Jsonb(dict(columns))))


def recall_columns(connection: Connection, subject: str, header: Sequence[str]) -> dict[str, str]:
    """What was chosen for this header; empty where nothing was."""
    row = connection.execute(_RECALL, (subject, _key(header))).fetchone()
    return {} if row is None or not isinstance(row[0], dict) else dict(row[0])


def _key(header: Sequence[str]) -> str:
    return json.dumps([" ".join(cell.lower().split()) for cell in header], ensure_ascii=False)
