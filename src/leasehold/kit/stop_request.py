"""That somebody wants a process to stop, as its signal handlers say it to those who wait."""

from queue import Empty, SimpleQueue


class StopRequest:
    """Asked by signal handlers, seen by whoever waits or looks; once asked, it stays so.

    A handler interrupts whoever waits, wherever they are just then. `threading.Event.set` takes a lock that the
    interrupted one may hold, and both would stand still for good; `SimpleQueue.put` is made for handlers.
    """

    def __init__(self) -> None:
        self._asked: SimpleQueue[None] = SimpleQueue()

    def ask(self) -> None:
        """Ask for it."""
        self._asked.put(None)

    @property
    def is_asked(self) -> bool:
        """Whether somebody has asked for it."""
        return not self._asked.empty()

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until it is asked for; whether it was."""
        try:
            self._asked.get(timeout=seconds)
        except Empty:
            return False
        self._asked.put(None)  # for whoever looks next
        return True
