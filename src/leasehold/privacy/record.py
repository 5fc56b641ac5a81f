"""The record of processing activities (Art. 30 GDPR): the map, the rules in force, and who is set to get data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from leasehold.kit.configuration import Configuration
from leasehold.kit.orm import driver_connection
from leasehold.privacy.map import PERSONAL_DATA_MAP, MappedTable
from leasehold.privacy.retention import list_rules
from leasehold.privacy.vocabulary import Fate, Receiver, RetentionKind, Whose
from leasehold.settings.registry import CONTROLLER, OFFICER
from leasehold.settings.service import read_all


@dataclass(frozen=True, slots=True)
class Processing:
    """What is kept in one table for one purpose: about whom, which columns, and what an erasure does to them.

    `by_rules` says that its rows go by the rules of retention; others stay until they are deleted.
    """

    table: str
    purpose: str
    persons: Sequence[Whose]
    data: Sequence[str]
    fates: Sequence[Fate]
    by_rules: bool


@dataclass(frozen=True, slots=True)
class ProcessingRecord:
    """The record. Whoever is responsible and receives data by name and address; None where none is set."""

    controller: str | None
    officer: str | None
    processings: Sequence[Processing]
    rules: Mapping[RetentionKind, int | None]
    receivers: Mapping[Receiver, str | None]


def read_processing_record(session: Session, configuration: Configuration) -> ProcessingRecord:
    """The record as things are now."""
    settings = read_all(driver_connection(session))
    controller, officer, archive = (str(settings[name]) or None for name in (CONTROLLER, OFFICER, "backup_archive"))
    server = configuration.smtp_host and f"{configuration.smtp_host}:{configuration.smtp_port}"
    found = (_processing(table) for table in PERSONAL_DATA_MAP)
    return ProcessingRecord(
        controller,
        officer,
        [one for one in found if one.data],
        list_rules(session),
        {Receiver.MAIL_SERVER: server, Receiver.ARCHIVE: archive},
    )


def _processing(table: MappedTable) -> Processing:
    personal = {name: column for name, column in table.columns.items() if column.whose.is_personal}
    return Processing(
        table.name,
        table.purpose,
        list(dict.fromkeys(column.whose for column in personal.values())),
        list(personal),
        list(dict.fromkeys(column.fate for column in personal.values())),
        table.contact_column is not None,
    )
