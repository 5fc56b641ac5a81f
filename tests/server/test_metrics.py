"""What a scrape of real license servers tells."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx2

from leasehold import __version__
from leasehold.monitoring.registry import LANE_BATCHES, METRICS
from tests.conftest import FreshDatabase
from tests.embedded.installation import wait_until
from tests.licensing.vendor import ACTOR, fingerprint, issue_license
from tests.monitoring.observed import observe
from tests.monitoring.series import SERIES
from tests.races.fleet import license_server
from tests.server.running import RunningServer, running_server
from tests.server.scraping import Scraped, scrape, value

_VALIDATE = "license/validate"


def a_scraper(server: RunningServer) -> Callable[[], Scraped]:
    key = server.new_key("prometheus", ["metrics"])
    return lambda: scrape(server.base_url, key)


def test_a_scrape_has_every_metric_with_its_labels_and_no_other(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    observe(fresh_database, tmp_path)
    with running_server(fresh_database, tmp_path) as server:
        scraped = a_scraper(server)
        answer = server.post(_VALIDATE, {"license_key": issue_license(server.database)})
        assert answer.status_code == 200
        server.wait_until(lambda: value(scraped(), "leasehold_requests_total", endpoint=_VALIDATE, code="valid") == 1)
        server.wait_until(lambda: value(scraped(), "leasehold_lane_queue", lane="reads") == 0)
        found = scraped()
    told = {name: {label for label, _ in labels} for name, labels in found if name.startswith("leasehold_")}
    assert {name for metric in METRICS for name in metric.series} - told.keys() == set()
    for name, labels in told.items():
        assert labels - {"le"} == set(SERIES[name].label_names), name
    (lane,) = LANE_BATCHES.labels
    lanes = {dict(labels)["lane"] for name, labels in found if name in LANE_BATCHES.series}
    assert lanes == set(re.findall(r"`(\w+)`", lane.meaning))


def test_a_batch_is_measured(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    with running_server(fresh_database, tmp_path) as server:
        scraped = a_scraper(server)
        before = scraped()
        assert value(before, "leasehold_lane_batch_size_count", lane="reads") == 0
        assert value(before, "leasehold_denials_total", code="session_limit_reached") == 0
        for _ in range(3):
            server.post(_VALIDATE, {"license_key": issue_license(server.database)})
        after = scraped()
    assert value(after, "leasehold_lane_batch_size_sum", lane="reads") == 3
    assert value(after, "leasehold_lane_batch_size_bucket", lane="reads", le="1.0") == 3
    assert value(after, "leasehold_lane_batch_seconds_count", lane="reads") == 3
    assert 0 < (value(after, "leasehold_lane_batch_seconds_sum", lane="reads") or 0) < 30


def test_without_the_figures_of_the_installation_the_others_are_told(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    with running_server(fresh_database, tmp_path) as server:
        server.change("REVOKE SELECT ON activity_samples FROM leasehold_server")
        found = a_scraper(server)()
    assert value(found, "leasehold_database_up") == 0
    assert value(found, "leasehold_callers_waiting") is None
    assert value(found, "leasehold_lane_batches_total", lane="reads") == 0


def test_figures_are_read_at_most_every_few_seconds(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    with running_server(fresh_database, tmp_path) as server:
        scraped = a_scraper(server)
        assert value(scraped(), "leasehold_backup_failing") == 0
        server.change("UPDATE backup_state SET failure = 'no room'")
        told = [value(scraped(), "leasehold_backup_failing") for _ in range(5)]
        assert told == [0] * 5
        server.wait_until(lambda: value(scraped(), "leasehold_backup_failing") == 1)


def test_each_of_several_processes_tells_the_sum_of_all(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    calls = 40
    owner = fresh_database.owner
    with license_server(owner, fresh_database.url, tmp_path, workers=2) as fleet:
        with owner.connect(application="test") as connection:
            ACTOR.sign(connection)
            connection.execute("UPDATE api_keys SET scopes = '{license,metrics}'")
        url = f"http://127.0.0.1:{fleet.port}"
        body = {"license_key": issue_license(owner), "hardware_fingerprint": fingerprint(1)}
        for _ in range(calls):  # each on a connection of its own, so that both processes get some
            answer = httpx2.post(f"{url}/api/v1/{_VALIDATE}", headers={"X-API-Key": fleet.api_key}, json=body)
            assert answer.status_code == 200

        def told(name: str, **labels: str) -> float | None:
            return value(scrape(url, fleet.api_key), f"leasehold_{name}", **labels)

        wait_until(lambda: told("denials_total", code="device_not_registered") == calls, "all calls are counted")
        assert {told("denials_total", code="device_not_registered") for _ in range(20)} == {calls}
        assert told("lane_batch_size_sum", lane="reads") == calls
        wait_until(
            lambda: told("server_processes", version=__version__, state="reporting") == 2, "both processes report"
        )
