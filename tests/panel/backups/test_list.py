"""The page of backups: what it says of each, what is red, what changes by itself."""

import re

from flask.testing import FlaskClient

from leasehold.backups.catalog import Catalog
from leasehold.backups.lock import only_one
from leasehold.backups.places import Places
from leasehold.backups.states import State
from leasehold.staff.roles import Role
from tests.browser.demonstration_backups import NEWEST, make_backups
from tests.conftest import FreshDatabase
from tests.panel.conftest import ClientAs


def badges(page: str, name: str) -> list[tuple[str, str]]:
    """What the line of the backup `name` is marked as."""
    (line,) = [row for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if f'id="backup-{name}"' in row]
    return re.findall(r'<span class="badge bg-([a-z]+)-lt">([^<]+)</span>', line)


def test_a_new_installation_has_no_backup_and_says_where_they_will_be(administrator: FlaskClient) -> None:
    page = administrator.get("/backups").text
    assert "No backup yet" in page
    assert "on this server only" in page
    assert "not confirmed" in page
    assert "more than 26 hours" not in page


def test_whoever_may_only_read_is_offered_nothing_to_do(client_as: ClientAs, places: Places) -> None:
    make_backups(places.data_dir)
    auditor = client_as(Role.AUDITOR)
    page = auditor.get("/backups").text
    assert NEWEST in page
    assert 'action="/backups' not in page
    assert 'action="/backups' not in auditor.get(f"/backups/{NEWEST}").text


def test_each_state_has_its_colour_and_its_words(administrator: FlaskClient, places: Places) -> None:
    make_backups(places.data_dir, days=5)
    page = administrator.get("/backups").text
    assert badges(page, NEWEST) == [("orange", "only on this server")]
    assert badges(page, "server_backup_20260130_020000") == [("green", "verified and proved")]
    assert badges(page, "server_backup_20260129_020000") == [("red", "failed")]
    assert "64 MB are free in /srv, 900 MB are needed." in page


def test_what_failed_last_what_was_interrupted_and_what_is_late_is_told(
    administrator: FlaskClient, places: Places, fresh_database: FreshDatabase
) -> None:
    catalog = Catalog(places)
    catalog.add(State.PLANNED, "server_backup_20260131_020000", reason="daily")
    catalog.add(State.DUMPED, "server_backup_20260131_020000", rows=7)
    catalog.add(State.PLANNED, "server_backup_20260201_020000", reason="daily")
    catalog.add("failed", "server_backup_20260201_020000", failure="The disk is full.", code="disk_full")
    with fresh_database.owner.connect(application="test", autocommit=True) as owner:
        owner.execute("UPDATE backup_state SET begun_at = begun_at - interval '27 hours'")
    page = administrator.get("/backups").text
    assert "more than 26 hours old" in page
    assert "The latest backup failed." in page
    assert "1 backup was interrupted." in page
    assert 'action="/backups/finish"' in page
    assert badges(page, "server_backup_20260131_020000") == [("yellow", "interrupted")]
    assert "more than 26 hours old" in administrator.get("/dashboard").text


def test_while_one_is_made_the_page_follows_it_and_asks_for_nothing_more(
    administrator: FlaskClient, places: Places
) -> None:
    Catalog(places).add(State.PLANNED, NEWEST, reason="daily")
    assert 'hx-trigger="every 30s"' in administrator.get("/backups").text
    with only_one(places, "The daily backup"):
        page = administrator.get("/backups").text
        refused = administrator.post("/backups/create", data={"reason": "impatience"})
    assert 'hx-trigger="every 2s"' in page
    assert badges(page, NEWEST) == [("blue", "being made")]
    assert "The daily backup (process" in page
    assert refused.status_code == 409
    assert "The daily backup (process" in refused.text


def test_only_what_changes_is_sent_again(administrator: FlaskClient, places: Places) -> None:
    make_backups(places.data_dir)
    part = administrator.get("/backups", headers={"HX-Target": "live"}).text
    assert part.lstrip().startswith('<div id="live"')
    assert NEWEST in part
    assert "Growth of the archive" not in part


def test_the_newest_come_first_and_all_on_request(administrator: FlaskClient, places: Places) -> None:
    make_backups(places.data_dir, days=40)
    few, everything = administrator.get("/backups").text, administrator.get("/backups?all=yes").text
    assert few.count('id="backup-') == 30
    assert everything.count('id="backup-') == 40
    assert "Show all 40 backups" in few
    names = re.findall(r'id="backup-(\w+)"', everything)
    assert names == sorted(names, reverse=True)


def test_a_list_that_was_tampered_with_is_no_list(administrator: FlaskClient, places: Places) -> None:
    make_backups(places.data_dir, days=3)
    places.catalog.write_text(places.catalog.read_text().replace("daily", "never"))
    answer = administrator.get("/backups")
    assert answer.status_code == 409
    assert "catalog rebuild" in answer.text


def test_days_of_the_schedule_and_their_failures(administrator: FlaskClient, fresh_database: FreshDatabase) -> None:
    with fresh_database.owner.connect(application="test", autocommit=True) as owner:
        owner.execute(
            "INSERT INTO backup_days (day, tries, finished_at, backup, failure) VALUES"
            " ('2026-01-29', 1, now(), NULL, NULL), ('2026-01-30', 2, now(), %s, NULL),"
            " ('2026-01-31', 3, NULL, NULL, 'The disk is full.')",
            (NEWEST,),
        )
    page = administrator.get("/backups").text
    assert f'href="/backups/{NEWEST}"' in page
    assert '<span lang="en">The disk is full.</span>' in page
    assert page.index("The disk is full.") < page.index(">before the first<")
