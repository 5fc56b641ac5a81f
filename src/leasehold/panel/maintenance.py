"""The page that stands for every other one while a restore swaps the database."""

from http import HTTPStatus
from pathlib import Path

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from leasehold.backups.errors import BackupError
from leasehold.backups.places import Places
from leasehold.backups.restore.state import RestoreState, read_state
from leasehold.kit.maintenance import under_maintenance
from leasehold.panel.problems import typed_form

_ALWAYS_THERE = ("static", "preferences.save")
_AGAIN_SECONDS = "2"


def init_maintenance(app: Flask, data_dir: Path) -> None:
    """Under maintenance every page of `app` says so, and how far the restore is; a form can be sent again."""

    @app.before_request
    def keep_still() -> ResponseReturnValue | None:
        if not under_maintenance(data_dir) or request.endpoint in _ALWAYS_THERE:
            return None
        page = render_template("maintenance.html", state=_state(data_dir), typed=typed_form())
        return page, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": _AGAIN_SECONDS}


def _state(data_dir: Path) -> RestoreState | None:
    try:
        return read_state(Places(data_dir))
    except BackupError:
        return None
