"""Send what is due: each mail at least once, and never twice without saying so.

1. Only one process of an installation sends at a time (an advisory lock, which dies with its holder), and none before
   the hour of the day that is set (`hours.py`).
2. Mails that a dead process was sending are in doubt: they wait again, under the same Message-ID, and say so.
3. The server is tried first: while it is away nothing is planned, so that what is late collapses into what is nearest.
4. What is due becomes mails that wait, with their lines in the ledger. That is committed.
5. Each mail whose time has come is read again for what is true still, written down as being sent (committed), handed
   over, and written down as sent, given up, or waiting.
"""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from leasehold.kit.actor import Actor
from leasehold.kit.database import Database
from leasehold.kit.orm import driver_connection, transaction
from leasehold.reminders import post
from leasehold.reminders.errors import MailServerAway, RemindersBusy
from leasehold.reminders.hours import leaves_at
from leasehold.reminders.letters import Letter
from leasehold.reminders.mail_server import Answer, Fate, compose, hand_over, mail_server
from leasehold.reminders.mail_settings import MailSettings
from leasehold.reminders.planning import SUBJECTS, plan_mails
from leasehold.reminders.post import Mail
from leasehold.reminders.recipients import Vendor
from leasehold.reminders.record import note_failure, note_run
from leasehold.reminders.subject import Clock, Look, database_time, look_at

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('leasehold.reminders', 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('leasehold.reminders', 0))"
NO_ADDRESS = "this is no address that a mail can be sent to"


@dataclass(slots=True)
class Tally:
    """What became of the mails; `untold` is how much there was nobody to tell to.

    Where it is too early, nothing was looked at, and what is due leaves at `leaves_at`.
    """

    sent: int = 0
    waiting: int = 0
    given_up: int = 0
    cancelled: int = 0
    untold: int = 0
    leaves_at: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there was no mail."""
        return not (self.sent or self.waiting or self.given_up or self.cancelled)


@dataclass(frozen=True, slots=True)
class _Begun:
    letter: Letter
    address: str
    moment: datetime


@dataclass(slots=True)
class Sender:
    """Sends what is due on `database`, as the role of the worker sees it. `clock` tells the moment of a transaction."""

    database: Database
    settings: MailSettings
    vendor: Vendor
    actor: Actor
    clock: Clock = database_time
    _tally: Tally = field(default_factory=Tally)

    def send_due(self) -> Tally:
        """Send everything that is due now, from the hour of the day on that is set.

        Raises `RemindersBusy` and `MailServerAway`; both leave what is due due.
        """
        with self._alone():
            with self._look() as look:
                self._tally.leaves_at = leaves_at(look)
            if self._tally.leaves_at is not None:
                return self._tally
            try:
                self._plan()
                self._send_waiting()
            except MailServerAway as away:
                with self._look() as look:
                    note_failure(driver_connection(look.session), away.detail, look.moment)
                raise
            with self._look() as look:
                note_run(driver_connection(look.session), look.moment)
        return self._tally

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self.database.connect(application="reminders", autocommit=True) as connection:
            if connection.execute(_LOCK).fetchone() != (True,):
                raise RemindersBusy
            try:
                yield
            finally:
                if not connection.closed:  # closing lets go of it too, but a moment later
                    connection.execute(_UNLOCK)

    @contextmanager
    def _look(self) -> Iterator[Look]:
        with transaction(self.database, self.actor) as session:
            yield look_at(session, self.vendor, self.clock)

    def _plan(self) -> None:
        with self._look() as look:
            post.doubt_interrupted(driver_connection(look.session), look.moment)
        with mail_server(self.settings):
            pass
        with self._look() as look:
            for subject in SUBJECTS.values():
                subject.settle(look)
            plan = plan_mails(look)
            self._tally.untold = len(plan.untold)
            for planned in plan.mails:
                domain = self.settings.sender_domain
                post.write_mail(driver_connection(look.session), planned, domain=domain, moment=look.moment)

    def _send_waiting(self) -> None:
        last = 0
        while (mail := self._next(after=last)) is not None:
            last = mail.id
            with mail_server(self.settings) as server:
                begun = self._begin(mail)
                if begun is not None:
                    self._hand_over(server, mail, begun)

    def _next(self, *, after: int) -> Mail | None:
        with self._look() as look:
            return post.next_mail(driver_connection(look.session), look.moment, after=after)

    def _begin(self, mail: Mail) -> "_Begun | None":
        """The mail as it is now, once it is written down that it is being sent; None where it says nothing any more."""
        with self._look() as look:
            connection = driver_connection(look.session)
            subject = SUBJECTS[mail.kind]
            found = [] if mail.recipient is None else subject.still_due(look, mail.id)
            post.withdraw_others(connection, mail.id, [about for about, _ in found])
            if mail.recipient is None or not found:
                post.cancel(connection, mail.id)
                self._tally.cancelled += 1
                return None
            post.begin(connection, mail.id, look.moment)
            items = [item for _, item in found]
            letter = subject.write(look, mail.recipient.language, items, signed=self.settings.sender_name)
            return _Begun(letter, mail.recipient.address, look.moment)

    def _hand_over(self, server: smtplib.SMTP, mail: Mail, begun: "_Begun") -> None:
        message = compose(self.settings, begun.letter, begun.address, message_id=mail.message_id, moment=begun.moment)
        try:
            answer = Answer(Fate.NEVER, NO_ADDRESS) if message is None else hand_over(self.settings, server, message)
        except MailServerAway as away:
            self._note(mail, Answer(Fate.NOT_NOW, away.detail))
            raise
        self._note(mail, answer)

    def _note(self, mail: Mail, answer: Answer) -> None:
        reason = answer.reason or ""
        with self._look() as look:
            connection = driver_connection(look.session)
            match answer.fate:
                case Fate.TAKEN:
                    post.note_sent(connection, mail)
                    self._tally.sent += 1
                case Fate.NEVER:
                    post.note_given_up(connection, mail, reason)
                    self._tally.given_up += 1
                case Fate.NOT_NOW | Fate.UNKNOWN:
                    in_doubt = answer.fate is Fate.UNKNOWN
                    post.note_wait(connection, mail, reason, look.moment, in_doubt=in_doubt)
                    self._tally.waiting += 1
