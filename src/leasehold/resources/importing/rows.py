"""How a row of a file is read: which values it means, or what is wrong with it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from leasehold.imports.spoilt_cells import item_of_spoilt
from leasehold.imports.staging import Item
from leasehold.imports.tables import Fields, Row, Spoilt, Table
from leasehold.kit.errors import DomainError
from leasehold.kit.text import clean_paragraphs
from leasehold.resources.errors import ValueInvalid
from leasehold.resources.keeping import LONGEST_NOTE
from leasehold.resources.values.expansion import expanded
from leasehold.resources.values.normal import ValueRules

VALUE = "value"
NOTE = "note"
FIELDS = Fields(
    names={
        VALUE: frozenset(
            {
                "value", "wert", "resource", "ressource",
                "domain", "domains", "domain name", "domainname", "domäne",
                "ip", "ipv4", "ip address", "ip-address", "ip-adresse", "ipv4 address", "ipv4-adresse",
                "address", "adresse",
                "phone", "phone number", "telephone", "number", "telefon", "telefonnummer", "rufnummer", "nummer",
            }
        ),
        NOTE: frozenset({"note", "notes", "comment", "remark", "notiz", "bemerkung", "kommentar", "anmerkung"}),
    },
    needed=frozenset({VALUE}),
)  # fmt: skip


def read_items(table: Table, rules: ValueRules) -> Iterator[Item]:
    """Every value that the table means, and every mistake in it. Raises `FileRefused` where it cannot be read on."""
    for row in table.rows:
        if table.places:
            yield from _of_columns(row, table, rules)
        else:
            for cell in row.cells:
                if cell.strip():
                    yield from _of_cell(row.number, cell, rules)


def _of_columns(row: Row, table: Table, rules: ValueRules) -> Iterator[Item]:
    cells = {name: row.cells[place] for name, place in table.places.items() if place < len(row.cells)}
    given = cells.get(VALUE, "")
    if not given.strip():
        if any(cell.strip() for cell in row.cells):
            yield Item(row.number, "", problem="no_value", detail="The row has no value: write one, or take it out.")
        return
    note = cells.get(NOTE, "")
    if not note.strip():
        yield from _of_cell(row.number, given, rules)
        return
    try:
        fields = {NOTE: clean_paragraphs(note, what="The note", longest=LONGEST_NOTE)}
    except DomainError as error:
        yield Item(row.number, given, problem="note", detail=error.detail, context=error.context)
        return
    for item in _of_cell(row.number, given, rules):
        yield replace(item, fields=fields)


def _of_cell(number: int, given: str, rules: ValueRules) -> Sequence[Item]:
    """A line is taken whole or not at all."""
    if isinstance(given, Spoilt):
        return [item_of_spoilt(number, given, given)]
    try:
        return [Item(number, given, value) for value in expanded(given, rules)]
    except ValueInvalid as error:
        problem = str(error.context["problem"])
        return [Item(number, given, problem=problem, detail=error.detail, context=error.context)]
