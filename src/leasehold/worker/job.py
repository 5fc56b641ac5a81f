"""What a job of the worker is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from leasehold.kit.database import Connection


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job works with: a connection of its own, and the data directory of this machine."""

    connection: Connection
    data_dir: Path


@dataclass(frozen=True, slots=True)
class Job:
    """`run` does the work, commits, and returns how much there was of it."""

    name: str
    every: timedelta
    run: Callable[[JobContext], int]
    also_at_start: bool = False


def on_connection(run: Callable[[Connection], int]) -> Callable[[JobContext], int]:
    """For a job that needs its connection alone."""
    return lambda context: run(context.connection)
