"""How long the panel's pages take on a large database, and how many statements they need.

Every list with each of its filters alone, in each order, up and down: the first page, one deep inside, and the page
before that; every detail page; the search for each kind of thing. Server time is that of the whole request in the
process (Flask's test client, no network), as an administrator sees it.
Where the machine does other things
too, the time on the processor tells more: `cpu` is that of this process and its database backend for one request (the
backend's only where it runs here, to 10 ms over all requests).

Exits with an error where a page takes over 100 ms (95th percentile) or more than 12 statements.

    python benchmarks/panel_lists.py --data-dir DIRECTORY | --database-url URL | --small LICENSES
        [--requests 20] [--only TEXT]

The database is one that `benchmarks/seed.py` has filled; `--small` makes and fills one for itself.
"""

import argparse
import base64
import json
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from panel_cases import Case, detail_cases, list_cases, read_names, search_cases
from seed import Size, seed

from leasehold.embedded.cluster import Cluster
from leasehold.kit.configuration import Configuration, load_configuration
from leasehold.kit.database import Role, database_for
from leasehold.kit.guard import Unguarded
from leasehold.kit.orm import engine_of
from leasehold.migrations.runner import migrate
from leasehold.panel.app import create_app
from leasehold.panel.context import Person, become, installation
from leasehold.staff.roles import Role as StaffRole

MOST_MILLISECONDS = 100
MOST_STATEMENTS = 12 - 1  # recognizing a browser by its cookie is one more
NO_QUERIES = (";", "SELECT set_config(")
CURSOR = re.compile(r"cursor=([\w-]+)")
ADMINISTRATOR = Person(1, "Ada Lovelace", "ada@leasehold.test", StaffRole.ADMINISTRATOR, 0, confirmed=True)


@dataclass(frozen=True)
class Figures:
    """Of one address: milliseconds, the most statements, the answer's status."""

    p50: float
    p95: float
    most: float
    statements: int
    status: int
    cpu: float
    database_cpu: float

    def __str__(self) -> str:
        times = (self.p50, self.p95, self.most, self.cpu, self.database_cpu)
        return f"{' '.join(f'{one:7.1f}' for one in times)}  {self.statements:10} {self.status:6}"

    @property
    def good(self) -> bool:
        return self.p95 < MOST_MILLISECONDS and self.statements <= MOST_STATEMENTS and self.status < 500


def main() -> None:
    arguments = _arguments()
    with _installation(arguments) as configuration:
        worst = _measure_all(configuration, arguments)
    if worst:
        print(f"\n{len(worst)} pages are slower or ask more than they may:", *worst, sep="\n  ")
        sys.exit(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--data-dir", type=Path)
    where.add_argument("--database-url")
    where.add_argument("--small", type=int, metavar="LICENSES")
    parser.add_argument("--requests", type=int, default=20)
    parser.add_argument("--only", default="", help="measure what has this text in its name")
    return parser.parse_args()


@contextmanager
def _installation(arguments: argparse.Namespace) -> Iterator[Configuration]:
    if arguments.small is None:
        yield load_configuration(data_dir=arguments.data_dir, database_url=arguments.database_url)
        return
    with tempfile.TemporaryDirectory(prefix="leasehold-benchmark-", ignore_cleanup_errors=True) as directory:
        cluster = Cluster(Path(directory))
        cluster.start(subprocess.DEVNULL)
        try:
            configuration = load_configuration(data_dir=Path(directory), database_url=None)
            owner = database_for(configuration, Role.OWNER)
            migrate(owner, Unguarded())
            seed(owner, Size.like(arguments.small))
            yield configuration
        finally:
            cluster.stop()


def _measure_all(configuration: Configuration, arguments: argparse.Namespace) -> list[str]:
    with database_for(configuration, Role.OWNER).connect(application="benchmark") as connection:
        names = read_names(connection)
    app = create_app(configuration, database_for(configuration, Role.PANEL))
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: become(ADMINISTRATOR))
    with app.test_request_context():
        cases = [*list_cases(names), *detail_cases(app, names), *search_cases(names)]
    cases = [case for case in cases if arguments.only in case.name]
    print(f"load average {os.getloadavg()[0]:.1f}; {len(cases)} addresses, {arguments.requests} requests each")
    print(f"{'p50':>7} {'p95':>7} {'most':>7} {'cpu':>7} {'(of it':>7} database)  statements status")
    worst = []
    every: list[Figures] = []
    for case in _with_places(app.test_client(), cases):
        figures = _measure(app, case, arguments.requests)
        line = f"{figures}  {case.name}"
        print(line, flush=True)
        every.append(figures)
        if not figures.good:
            worst.append(line)
    p95 = [figures.p95 for figures in every]
    print(
        f"{len(every)} pages; p95: median {statistics.median(p95):.1f} ms, worst {max(p95):.1f} ms; most statements "
        f"{max(figures.statements for figures in every)}; load average {os.getloadavg()[0]:.1f}"
    )
    return worst


def _with_places(client: FlaskClient, cases: list[Case]) -> Iterator[Case]:
    """Each case, and where it is a list that goes on: the page near the end, and the one before that."""
    for case in cases:
        yield case
        if not case.list_:
            continue
        found = CURSOR.search(client.get(_turned(case.address)).text)
        if found is None:
            continue
        order, _, position = json.loads(base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4)))
        for back, name in ((False, "deep"), (True, "deep, backwards")):
            cursor = json.dumps([_other(order), back, position])
            at = base64.urlsafe_b64encode(cursor.encode()).rstrip(b"=").decode()
            yield Case(f"{case.name}, {name}", f"{case.address}&cursor={at}")


def _turned(address: str) -> str:
    """The same list in the opposite order, whose beginning is this one's end."""
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    query["sort"] = _other(query["sort"])
    return f"{parts.path}?{urlencode(query)}"


def _other(order: str) -> str:
    return order[1:] if order.startswith("-") else f"-{order}"


def _measure(app: Flask, case: Case, requests: int) -> Figures:
    client = app.test_client()
    client.get(case.address)
    times, statements, status = [], 0, 0
    own, database = time.process_time(), _database_seconds(app)
    with counted_statements() as seen:
        for _ in range(requests):
            seen.clear()
            begun = time.perf_counter()
            status = client.get(case.address).status_code
            times.append((time.perf_counter() - begun) * 1000)
            statements = max(statements, len(seen))
    own, database = time.process_time() - own, _database_seconds(app) - database
    times.sort()
    p95 = times[math.ceil(0.95 * len(times)) - 1]
    each = 1000 / requests
    return Figures(
        statistics.median(times), p95, times[-1], statements, status, (own + database) * each, database * each
    )


def _database_seconds(app: Flask) -> float:
    """What the panel's one connection has used of the processor; 0 where it ends on another machine."""
    with app.app_context(), engine_of(installation().database).connect() as connection:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    stat = Path(f"/proc/{pid}/stat")
    fields = stat.read_text().rpartition(") ")[2].split() if stat.exists() else ["0"] * 13
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def counted_statements() -> Iterator[list[object]]:
    """Every query that this process sends, whichever way.

    The pool's ping and the naming of the actor are none: they look at no table.
    """
    seen: list[object] = []
    execute = psycopg.Cursor.execute

    def counting(cursor: Any, query: Any, *arguments: Any, **named: Any) -> Any:
        if not str(query).strip().startswith(NO_QUERIES):
            seen.append(query)
        return execute(cursor, query, *arguments, **named)

    psycopg.Cursor.execute = counting  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
