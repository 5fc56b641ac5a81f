"""How a long step says how far it is."""

from collections.abc import Callable

# What it is at (`dumped`, `compared`), how many of it are done, and of how many.
Progress = Callable[[str, int, int], None]


def silent(_what: str, _done: int, _of: int) -> None:
    """Nobody is told."""
