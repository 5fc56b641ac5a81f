"""`leasehold privacy record`: the record of processing activities, as Markdown for people."""

from collections.abc import Iterator
from typing import Any

from leasehold.privacy.map import RECEIVERS
from leasehold.privacy.record import ProcessingRecord
from leasehold.settings.registry import CONTROLLER

_HEAD = ("Purpose", "About whom", "Data", "Where", "When a contact is erased", "How long")
_BY_RULES = "by the rules below"
_UNTIL_DELETED = "until it is deleted"


def record_fields(record: ProcessingRecord) -> dict[str, Any]:
    """The record for programs."""
    return {
        "controller": record.controller,
        "data_protection_officer": record.officer,
        "processings": [
            {
                "table": one.table,
                "purpose": one.purpose,
                "persons": [whose.value for whose in one.persons],
                "data": list(one.data),
                "fates": [fate.value for fate in one.fates],
                "by_rules": one.by_rules,
            }
            for one in record.processings
        ],
        "rules": {kind.value: months for kind, months in record.rules.items()},
        "receivers": {receiver.value: address for receiver, address in record.receivers.items()},
    }


def record_as_markdown(record: ProcessingRecord) -> str:
    """The record for people."""
    return "\n".join(_lines(record))


def _lines(record: ProcessingRecord) -> Iterator[str]:
    yield "# Record of processing activities (Art. 30 GDPR)\n"
    yield f"- Controller: {record.controller or f'not set (`leasehold settings set {CONTROLLER} …`)'}"
    yield f"- Data protection officer: {record.officer or 'none'}\n"
    yield _row(_HEAD)
    yield _row(["---"] * len(_HEAD))
    for one in record.processings:
        persons, fates = ([word.value.replace("_", " ") for word in words] for words in (one.persons, one.fates))
        how_long = _BY_RULES if one.by_rules else _UNTIL_DELETED
        data = [name.replace("_", " ") for name in one.data]
        yield _row([one.purpose, *map(", ".join, (persons, data)), f"`{one.table}`", ", ".join(fates), how_long])
    yield "\n## How long people are kept\n"
    for kind, months in record.rules.items():
        proposed = "no limit is set" if months is None else f"proposed for erasure after {months} months"
        yield f"- {kind.value.replace('_', ' ')}: {proposed}"
    yield "\n## Who else gets data\n"
    for receiver, address in record.receivers.items():
        yield f"- {RECEIVERS[receiver]}: {address or 'none'}"


def _row(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"
