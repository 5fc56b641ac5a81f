"""Everything that the dashboard tells, read at one moment, with the addresses of the lists behind the figures."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import url_for
from sqlalchemy.orm import Session

from leasehold.kit.orm import driver_connection
from leasehold.operations.attention import (
    ExpiringLicense,
    Found,
    SilentDevice,
    find_expiring_licenses,
    find_silent_devices,
)
from leasehold.operations.beginning import Beginning
from leasehold.operations.denials import Denials, read_denials
from leasehold.operations.occupancy import Occupancy, read_occupancy
from leasehold.panel.settings_in_force import settings_in_force
from leasehold.resources.figures import PoolLevel, read_pool_levels

DENIED_DAYS = 7
_MOST_POOLS = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """What is in use now, and what needs somebody's attention."""

    occupancy: Occupancy
    denials: Denials
    expiring: Found[ExpiringLicense]
    expiring_days: int
    expiring_address: str
    silent: Found[SilentDevice]
    silent_days: int
    silent_address: str
    pools: list[PoolLevel]

    @property
    def seats_percent(self) -> int | None:
        """How full the seats are; None where none are sold or nobody has counted yet."""
        sold = self.occupancy.seats_sold
        return round(100 * self.occupancy.seats_used / sold) if sold else None


def read_figures(session: Session, beginning: Beginning) -> Figures:
    """The figures of this moment, in five statements."""
    connection = driver_connection(session)
    settings = settings_in_force()
    expiring_days, silent_days = int(settings["expiring_license_days"]), int(settings["silent_device_days"])
    today = beginning.now.astimezone(ZoneInfo(str(settings["timezone"]))).date()
    return Figures(
        occupancy=read_occupancy(connection),
        denials=read_denials(connection, days=DENIED_DAYS),
        expiring=find_expiring_licenses(connection, days=expiring_days),
        expiring_days=expiring_days,
        expiring_address=url_for(
            "licenses.list_licenses",
            status="active",
            ends_from=today,
            ends_until=today + timedelta(days=expiring_days),
            sort="valid_until",
        ),
        silent=find_silent_devices(connection, days=silent_days),
        silent_days=silent_days,
        silent_address=url_for(
            "devices.list_devices",
            status="active",
            seen_until=today - timedelta(days=silent_days + 1),
            sort="last_seen",
        ),
        pools=read_pool_levels(session, limit=_MOST_POOLS),
    )
