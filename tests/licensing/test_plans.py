"""The plan of a heartbeat batch begins with its tokens, on a young database that has no statistics yet."""

import pytest

from leasehold.kit.database import Database
from leasehold.licensing import statements
from leasehold.server.lanes import IN_THE_ORDER_OF_TOKENS
from tests.licensing.vendor import issue_license

_MANY = """
SELECT set_config('leasehold.actor', 'test', false);
INSERT INTO licenses (license_key, customer_id, product_id, device_limit, concurrent_sessions_limit)
SELECT 'key-' || n, customer_id, product_id, 1, 1 FROM licenses, generate_series(1, 3000) AS n
"""


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
def test_heartbeats_look_up_their_own_licenses_only(database: Database, mode: str) -> None:
    issue_license(database)
    settings = {**IN_THE_ORDER_OF_TOKENS, "plan_cache_mode": mode}
    with database.connect(application="test", autocommit=True, settings=settings) as connection:
        connection.execute(_MANY)
        parameters = ("{" + ",".join(["00000000-0000-4000-8000-000000000000"] * 64) + "}", None)
        rows = connection.execute(f"EXPLAIN {statements.BEAT}", parameters, prepare=True).fetchall()
    plan = "\n".join(str(row[0]) for row in rows)
    assert "Index Scan using licenses_pkey on licenses" in plan
    assert "Index Cond: (id = s.license_id)" in plan
