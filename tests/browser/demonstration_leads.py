"""Leads in every stage, what is to be done about them, and notes with versions, for the demonstration."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from leasehold.customers.addresses import AddressCard
from leasehold.customers.details import Detail, Owner, list_details
from leasehold.customers.institutions import InstitutionCard, card_of, edit_institution, read_institution
from leasehold.customers.vocabulary import DetailKind, InstitutionKind
from leasehold.imports.uploads import keep_upload
from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import driver_connection, transaction
from leasehold.leads.activities import ActivityCard, add_activity, finish_activity
from leasehold.leads.duplicates.work_list import possible_duplicates
from leasehold.leads.importing.service import SUBJECT, preview_institutions, take_institutions
from leasehold.leads.notes import add_note, restore_version, save_note
from leasehold.leads.pipeline import add_lead, find_stage, move_to_stage
from leasehold.leads.vocabulary import ActivityKind

ACTOR = Actor("test:demonstration")
_LEADS = (
    ("Stadtbibliothek Ulm", "New", None),
    ("Fachhochschule Südwest", "Contacted", None),
    ("Praxis Dr. Öztürk", "Offer", None),
    ("Verein für Denkmalpflege e. V.", "On hold", None),
    ("Autohaus Krüger GmbH & Co. KG", "Lost", "Bought elsewhere"),
)
_TWINS = ("Fachhochschule Suedwest e. V.", "Praxis Dr. Oeztuerk")
_FAIR = """Firma;Website;Vorname;Nachname;E-Mail Kontakt
Klinikum West;klinikum-west.example;Ada;Lovelace;ada@klinikum-west.example
Klinikum Ost;kein name;;;
STADTBIBLIOTHEK ULM gGmbH;;;;
Autohaus Krüger;;;;
"""
_DIRECTORY = (
    "Firma;Ort;Nachname\nSteuerberatung Lindner;Kiel;Lindner\n",
    "Firma;Ort;Nachname\nNotariat Brandt;Ulm;\nSteuerberatung Lindner;;Petersen\n",
)
_NOTE = "# First visit\n\n- 40 places of work\n- **Decides in May**, [tender](https://example.org/tender)\n"


@dataclass(frozen=True)
class Leads:
    """What pages are asked about."""

    activity_id: int
    note_id: int
    own_detail_id: int
    upload_id: UUID
    import_id: int


def make_leads(session: Session, institution_id: int) -> Leads:
    """Leads of every stage, and everything that can be known of the institution."""
    for number, (name, stage, reason) in enumerate(_LEADS):
        lead = add_lead(session, InstitutionCard(name, source="Fair 2026", tags=("fair",)))
        move_to_stage(session, lead.id, find_stage(session, stage).id, lost_reason=reason)
        due = datetime.now(UTC) + timedelta(days=number - 1, hours=1)
        add_activity(session, lead.id, ActivityCard(ActivityKind.CALL, "Ask for the budget", due), actor=ACTOR)
    institution = read_institution(session, institution_id)
    card = replace(
        card_of(session, institution),
        kind=InstitutionKind.NON_PROFIT,
        website_domain="klinikum-nord.example",
        vat_id="DE123456789",
        tags=("clinic", "north"),
        details=(Detail(DetailKind.PHONE, "+49 30 1234567", "Reception"),),
        addresses=(AddressCard("Berlin", street="Am Markt 1", postcode="10115"),),
    )
    edit_institution(session, institution_id, card)
    plan = ActivityCard(ActivityKind.MEETING, "Show the new release", datetime.now(UTC) + timedelta(days=3))
    planned = add_activity(session, institution_id, plan, actor=ACTOR)
    done = add_activity(session, institution_id, ActivityCard(ActivityKind.MAIL, "Send the offer"), actor=ACTOR)
    finish_activity(session, done.id, actor=ACTOR, outcome="They want two more seats")
    note = add_note(session, institution_id, _NOTE, actor=ACTOR).note.id
    save_note(session, note, _NOTE.replace("40", "60"), base=1, actor=ACTOR)
    restore_version(session, note, 1, base=2, actor=ACTOR)
    own_detail = list_details(session, Owner(institution_id=institution_id))[0]
    for name in _TWINS:
        possible_duplicates(session, add_lead(session, InstitutionCard(name)).id)
    upload_id = keep_upload(driver_connection(session), SUBJECT, "messe.csv", BytesIO(_FAIR.encode()))
    return Leads(planned.id, note, own_detail.id, upload_id, _import_twice(session))


def _import_twice(session: Session) -> int:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "branchenbuch.csv"
        for rows in _DIRECTORY:
            file.write_text(rows)
            made = take_institutions(session, preview_institutions(session, file), actor=ACTOR)
    return made.id


def make_more_leads(session: Session, shown: Any, number: int) -> None:
    """More of everything about institutions that pages show rows of."""
    lead = add_lead(session, InstitutionCard(f"Further {number}", parent_id=shown.institution_id))
    for institution_id in (lead.id, shown.institution_id):
        plan = ActivityCard(ActivityKind.TASK, f"Further {number}")
        add_activity(session, institution_id, plan, actor=ACTOR)
        done = add_activity(session, institution_id, plan, actor=ACTOR)
        finish_activity(session, done.id, actor=ACTOR)
        add_note(session, institution_id, f"Further {number}", actor=ACTOR)
    save_note(session, shown.note_id, f"Further {number}", base=3 + number, actor=ACTOR)


def give_work(owner: Database, member_id: int) -> None:
    """Let somebody of the staff look after every lead, and do all that is to be done but for one of them."""
    with transaction(owner, ACTOR) as session:
        values = {"member": member_id}
        session.execute(text("UPDATE institutions SET owner_id = :member WHERE stage_id IS NOT NULL"), values)
        session.execute(text("UPDATE activities SET assignee_id = :member"), values)
        session.execute(
            text(
                "DELETE FROM activities WHERE id ="
                " (SELECT max(id) FROM activities WHERE subject = 'Ask for the budget')"
            )
        )
        session.execute(
            text("UPDATE stage_moves SET entered_at = entered_at - interval '12 days' WHERE left_at IS NULL")
        )
