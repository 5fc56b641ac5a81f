"""A process that allocates from the pools until they are empty.

Arguments: the database's conninfo, a license key, how many at once. Waits for a line on standard input, and prints
what it got and how often it was told of a shortage, as JSON.
"""

import json
import sys

from leasehold.kit.actor import Actor
from leasehold.kit.database import Database, Role
from leasehold.kit.orm import transaction
from leasehold.resources.allocating import Wanted, allocate
from leasehold.resources.errors import ResourcesShort
from leasehold.resources.vocabulary import ResourceKind


def main(conninfo: str, license_key: str, count: str) -> None:
    """Allocate until told that fewer than that are free; any other error ends the process with its traceback."""
    database, actor = Database(conninfo, Role.PANEL), Actor("test:allocator")
    with transaction(database, actor):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
    sys.stdin.readline()
    got: list[str] = []
    while True:
        try:
            with transaction(database, actor) as session:
                some = allocate(session, license_key, Wanted(ResourceKind.IPV4, int(count)))
        except ResourcesShort as short:
            sys.stdout.write(json.dumps({"got": got, "free": short.context["free"]}))
            return
        got += some


if __name__ == "__main__":
    main(*sys.argv[1:])
