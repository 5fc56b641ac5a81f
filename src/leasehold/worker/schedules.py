"""Who runs a job now: one worker, claimed by a conditional UPDATE on its row of `schedules`.

The claim stands in an open transaction while the job works on another connection. A worker that dies lets go of it
at that moment, and another one takes over; nothing has to time out.
"""

from collections.abc import Sequence
from datetime import timedelta

from leasehold.kit.database import Connection
from leasehold.worker.job import Job

_RETRY = timedelta(seconds=60)

# A new worker's row for each job; what is there keeps its times.
_ENROL = "INSERT INTO schedules (name) VALUES (%s) ON CONFLICT (name) DO NOTHING"
_MAKE_DUE = "UPDATE schedules SET due_at = clock_timestamp() WHERE name = %s AND due_at > clock_timestamp()"
_DUE = "SELECT name FROM schedules WHERE due_at <= clock_timestamp()"
_CLAIM = """
UPDATE schedules SET started_at = clock_timestamp()
 WHERE name = (SELECT name FROM schedules WHERE name = %s AND due_at <= clock_timestamp() FOR UPDATE SKIP LOCKED)
"""
_SUCCEEDED = """
UPDATE schedules SET finished_at = clock_timestamp(), due_at = clock_timestamp() + %s, failure = NULL WHERE name = %s
"""
_FAILED = "UPDATE schedules SET due_at = clock_timestamp() + %s, failure = %s WHERE name = %s"
_LONGEST_FAILURE = 500


def enrol(connection: Connection, jobs: Sequence[Job]) -> None:
    """Commit a row for each job, and make due what every new worker does at once."""
    for job in jobs:
        connection.execute(_ENROL, (job.name,))
        if job.also_at_start:
            connection.execute(_MAKE_DUE, (job.name,))
    connection.commit()


def due_jobs(connection: Connection, jobs: Sequence[Job]) -> list[Job]:
    """The jobs that are due now, in the order of `jobs`."""
    due = {name for (name,) in connection.execute(_DUE)}
    connection.commit()
    return [job for job in jobs if job.name in due]


def claim(connection: Connection, job: Job) -> bool:
    """Take the job in the transaction that is open from now on; False where another worker has it, or had it just."""
    if connection.execute(_CLAIM, (job.name,)).rowcount == 1:
        return True
    connection.rollback()
    return False


def record_success(connection: Connection, job: Job) -> None:
    """Commit that the job is done, and when it is due again."""
    connection.execute(_SUCCEEDED, (job.every, job.name))
    connection.commit()


def record_failure(connection: Connection, job: Job, failure: str) -> None:
    """Commit why the job failed; it is due again after its usual time, or a minute where that is longer."""
    connection.execute(_FAILED, (min(job.every, _RETRY), failure[:_LONGEST_FAILURE], job.name))
    connection.commit()
