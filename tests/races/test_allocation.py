"""32 processes that empty one pool: nothing twice, and nobody is told of a shortage that there is not."""

import json
import subprocess
import sys
from pathlib import Path

from leasehold.kit.database import Role
from leasehold.resources.vocabulary import PickPolicy
from tests.conftest import FreshDatabase
from tests.licensing.vendor import issue_license, scalar
from tests.resources.stock import make_pool

_ALLOCATOR = Path(__file__).with_name("allocator.py")
_PATIENCE = 120.0


def test_32_processes_empty_a_pool_without_giving_one_to_two(fresh_database: FreshDatabase) -> None:
    owner = fresh_database.owner
    for block in range(2):
        make_pool(owner, f"10.0.{block}.0/24", name=f"lowest {block}")
    make_pool(owner, "10.0.2.0/24", name="random", policy=PickPolicy.RANDOM)
    processes = [_allocator(fresh_database, issue_license(owner), 1 + number % 5) for number in range(32)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [json.loads(process.communicate(timeout=_PATIENCE)[0]) for process in processes]
    got = [value for answer in answers for value in answer["got"]]
    assert len(got) == len(set(got)) == 768  # those who want one at a time leave nothing
    assert all(answer["free"] < 1 + number % 5 for number, answer in enumerate(answers))
    with fresh_database.owner.connect(application="test") as outside:
        assert scalar(outside, "SELECT count(*) FROM resource_allocations WHERE released_at IS NULL") == 768
        assert scalar(outside, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == 0


def _allocator(database: FreshDatabase, license_key: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(_ALLOCATOR), database.as_role(Role.PANEL).conninfo, license_key, str(count)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
