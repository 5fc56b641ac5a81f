"""Everything that a license's page shows, read in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import segno
from sqlalchemy.orm import Session

from leasehold.audit.models import AuditRow
from leasehold.audit.objects import changes_of
from leasehold.licensing.models import DeviceRegistration, LicenseNote, LicenseTerm
from leasehold.licensing.notes import list_notes
from leasehold.licensing.queries import (
    LicenseLine,
    LiveSessionLine,
    PastSessionLine,
    latest_past_sessions,
    list_devices,
    list_live_sessions,
    list_terms,
    read_service_time,
    show_license,
)
from leasehold.licensing.transfers import TransferLine, transfers_of_license
from leasehold.panel.fields import span
from leasehold.panel.licenses.forms import feature_text
from leasehold.resources.history import HistoryLine, history_of_license
from leasehold.staff.names import names_of_actors

_MOST_DEVICES = 100
_MOST_RESOURCES = 100


@dataclass(frozen=True, slots=True)
class Glance:
    """A license with everything around it, at the moment `now`; `names` are those of the actors."""

    line: LicenseLine
    now: datetime
    terms: Sequence[LicenseTerm]
    devices: list[DeviceRegistration]
    live: list[LiveSessionLine]
    past: list[PastSessionLine]
    notes: Sequence[LicenseNote]
    transfers: list[TransferLine]
    resources: list[HistoryLine]
    changes: Sequence[AuditRow]
    names: dict[str, str]

    @property
    def features(self) -> list[tuple[str, str]]:
        """Names and values."""
        return [(name, feature_text(value)) for name, value in sorted(self.line.view.license.features.items())]

    @property
    def offline(self) -> tuple[str, str]:
        """The grace, and the longest checkout, as people type them."""
        license_ = self.line.view.license
        return span(license_.offline_grace), span(license_.offline_max_ttl)

    @property
    def qr_code(self) -> str:
        """The license key as a picture, as a data address."""
        return segno.make_qr(self.line.view.license.license_key, error="m").svg_data_uri(scale=4, border=2)


def glance_at(session: Session, license_key: str) -> Glance:
    """The license with this key. Raises `LicenseNotFound`."""
    time = read_service_time(session)
    line = show_license(session, license_key, time=time)
    id_ = line.view.license.id
    terms, notes, transfers = list_terms(session, id_), list_notes(session, id_), transfers_of_license(session, id_)
    devices = [device for device, _ in list_devices(session, license_id=id_, limit=_MOST_DEVICES)]
    objects = [
        ("licenses", id_),
        *(("license_terms", term.id) for term in terms),
        *(("license_notes", note.id) for note in notes),
        *(("license_transfers", transfer.transfer.id) for transfer in transfers),
        *(("device_registrations", device.id) for device in devices),
    ]
    changes = changes_of(session, [(table, str(row_id)) for table, row_id in objects])
    resources = history_of_license(session, id_, limit=_MOST_RESOURCES)
    made_by = {note.made_by for note in notes} | {line.transfer.made_by for line in transfers}
    made_by |= {name for line in resources for name in (line.allocated_by, line.released_by) if name}
    return Glance(
        line=line,
        now=time.now,
        terms=terms,
        devices=devices,
        live=list_live_sessions(session, license_id=id_, time=time),
        past=latest_past_sessions(session, id_),
        notes=notes,
        transfers=transfers,
        resources=resources,
        changes=changes,
        names=names_of_actors(session, made_by | {change.actor for change in changes}),
    )
