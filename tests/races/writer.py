"""A process that beats shared sessions, by both ways that the license server has.

Arguments: the database's conninfo, a seed; tokens come on standard input, a line each.
"""

import random
import sys
from uuid import UUID

from leasehold.kit.actor import Actor
from leasehold.kit.database import Database, Role
from leasehold.licensing.commands import Heartbeat
from leasehold.licensing.engine import run_commands
from leasehold.licensing.heartbeats import run_heartbeats

_BATCHES = 150
_BATCH = 100


def main(conninfo: str, seed: str) -> None:
    """Write batches of random tokens; any error ends the process with its traceback."""
    tokens = [UUID(line.strip()) for line in sys.stdin]
    chance = random.Random(seed)
    database = Database(conninfo, Role.SERVER)
    with (
        database.connect(application="lane heartbeats", autocommit=True) as lane,
        database.connect(application="lane commands") as commands,
    ):
        for number in range(_BATCHES):
            beats = [Heartbeat(token) for token in chance.sample(tokens, _BATCH)]
            if number % 5 == 0:
                run_commands(commands, [(beat, Actor(f"writer:{seed}")) for beat in beats])
                commands.commit()
            else:
                run_heartbeats(lane, beats)


if __name__ == "__main__":
    main(*sys.argv[1:])
