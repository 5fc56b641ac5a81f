"""What is made of the metrics is up to date, and asks for nothing that there is not."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from leasehold.monitoring.alerts import ALERTS, Alert, render_alerts
from leasehold.monitoring.dashboard import render_dashboard
from leasehold.monitoring.metric import Metric
from leasehold.monitoring.page import render_page
from leasehold.monitoring.panels import ROWS
from leasehold.monitoring.registry import METRICS
from tests.monitoring.series import check, series_in

_ROOT = Path(__file__).parents[2]
_ALERTS = _ROOT / "deploy" / "prometheus" / "alerts.yml"
QUERIES = [query for row in ROWS for panel in row.panels for query, _ in panel.queries]


@pytest.mark.parametrize(
    ("path", "rendered"),
    [
        (_ROOT / "docs" / "metrics.md", render_page()),
        (_ALERTS, render_alerts()),
        (_ROOT / "deploy" / "grafana" / "leasehold.json", render_dashboard()),
    ],
    ids=["page", "alerts", "dashboard"],
)
def test_the_files_are_up_to_date(path: Path, rendered: str) -> None:
    assert path.read_text(encoding="utf-8") == rendered, "run `make metrics`"


@pytest.mark.parametrize("metric", METRICS, ids=str)
def test_names_and_labels_are_as_prometheus_wants_them(metric: Metric) -> None:
    assert re.fullmatch(r"leasehold_[a-z]+(_[a-z]+)*", metric.name)
    assert not metric.name.endswith(("_total", "_count", "_sum", "_bucket", "_info"))
    assert not {"job", "instance", "le"} & set(metric.label_names), "Prometheus needs these for itself"
    assert metric.help.endswith(".")
    assert list(metric.buckets) == sorted(set(metric.buckets))


def test_no_name_is_given_twice() -> None:
    assert len({name for metric in METRICS for name in metric.series}) == sum(len(m.series) for m in METRICS)


@pytest.mark.parametrize("query", QUERIES)
def test_the_dashboard_asks_for_what_there_is(query: str) -> None:
    check(query)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_alerts_ask_for_what_there_is(alert: Alert) -> None:
    check(alert.expression)


def test_every_metric_is_on_the_dashboard() -> None:
    shown = set().union(*map(series_in, QUERIES))
    assert [metric.name for metric in METRICS if not shown & set(metric.series)] == []


def test_charts_do_not_lie_on_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    panels: list[dict[str, Any]] = json.loads(render_dashboard())["panels"]
    for place in (panel["gridPos"] for panel in panels):
        cells = {(place["x"] + across, place["y"] + down) for across in range(place["w"]) for down in range(place["h"])}
        assert not cells & taken
        assert max(across for across, _ in cells) < 24
        taken |= cells
    assert len({panel["id"] for panel in panels}) == len(panels)


def promtool(*arguments: str) -> None:
    """Run Prometheus's own checks."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not here: it is in Debian's package prometheus")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_reads_the_rules() -> None:
    promtool("check", "rules", str(_ALERTS))


# What each alert is for: series by the minute, of which it has to come.
_BAD = {
    "LeaseholdTargetDown": {'up{job="leasehold"}': "0x200"},
    "LeaseholdDatabaseAway": {"leasehold_database_up": "0x200"},
    "LeaseholdCallsFail": {
        'leasehold_requests_total{endpoint="a",code="live"}': "0+98x200",
        'leasehold_requests_total{endpoint="a",code="unavailable"}': "0+2x200",
    },
    "LeaseholdCommitsSlow": {
        'leasehold_lane_batch_seconds_bucket{lane="commands",le="0.5"}': "0+90x200",
        'leasehold_lane_batch_seconds_bucket{lane="commands",le="1.0"}': "0+100x200",
        'leasehold_lane_batch_seconds_bucket{lane="commands",le="+Inf"}': "0+100x200",
    },
    "LeaseholdCallersWait": {"leasehold_callers_waiting": "2001x200"},
    "LeaseholdCommandsFail": {'leasehold_lane_failures_total{lane="reads"}': "0+1x200"},
    "LeaseholdProcessSilent": {'leasehold_server_processes{version="1",state="silent"}': "1x200"},
    "LeaseholdVersionsMixed": {
        'leasehold_server_processes{version="1",state="reporting"}': "1x200",
        'leasehold_server_processes{version="2",state="reporting"}': "1x200",
    },
    "LeaseholdSamplesMissing": {'leasehold_database_up{instance="a"}': "1x200"},
    "LeaseholdJobOverdue": {'leasehold_job_overdue{worker_job="sweep"}': "1x200"},
    "LeaseholdJobFails": {'leasehold_job_failing{worker_job="sweep"}': "1x200"},
    "LeaseholdPartitionsEnd": {"leasehold_partition_months_ahead": "1x200"},
    "LeaseholdDefaultPartitionUsed": {"leasehold_default_partition_rows": "1x200"},
    "LeaseholdBackupOverdue": {'leasehold_backup_age_seconds{state="proved"}': "93601x200"},
    "LeaseholdBackupFails": {"leasehold_backup_failing": "1x200"},
    "LeaseholdRemindersGivenUp": {'leasehold_reminder_mails{state="given_up"}': "1x200"},
    "LeaseholdRemindersLate": {"leasehold_reminder_waiting_seconds": "86401x200"},
    "LeaseholdArchiveFull": {"leasehold_backup_archive_days_left": "13x200"},
}
# What a healthy installation tells, of which no alert may come.
_GOOD = {
    'up{job="leasehold",instance="a"}': "1x200",
    'leasehold_database_up{instance="a"}': "1x200",
    'leasehold_sessions_live{instance="a"}': "5x200",
    'leasehold_requests_total{endpoint="a",code="live"}': "0+1000x200",
    'leasehold_requests_total{endpoint="a",code="unavailable"}': "0+1x200",
    'leasehold_lane_batch_seconds_bucket{lane="commands",le="0.5"}': "0+96x200",
    'leasehold_lane_batch_seconds_bucket{lane="commands",le="+Inf"}': "0+100x200",
    "leasehold_callers_waiting": "2000x200",
    'leasehold_lane_failures_total{lane="reads"}': "7x200",
    'leasehold_server_processes{version="1",state="reporting"}': "4x200",
    'leasehold_job_overdue{worker_job="sweep"}': "0x200",
    'leasehold_job_failing{worker_job="sweep"}': "0x200",
    "leasehold_partition_months_ahead": "2x200",
    "leasehold_default_partition_rows": "0x200",
    'leasehold_backup_age_seconds{state="verified"}': "93600x200",
    "leasehold_backup_failing": "0x200",
    'leasehold_reminder_mails{state="given_up"}': "0x200",
    'leasehold_reminder_mails{state="waiting"}': "3x200",
    "leasehold_reminder_waiting_seconds": "86400x200",
    "leasehold_reminders_failing": "0x200",
    "leasehold_backup_archive_days_left": "14x200",
}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_an_alert_comes_when_it_should_and_not_when_all_is_well(alert: Alert, tmp_path: Path) -> None:
    bad, good = (
        [{"series": series, "values": values} for series, values in figures.items()]
        for figures in (_BAD[alert.name], _GOOD)
    )
    name = alert.name
    fires = {"expr": f'count(ALERTS{{alertname="{name}",alertstate="firing"}}) > bool 0', "eval_time": "2h"}
    cases = {
        "rule_files": [str(_ALERTS)],
        "tests": [
            {
                "interval": "1m",
                "input_series": bad,
                "promql_expr_test": [fires | {"exp_samples": [{"labels": "{}", "value": 1}]}],
            },
            {"interval": "1m", "input_series": good, "promql_expr_test": [fires | {"exp_samples": []}]},
        ],
    }
    path = tmp_path / "cases.yml"
    path.write_text(json.dumps(cases))
    promtool("test", "rules", str(path))
