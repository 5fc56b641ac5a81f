"""How long it takes to look for duplicates at entry, to merge an institution with many rows, to search as one types.

A database of its own on an embedded PostgreSQL, with as many institutions as asked for and ten contacts for three of
them, each with an e-mail address and a phone number. Names are of 4,096 words, 8 sorts and 12 places; a tenth lacks a
letter.

- entry: an institution is written down and its possible duplicates are found and listed, in one transaction
- merge: an institution with 10,000 rows (contacts, activities, notes, licenses, sub-institutions) into another
- undo: and back
- search: institutions by a part of their name, from three letters on
- contacts: the first page and the next of the list of people: of all, of those found by a part of their name, by the
  beginning of their e-mail address, by a part of their institution's name

Exits with an error where entry takes 50 ms or more (95th percentile), a merge 2 s, a search or a page 100 ms.

    python benchmarks/institutions.py [--institutions 300000] [--rows 10000] [--times 200]
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import md5
from pathlib import Path

import psycopg
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leasehold.customers.contact_lists import CONTACTS
from leasehold.customers.details import Detail
from leasehold.customers.institutions import InstitutionCard
from leasehold.customers.models import Institution
from leasehold.customers.named import institutions_named
from leasehold.customers.vocabulary import DetailKind
from leasehold.embedded.cluster import Cluster
from leasehold.kit.actor import Actor
from leasehold.kit.configuration import load_configuration
from leasehold.kit.database import DATABASE_NAME, Database, Role, database_for
from leasehold.kit.guard import Unguarded
from leasehold.kit.listing import Wanted, read_page
from leasehold.kit.orm import engine_of, transaction
from leasehold.leads.converting import convert
from leasehold.leads.duplicates.work_list import possible_duplicates
from leasehold.leads.merging.service import merge_institutions
from leasehold.leads.merging.undoing import undo_merge
from leasehold.leads.pipeline import add_lead
from leasehold.licensing.products import find_or_create_product
from leasehold.licensing.service import LicenseTerms, create_licenses
from leasehold.migrations.runner import migrate
from leasehold.settings.days import today_of

MOST_AT_ENTRY = 0.050
MOST_OF_A_MERGE = 2.0
MOST_OF_A_SEARCH = 0.100
ACTOR = Actor("benchmark")
SYLLABLES = ("ka", "mo", "ri", "ta", "lo", "ben", "ser", "dau", "hol", "wie", "fen", "gra", "nor", "tes", "pau", "lim")
PLACES = ("Nord", "Süd", "Heidelberg", "Hamburg", "Leipzig", "Graz", "Basel", "Bremen", "Kiel", "Ulm", "Essen", "Köln")
SORTS = ("Klinikum", "Stadtwerke", "Maschinenbau", "Apotheke", "Autohaus", "Verlag", "Druckerei", "Spedition")
FORMS = ("GmbH", "AG", "GmbH & Co. KG", "e. V.", "KG", "Ltd.")
PEOPLE = """
INSERT INTO contacts (id, first_name, last_name) OVERRIDING SYSTEM VALUE
SELECT n, (ARRAY['Ada', 'Eva', 'Jörg', 'Uwe'])[1 + n %% 4], initcap(substr(md5(n::text), 1, 6))
  FROM generate_series(1, %(contacts)s) AS n;
INSERT INTO affiliations (contact_id, institution_id)
SELECT n, 1 + n %% %(institutions)s FROM generate_series(1, %(contacts)s) AS n;
INSERT INTO contact_details (contact_id, kind, value, value_norm)
SELECT n, 'email', 'a' || n || '@kunde-' || 1 + n %% %(institutions)s || '.example',
       'a' || n || '@kunde-' || 1 + n %% %(institutions)s || '.example'
  FROM generate_series(1, %(contacts)s) AS n;
INSERT INTO contact_details (contact_id, kind, value, value_norm)
SELECT n, 'phone', '+4930' || 1000000 + n, '+4930' || 1000000 + n FROM generate_series(1, %(contacts)s) AS n;
"""
CHILDREN = {
    "contacts": """
WITH c AS (INSERT INTO contacts (last_name) SELECT 'Child ' || n FROM generate_series(1, %(rows)s) AS n RETURNING id)
INSERT INTO affiliations (contact_id, institution_id) SELECT id, %(id)s FROM c""",
    "activities": """
INSERT INTO activities (institution_id, kind, subject, made_by)
SELECT %(id)s, 'call', 'Call ' || n, 'benchmark' FROM generate_series(1, %(rows)s) AS n""",
    "notes": """
INSERT INTO institution_notes (institution_id) SELECT %(id)s FROM generate_series(1, %(rows)s)""",
    "sub-institutions": """
INSERT INTO institutions (name, parent_id) SELECT 'Child ' || n, %(id)s FROM generate_series(1, %(rows)s) AS n""",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--institutions", type=int, default=300_000)
    parser.add_argument("--rows", type=int, default=10_000, help="that a merge moves")
    parser.add_argument("--times", type=int, default=200)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="leasehold-benchmark-", ignore_cleanup_errors=True) as directory:
        cluster = Cluster(Path(directory))
        cluster.start(subprocess.DEVNULL)
        try:
            wrong = measure(Path(directory), cluster, arguments)
        finally:
            cluster.stop()
    if wrong:
        sys.exit("too slow: " + ", ".join(wrong))


def measure(data_dir: Path, cluster: Cluster, arguments: argparse.Namespace) -> list[str]:
    """Print every figure; gives what is slower than we claim."""
    with psycopg.connect(cluster.superuser_conninfo, autocommit=True) as superuser:
        if not superuser.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE_NAME,)).fetchall():
            superuser.execute(f"CREATE DATABASE {DATABASE_NAME} OWNER {Role.OWNER.value}")
    configuration = load_configuration(data_dir=str(data_dir))
    owner, panel = (database_for(configuration, role) for role in (Role.OWNER, Role.PANEL))
    migrate(owner, Unguarded())
    chance = random.Random(7)
    fill(owner, arguments.institutions, chance)
    wrong = entry(panel, arguments, chance) + search(panel, arguments.times, chance)
    wrong += contacts(panel, arguments, chance)
    for kind in ("licenses", *CHILDREN):
        wrong += merge(owner, panel, kind, arguments.rows)
    engine_of(panel).dispose()
    return wrong


def fill(owner: Database, institutions: int, chance: random.Random) -> None:
    started = time.perf_counter()
    with owner.connect(application="benchmark") as connection:
        ACTOR.sign(connection)
        connection.execute("SET maintenance_work_mem = '512MB'")
        for table in ("institutions", "contacts", "affiliations", "contact_details"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        with connection.cursor().copy("COPY institutions (name, website_domain) FROM STDIN") as copy:
            for number in range(1, institutions + 1):
                copy.write_row((a_name(chance), f"kunde-{number}.example" if chance.random() < 0.7 else None))
        contacts = institutions * 10 // 3
        connection.execute(PEOPLE % {"contacts": contacts, "institutions": institutions})
        for table in ("institutions", "contacts", "affiliations", "contact_details"):
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        connection.execute("SELECT setval(pg_get_serial_sequence('contacts', 'id'), %s)", (contacts,))
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
    print(f"{institutions} institutions and {contacts} contacts in {time.perf_counter() - started:.0f} s", flush=True)


def a_name(chance: random.Random) -> str:
    word = "".join(chance.choice(SYLLABLES) for _ in range(3)).capitalize()
    name = f"{word} {chance.choice(SORTS)} {chance.choice(PLACES)} {chance.choice(FORMS)}"
    if chance.random() < 0.1:
        place = chance.randrange(1, len(word))
        name = name[:place] + name[place + 1 :]
    return name


def entry(panel: Database, arguments: argparse.Namespace, chance: random.Random) -> list[str]:
    found = []

    def act(session: Session) -> float:
        number = chance.randrange(1, arguments.institutions)
        known = session.get_one(Institution, number).name if chance.random() < 0.5 else a_name(chance)
        details = (
            Detail(DetailKind.EMAIL, f"info@kunde-{number}.example"),
            Detail(DetailKind.PHONE, f"+49 30 {1000000 + number}"),
        )
        made = add_lead(session, InstitutionCard(known, details=details))
        started = time.perf_counter()
        found.append(len(possible_duplicates(session, made.id)))
        return time.perf_counter() - started

    whole, checks = many(panel, arguments.times, act)
    print(f"entry: {said(whole)}, of which the check: {said(checks)}; {statistics.mean(found):.1f} found", flush=True)
    return ["entry"] if p95(checks) >= MOST_AT_ENTRY else []


def search(panel: Database, times: int, chance: random.Random) -> list[str]:
    def act(session: Session) -> float:
        part = a_name(chance)[: chance.randrange(3, 12)]
        started = time.perf_counter()
        shown = select(Institution.id).where(Institution.id.in_(institutions_named(part, 25)))
        session.scalars(shown.order_by(func.lower(Institution.name), Institution.id)).all()
        return time.perf_counter() - started

    _, searches = many(panel, times, act)
    print(f"search: {said(searches)}", flush=True)
    return ["search"] if p95(searches) >= MOST_OF_A_SEARCH else []


def contacts(panel: Database, arguments: argparse.Namespace, chance: random.Random) -> list[str]:
    def number() -> int:
        return chance.randrange(1, arguments.institutions)

    asked: dict[str, Callable[[], dict[str, str]]] = {
        "all": dict,
        "name": lambda: {"q": f"{chance.choice(('Eva', 'Jörg'))} {chance.choice('abcdef')}"},
        "surname": lambda: {"q": md5(str(number()).encode()).hexdigest()[: chance.randrange(3, 7)]},
        "e-mail": lambda: {"q": f"a{number()}@"},
        "institution": lambda: {"institution": a_name(chance)[: chance.randrange(3, 12)]},
    }
    wrong = []
    for what, filters in asked.items():

        def act(session: Session, filters: Callable[[], dict[str, str]] = filters) -> float:
            wanted = Wanted({name: [text] for name, text in filters().items()})
            today = today_of(session)
            started = time.perf_counter()
            page = read_page(session, CONTACTS, wanted, today)
            taken = time.perf_counter() - started
            if page.next is None:
                return taken
            started = time.perf_counter()
            read_page(session, CONTACTS, replace(wanted, cursor=page.next), today)
            return max(taken, time.perf_counter() - started)

        _, pages = many(panel, arguments.times, act)
        print(f"contacts, {what}: {said(pages)}", flush=True)
        wrong += [f"contacts, {what}"] if p95(pages) >= MOST_OF_A_SEARCH else []
    return wrong


def many(panel: Database, times: int, act: Callable[[Session], float]) -> tuple[list[float], list[float]]:
    """Seconds of the whole transaction, and of what `act` has measured."""
    whole, parts = [], []
    for _ in range(times):
        started = time.perf_counter()
        with transaction(panel, ACTOR) as session:
            part = act(session)
        whole.append(time.perf_counter() - started)
        parts.append(part)
    return whole, parts


def merge(owner: Database, panel: Database, kind: str, rows: int) -> list[str]:
    with transaction(panel, ACTOR) as session:
        loser, winner = (add_lead(session, InstitutionCard(f"{side} of {kind}")).id for side in ("Loser", "Winner"))
        if kind == "licenses":
            product = find_or_create_product(session, "studio")
            customer = convert(session, loser).customer
            convert(session, winner)
            for _ in range(rows // 1000):
                create_licenses(session, LicenseTerms(1, 1), customer=customer, product=product, count=1000)
    if kind in CHILDREN:
        with owner.connect(application="benchmark") as connection:
            ACTOR.sign(connection)
            connection.execute(CHILDREN[kind], {"id": loser, "rows": rows})
    merged = timed(panel, lambda session: merge_institutions(session, loser, winner, actor=ACTOR))
    undone = timed(panel, lambda session: undo_merge(session, loser, actor=ACTOR))
    print(f"{rows} {kind}: merged in {merged:.2f} s, undone in {undone:.2f} s", flush=True)
    return [f"merge of {kind}"] if merged >= MOST_OF_A_MERGE else []


def timed(panel: Database, act: Callable[[Session], object]) -> float:
    started = time.perf_counter()
    with transaction(panel, ACTOR) as session:
        act(session)
    return time.perf_counter() - started


def said(seconds: list[float]) -> str:
    return f"{1000 * statistics.median(seconds):.1f} ms, p95 {1000 * p95(seconds):.1f} ms"


def p95(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)]


if __name__ == "__main__":
    main()
