"""Pools that have fallen below their low-water mark: told to the vendor, once for each fall."""

from collections.abc import Sequence
from typing import Any, Final

from leasehold.customers.vocabulary import Language
from leasehold.kit.orm import driver_connection
from leasehold.reminders.letters import Letter, write_letter
from leasehold.reminders.subject import About, Due, Look
from leasehold.reminders.vocabulary import ReminderKind
from leasehold.resources.figures import PoolLevel, read_pool_levels

_MOST_POOLS = 1000
_RULE = "SELECT id FROM reminder_rules WHERE kind = 'pool_low_water' AND active"
# The pools whose fall was told, or is about to be, and is not over.
_TOLD = """
SELECT pool_id, about, mail_id FROM reminder_ledger
 WHERE pool_id IS NOT NULL AND state <> 'withdrawn' AND over_at IS NULL
"""
_OVER = """
UPDATE reminder_ledger SET over_at = %(moment)s
 WHERE pool_id = ANY (%(pools)s) AND state <> 'withdrawn' AND over_at IS NULL
"""


class PoolLowWater:
    """Tells the vendor of pools that run low, all in one letter."""

    kind: Final = ReminderKind.POOL_LOW_WATER

    def due(self, look: Look) -> list[Due[PoolLevel]]:
        """The pools that are below their marks and of which the vendor does not know yet."""
        rule: Any = driver_connection(look.session).execute(_RULE).fetchone()
        if rule is None:
            return []
        told = _told(look)
        return [
            Due(look.vendor.recipient, level, About(look.moment, pool_id=level.pool_id), rule[0])
            for level in _low_pools(look)
            if level.pool_id not in told
        ]

    def still_due(self, look: Look, mail_id: int) -> list[tuple[About, PoolLevel]]:
        """The pools of the mail that are below their marks still."""
        told = _told(look)
        return [
            (About(told[level.pool_id][0], pool_id=level.pool_id), level)
            for level in _low_pools(look)
            if level.pool_id in told and told[level.pool_id][1] == mail_id
        ]

    def settle(self, look: Look) -> None:
        """Pools that have risen to their marks: the next fall is another one."""
        low = {level.pool_id for level in _low_pools(look)}
        risen = [pool for pool in _told(look) if pool not in low]
        driver_connection(look.session).execute(_OVER, {"pools": risen, "moment": look.moment})

    def write(self, look: Look, language: Language, items: Sequence[PoolLevel], *, signed: str) -> Letter:  # noqa: ARG002  # as all subjects are
        """One letter about all of them, the one that is furthest below its mark at the top."""
        return write_letter(self.kind.value, language, pools=items, signed=signed)


def _low_pools(look: Look) -> list[PoolLevel]:
    return [level for level in read_pool_levels(look.session, limit=_MOST_POOLS) if level.is_low]


def _told(look: Look) -> dict[int, tuple[Any, int]]:
    """For each pool: when its fall was noticed, and the mail that tells of it."""
    rows: Any = driver_connection(look.session).execute(_TOLD)
    return {pool: (about, mail) for pool, about, mail in rows}
