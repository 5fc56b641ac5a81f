"""Verifying the log while pages go on: in a thread of the panel's one process, one at a time."""

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock, Thread

import psycopg

from leasehold.audit.checkpoints import read_witness
from leasehold.audit.verdict import Verification
from leasehold.audit.verification import verify_audit
from leasehold.kit.errors import ConfigurationError
from leasehold.kit.signing import load_key_ring
from leasehold.panel.context import Installation

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """The latest verification since the panel started: `verdict` is None until it has ended, or where it `failed`."""

    started_at: datetime | None = None
    ended_at: datetime | None = None
    verdict: Verification | None = None
    failed: bool = False

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self.started_at is not None and self.ended_at is None


class Verifier:
    """Runs verifications; safe to be asked from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._progress = Progress()
        self._thread: Thread | None = None

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return self._progress

    def start(self, here: Installation) -> bool:
        """Begin a verification of `here`; False where one runs already."""
        with self._lock:
            if self._progress.is_running:
                return False
            self._progress = Progress(started_at=datetime.now(UTC))
            self._thread = Thread(target=self._run, args=(here,), name="audit-verification", daemon=True)
            try:
                self._thread.start()
            except RuntimeError:
                self._progress = Progress()
                raise
        return True

    def wait(self) -> None:
        """Return when no verification runs any more."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self, here: Installation) -> None:
        verdict = None
        try:
            verdict = _verify(here)
        except (psycopg.Error, OSError, ConfigurationError):
            _log.exception("the audit log could not be verified")
        finally:
            with self._lock:
                self._progress = replace(
                    self._progress, ended_at=datetime.now(UTC), verdict=verdict, failed=verdict is None
                )


def _verify(here: Installation) -> Verification:
    data_dir = here.configuration.data_dir
    witness = read_witness(data_dir)  # before the database, so that it cannot be ahead of it
    keys = load_key_ring(data_dir)
    with here.database.connect(application="audit") as connection:
        return verify_audit(connection, keys, witness=witness)
