"""`leasehold reminder …`."""

import sys
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from leasehold.cli.arguments import OptionalLicenseKey, license_key_from
from leasehold.cli.call import Call
from leasehold.cli.installation import check_installation, database_of_installation
from leasehold.cli.output import Fields, rfc3339
from leasehold.cli.transaction import transaction
from leasehold.cli.verb import new_group, verb
from leasehold.customers.vocabulary import Language
from leasehold.kit.database import Role
from leasehold.kit.listing import Wanted, stream_rows
from leasehold.kit.orm import driver_connection, engine_of
from leasehold.licensing.service import find_license
from leasehold.reminders.hours import leaves_at
from leasehold.reminders.lists import REMINDERS, ReminderLine
from leasehold.reminders.mail_settings import keep_mail_password, missing_for_mails, read_mail_settings
from leasehold.reminders.models import ReminderRule
from leasehold.reminders.planning import Plan, PlannedMail, letter_of, plan_mails
from leasehold.reminders.recipients import vendor_of
from leasehold.reminders.record import read_record
from leasehold.reminders.resending import send_again
from leasehold.reminders.rules import list_rules, switch_rule
from leasehold.reminders.sending import Sender
from leasehold.reminders.subject import Look, database_time, look_at
from leasehold.reminders.trying import send_test_mail
from leasehold.reminders.vocabulary import ReminderKind, ReminderState

app = new_group()

_PLANNED = ("recipient", "language", "kind", "subject", "about", "leaves_at")
_LISTED = ("kind", "days_before", "about", "license_key", "pool", "activity", "state", "recipient", "sent_at")
_RULES = ("id", "kind", "days_before", "active")


class _Switch(StrEnum):
    ON = "on"
    OFF = "off"


@verb(app, "status")
def status(call: Call) -> None:
    """Say whether reminders are sent, by which server, and how the latest ones fared."""
    configuration = call.configuration
    with transaction(call) as session:
        look = look_at(session, vendor_of(configuration))
        plan, leaves = plan_mails(look), leaves_at(look)
        record = read_record(driver_connection(session))
    missing = missing_for_mails(configuration)
    call.show(
        {
            "on": not missing,
            "missing": missing,
            "server": None if missing else f"{configuration.smtp_host}:{configuration.smtp_port}",
            "tls": configuration.smtp_tls,
            "from": configuration.mail_from,
            "vendor": configuration.mail_vendor,
            "due": len(plan.mails),
            "untold": len(plan.untold),
            "leaves_at": rfc3339(leaves),
            "waiting": record.waiting,
            "given_up": record.given_up,
            "ran_at": rfc3339(record.ran_at),
            "failure": record.failure,
            "failed_at": rfc3339(record.failed_at),
        }
    )


@verb(app, "preview")
def preview(call: Call) -> None:
    """Show what would be sent, to whom and when; nothing is. Without a recipient: there is nobody to tell."""
    with transaction(call) as session:
        look = look_at(session, vendor_of(call.configuration))
        call.show_list(_planned(look, plan_mails(look), signed=call.configuration.mail_from or ""), _PLANNED)


@verb(app, "send")
def send(
    call: Call,
    *,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing where there was nothing to do.")] = False,
) -> None:
    """Send what is due now, from the hour of the day on that is set; the worker does so every quarter of an hour."""
    settings = read_mail_settings(call.configuration)
    database = database_of_installation(call.configuration, Role.WORKER)
    try:
        tally = Sender(database, settings, vendor_of(call.configuration), call.actor).send_due()
    finally:
        engine_of(database).dispose()
    if not (quiet and tally.is_empty):
        call.show(asdict(tally) | {"leaves_at": rfc3339(tally.leaves_at)})


@verb(app, "list")
def list_(
    call: Call,
    *,
    kind: Annotated[ReminderKind | None, typer.Option(help="Only those about this.")] = None,
    state: Annotated[
        list[ReminderState] | None, typer.Option(help="Only those that stand so; may be repeated.")
    ] = None,
    license_key: OptionalLicenseKey = None,
) -> None:
    """List the ledger, newest first: what was told to whom, about which license, pool or activity."""
    with transaction(call) as session:
        filters = {
            "kind": [] if kind is None else [kind.value],
            "state": [one.value for one in state or ()],
            "license": []
            if license_key is None
            else [find_license(session, license_key_from(license_key)).license_key],
        }
        wanted = Wanted({name: texts for name, texts in filters.items() if texts})
        call.show_list(map(_line, stream_rows(session, REMINDERS, wanted, None)), _LISTED)


@verb(app, "again")
def again(
    call: Call,
    reminder: Annotated[int, typer.Argument(metavar="ID", help="Of the list.", show_default=False, min=1)],
) -> None:
    """Send a mail again that was given up, with the next ones: the same mail, and what is true then."""
    with transaction(call) as session:
        mail = send_again(session, reminder)
        fields = {"id": reminder, "recipient": mail.recipient, "state": mail.state, "message_id": mail.message_id}
    call.show(fields)


@verb(app, "rules")
def rules(call: Call) -> None:
    """List the rules that reminders are due by."""
    with transaction(call) as session:
        call.show_list(map(_rule, list_rules(session)), _RULES)


@verb(app, "switch")
def switch(
    call: Call,
    rule: Annotated[int, typer.Argument(metavar="RULE", help="The id of the rule.", show_default=False)],
    to: Annotated[_Switch, typer.Argument(metavar="on|off", help="Whether it is gone by.", show_default=False)],
) -> None:
    """Switch a rule on or off."""
    with transaction(call) as session:
        fields = _rule(switch_rule(session, rule, active=to is _Switch.ON))
    call.show(fields)


@verb(app, "test")
def test(call: Call, address: Annotated[str, typer.Argument(help="Where it goes.", show_default=False)]) -> None:
    """Send one mail that says that mails can be sent."""
    settings = read_mail_settings(call.configuration)
    with transaction(call) as session:
        moment = database_time(session)
    message_id = send_test_mail(settings, address, Language(call.configuration.mail_language), moment=moment)
    call.show({"recipient": address, "message_id": message_id, "server": settings.server})


@verb(app, "password")
def password(call: Call) -> None:
    """Keep the password of LEASEHOLD_SMTP_USER among the secrets: asked for, or read from a pipe; none: forget it."""
    check_installation(call.configuration)
    if sys.stdin.isatty():
        typed = typer.prompt("The mail server's password", hide_input=True, default="", show_default=False)
    else:
        typed = sys.stdin.read().rstrip("\r\n")
    keep_mail_password(call.configuration.data_dir, typed)
    call.show({"password": "kept" if typed else "forgotten"})


def _planned(look: Look, plan: Plan, *, signed: str) -> list[Fields]:
    nobody = {"recipient": None, "language": None, "subject": None, "text": None, "leaves_at": None}
    leaves = rfc3339(leaves_at(look) or look.moment)
    return [
        *({**_mail(look, mail, signed=signed), "leaves_at": leaves} for mail in plan.mails),
        *({**nobody, "kind": kind.value, "about": [_name(due.item)]} for kind, due in plan.untold),
    ]


def _mail(look: Look, mail: PlannedMail, *, signed: str) -> Fields:
    letter = letter_of(look, mail, signed=signed)
    return {
        "recipient": mail.recipient.address,
        "language": mail.recipient.language.value,
        "kind": mail.kind.value,
        "subject": letter.subject,
        "text": letter.text,
        "about": [_name(item) for item in mail.items],
    }


def _name(item: object) -> str:
    """A license by its key, a pool by its name, an activity by its subject."""
    names = (getattr(item, name, None) for name in ("license_key", "name", "subject"))
    return str(next(filter(None, names), ""))


def _line(line: ReminderLine) -> Fields:
    return {
        "id": line.entry.id,
        "kind": line.rule.kind,
        "days_before": line.rule.days_before,
        "about": rfc3339(line.entry.about),
        "license_key": line.license_key,
        "pool": line.pool,
        "activity": line.activity,
        "state": line.state.value,
        "recipient": line.mail.recipient,
        "message_id": line.mail.message_id,
        "attempts": line.mail.attempts,
        "doubts": line.mail.doubts,
        "next_attempt_at": rfc3339(line.mail.next_attempt_at),
        "sent_at": rfc3339(line.mail.sent_at),
        "failure": line.mail.failure,
        "created_at": rfc3339(line.entry.created_at),
    }


def _rule(rule: ReminderRule) -> Fields:
    return {"id": rule.id, "kind": rule.kind, "days_before": rule.days_before, "active": rule.active}
