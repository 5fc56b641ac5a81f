"""`leasehold postgresql …`."""

from leasehold.cli.backup_guard import say_of
from leasehold.cli.call import Call
from leasehold.cli.verb import new_group, verb
from leasehold.upgrades.postgresql import upgrade_postgresql

app = new_group()


@verb(app, "upgrade")
def upgrade(call: Call) -> None:
    """Bring the embedded PostgreSQL to the major version of this release: dumped, restored, compared, the old kept."""
    done = upgrade_postgresql(call.configuration, say_of(call))
    call.show({"from": done.old, "to": done.new, "kept": str(done.kept), "next": "leasehold up"})
