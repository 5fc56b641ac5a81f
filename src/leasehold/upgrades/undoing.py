"""The way back: the old program, with a schema that it serves."""

import shutil
from pathlib import Path

from leasehold.backups.catalog import Catalog
from leasehold.backups.places import Places
from leasehold.backups.restore.database_server import server_of
from leasehold.backups.restore.restoring import restore
from leasehold.backups.restore.sources import fetch_backup
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Role, database_for
from leasehold.kit.releases import Releases
from leasehold.migrations.state import SchemaState, read_schema_state
from leasehold.upgrades.saying import Say
from leasehold.upgrades.state import Step, Upgrade, forget_upgrade

_AUDITED = "SELECT count(*) FROM audit_log"


def undo(configuration: Configuration, upgrade: Upgrade, *, by: str, say: Say) -> None:
    """Undo what `upgrade` has done; called again it goes on where it was interrupted. Raises what `restore` does."""
    releases = Releases(configuration.data_dir)
    if releases.current_environment() == releases.environment(upgrade.version).resolve():
        releases.point_to(Path(upgrade.previous))
    if upgrade.step.reaches(Step.MIGRATING):
        with server_of(configuration):
            _bring_schema_back(configuration, upgrade, by=by, say=say)
    shutil.rmtree(releases.release(upgrade.version), ignore_errors=True)
    forget_upgrade(releases)


def _bring_schema_back(configuration: Configuration, upgrade: Upgrade, *, by: str, say: Say) -> None:
    """From the backup, unless that would lose what was written since and the old program can do without it."""
    schema, audited = _look(configuration)
    if schema.current == upgrade.schema:
        return
    saved = Catalog(Places(configuration.data_dir)).find(upgrade.backup).facts.get("audit_rows")
    if schema.problem is None and not (upgrade.alone and audited == saved):
        say(
            f"The schema stays at {schema.current:04}, which the old program serves: what was written since the "
            f"backup {upgrade.backup} would be lost with it."
        )
        return
    say(f"The database goes back to {upgrade.backup}.")
    restore(configuration, upgrade.backup, actor=by, say=say, source=fetch_backup)


def _look(configuration: Configuration) -> tuple[SchemaState, int]:
    with database_for(configuration, Role.OWNER).connect(application="upgrade") as connection:
        (audited,) = connection.execute(_AUDITED).fetchone() or (0,)
        return read_schema_state(connection), int(str(audited))
