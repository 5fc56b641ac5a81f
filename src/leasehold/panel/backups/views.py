"""The page of backups: how they stand, all of them, their growth, when the next is made, where they are kept."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask.typing import ResponseReturnValue

from leasehold.backups.archive.growth import growth_of
from leasehold.backups.catalog import Catalog
from leasehold.backups.days import list_days
from leasehold.backups.keys import load_keys
from leasehold.backups.places import Places
from leasehold.backups.restore.state import read_state
from leasehold.backups.schedule import next_due
from leasehold.backups.settings import read_backup_settings
from leasehold.kit.orm import driver_connection
from leasehold.panel.backups import (  # noqa: F401  # they add their pages
    act_views,
    archive_views,
    backup_views,
    kit_views,
    restore_views,
)
from leasehold.panel.backups.growth import draw_growth
from leasehold.panel.backups.now import read_now
from leasehold.panel.backups.run_words import run_in_words
from leasehold.panel.backups.subject import pages
from leasehold.panel.context import db, installation
from leasehold.panel.rights import Right
from leasehold.panel.settings_in_force import settings_in_force
from leasehold.staff.names import names_of_actors

__all__ = ["pages"]

_DAYS_SHOWN = 14
_FIRST = 30


@pages.page("/backups", needs=Right.READ_ADMINISTRATION)
def list_backups() -> ResponseReturnValue:
    """Everything about backups; only what changes by itself where the page brings itself up to date."""
    connection = driver_connection(db())
    data_dir = installation().configuration.data_dir
    places = Places(data_dir)
    settings = read_backup_settings(connection)
    backups = Catalog(places).backups()
    now = read_now(connection, places, backups, archived=settings.archive is not None)
    live = {
        "restore": read_state(places),
        "now": now,
        "runs": [run_in_words(run) for run in now.runs],
        "shown": _FIRST,
        "everything": request.args.get("all") == "yes",
        "names": names_of_actors(db(), {run.by for run in now.runs}),
    }
    if request.headers.get("HX-Target") == "live":
        return render_template("backups/_live.html", **live)
    events = list(Catalog(places).events())
    zone = ZoneInfo(str(settings_in_force()["timezone"]))
    return render_template(
        "backups/list.html",
        **live,
        growth=growth_of(events),
        drawn=draw_growth(events),
        settings=settings,
        next_due=next_due(datetime.now(UTC), settings.time, zone),
        zone=zone.key,
        days=list_days(connection, most=_DAYS_SHOWN),
        keys=load_keys(data_dir),
    )
