"""From which hour of the day on reminders leave: nobody is written to at night."""

from datetime import datetime, time

from leasehold.kit.orm import driver_connection
from leasehold.reminders.subject import Look
from leasehold.settings.service import get_setting


def leaves_at(look: Look) -> datetime | None:
    """When what is due leaves: at the hour of today that has not come yet, or None for at once.

    What is due earlier waits for it, what becomes due later leaves at once; a day that was missed is made up for on the
    next one.
    """
    hour = int(get_setting(driver_connection(look.session), "reminder_hour"))
    opens = datetime.combine(look.moment.astimezone(look.zone).date(), time(hour), look.zone)
    return opens if look.moment < opens else None
