"""What is printed: JSON for programs, lines for people, tabs where a pipe reads."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from leasehold.kit.findings import Finding

Fields = Mapping[str, Any]
_ROWS_A_TABLE = 500


def rfc3339(moment: datetime | None) -> str | None:
    """The moment in UTC, as the License API writes it."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def print_object(fields: Fields, *, as_json: bool) -> None:
    """One thing: an object in JSON, a line for each field otherwise."""
    if as_json:
        typer.echo(_as_json(fields, indent=2))
        return
    width = max(len(name) for name in fields)
    for name, value in fields.items():
        typer.echo(f"{name:<{width}}  {_as_text(value)}")


def print_list(rows: Iterable[Fields], columns: Sequence[str], *, as_json: bool) -> None:
    """Many things: an array in JSON, of which nothing is held back; else the `columns`, as a table to a terminal."""
    if as_json:
        _print_array(rows)
    elif sys.stdout.isatty():
        _print_tables(iter(rows), columns)
    else:
        typer.echo("\t".join(columns))
        for row in rows:
            typer.echo("\t".join(_as_text(row[column]) for column in columns))


def print_findings(findings: Sequence[Finding], *, as_json: bool) -> bool:
    """What was looked at, and what mends it where it is wrong; gives whether all is well."""
    well = all(finding.ok for finding in findings)
    if as_json:
        print_object({"ok": well, "findings": [asdict(finding) for finding in findings]}, as_json=True)
        return well
    for finding in findings:
        typer.echo(f"{'ok   ' if finding.ok else 'WRONG'} {finding.check}: {finding.detail}")
        if finding.mend is not None:
            typer.echo(f"      mend: {finding.mend}")
    return well


def print_cards(cards: str, *, as_json: bool) -> None:
    """vCards as they stand in a file: in UTF-8, whatever the terminal has; in JSON as the text `cards`."""
    if as_json:
        print_object({"cards": cards}, as_json=True)
    else:
        typer.echo(cards.encode(), nl=False)


def _print_array(rows: Iterable[Fields]) -> None:
    separator = "["
    for row in rows:
        typer.echo(f"{separator}\n  {_as_json(row)}", nl=False)
        separator = ","
    typer.echo("[]" if separator == "[" else "\n]")


def _print_tables(rows: Iterator[Fields], columns: Sequence[str]) -> None:
    console = Console()
    first = True
    while (some := list(islice(rows, _ROWS_A_TABLE))) or first:
        table = Table(*columns, box=None, header_style="bold", pad_edge=False)
        for row in some:
            table.add_row(*(_as_text(row[column]) for column in columns))
        console.print(table, markup=False)
        first = False


def _as_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _as_text(value: Any) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return ", ".join(f"{name}={_as_json(part)}" for name, part in value.items()) or "-"
        case list():
            return ", ".join(_as_text(part) for part in value) or "-"
        case _:
            return str(value)
