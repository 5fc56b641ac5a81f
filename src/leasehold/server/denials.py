"""Who was refused what: counted in memory, written every few seconds, so that a refusal costs no statement.

Of a process that is killed, the refusals since its last report are lost. Where the connection goes away while they
are written they are kept, and may then be counted twice: these figures guide an operator, they decide nothing.
"""

from collections import Counter
from collections.abc import Mapping
from threading import Lock

from leasehold.licensing.vocabulary import Code
from leasehold.operations.denials import Denied
from leasehold.server.problems import ProblemCode

_MOST = 10_000


class Denials:
    """Counts by license and code, of bounded number: above it, further licenses are counted under none."""

    def __init__(self, most: int = _MOST) -> None:
        self.totals: Counter[str] = Counter()
        self._most = most
        self._lock = Lock()
        self._unwritten: Counter[Denied] = Counter()

    def note(self, code: ProblemCode, license_id: int | None) -> None:
        """One more refusal; those that are not the rules' (a wrong API key, a malformed body) are not counted."""
        if not isinstance(code, Code):
            return
        self.totals[code.value] += 1
        with self._lock:
            self._add((license_id, code.value), 1)

    def take(self) -> dict[Denied, int]:
        """What has come since the last time."""
        with self._lock:
            taken, self._unwritten = self._unwritten, Counter()
        return taken

    def give_back(self, counts: Mapping[Denied, int]) -> None:
        """What could not be written: it is kept for the next time."""
        with self._lock:
            for denied, number in counts.items():
                self._add(denied, number)

    def _add(self, denied: Denied, number: int) -> None:
        has_room = denied in self._unwritten or len(self._unwritten) < self._most
        self._unwritten[denied if has_room else (None, denied[1])] += number
