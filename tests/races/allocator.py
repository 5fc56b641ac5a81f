"""Processes that allocate from the pools until they are empty, forked off this one so that all of them start at once.

Arguments: the database's conninfo, then for each process its license key and how many it wants at once (KEY:COUNT).
Each prints a line of JSON: what it got, and how many were free when it was told of a shortage.
"""

import json
import os
import sys

from sqlalchemy.exc import OperationalError

from leasehold.kit.actor import Actor
from leasehold.kit.database import Database, Role
from leasehold.kit.orm import transaction
from leasehold.resources.allocating import Wanted, allocate
from leasehold.resources.errors import ResourcesShort
from leasehold.resources.vocabulary import ResourceKind

_TRIES = 20


def main(conninfo: str, *jobs: str) -> None:
    """Any error but a shortage ends its process with its traceback, and this one with a status."""
    database = Database(conninfo, Role.PANEL)
    listening, speaking = os.pipe()
    children = []
    for job in jobs:
        child = os.fork()
        if child == 0:
            os.close(speaking)
            _connect(database)
            os.read(listening, 1)  # until the last one was started and the pipe is closed
            _empty(database, *job.split(":"))
            return
        children.append(child)
    os.close(speaking)
    if any(os.waitpid(child, 0)[1] for child in children):
        sys.exit("a process failed")


def _connect(database: Database) -> None:
    """Be connected before all begin; 32 connections at once take their time."""
    for attempt in range(_TRIES):
        try:
            with transaction(database, Actor("test:allocator")):
                return
        except OperationalError:
            if attempt == _TRIES - 1:
                raise


def _empty(database: Database, license_key: str, count: str) -> None:
    actor = Actor("test:allocator")
    got: list[str] = []
    while True:
        try:
            with transaction(database, actor) as session:
                got += allocate(session, license_key, Wanted(ResourceKind.IPV4, int(count)))
        except ResourcesShort as short:
            line = json.dumps({"wanted": int(count), "got": got, "free": short.context["free"]})
            os.write(sys.stdout.fileno(), f"{line}\n".encode())
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
