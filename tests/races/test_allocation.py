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
_PATIENCE = 300.0


def test_32_processes_empty_a_pool_without_giving_one_to_two(fresh_database: FreshDatabase) -> None:
    owner = fresh_database.owner
    for block, policy in enumerate(PickPolicy):
        make_pool(owner, f"10.0.{block}.0/25", name=policy.value, policy=policy)
    jobs = [f"{issue_license(owner)}:{1 + number % 5}" for number in range(32)]
    command = [sys.executable, str(_ALLOCATOR), fresh_database.as_role(Role.PANEL).conninfo, *jobs]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=_PATIENCE, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    got = [value for answer in answers for value in answer["got"]]
    assert len(answers) == 32
    assert len(got) == len(set(got)) == 384  # those who want one at a time leave nothing
    assert all(answer["free"] < answer["wanted"] for answer in answers)
    assert all(len(answer["got"]) % answer["wanted"] == 0 for answer in answers)
    with owner.connect(application="test") as outside:
        assert scalar(outside, "SELECT count(*) FROM resource_allocations WHERE released_at IS NULL") == 384
        assert scalar(outside, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == 0
