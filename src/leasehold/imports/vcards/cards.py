"""The cards of a vCard file, one after the other: what each says, or why it cannot be read."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from leasehold.imports.tables import Broken
from leasehold.imports.vcards.lines import Line
from leasehold.imports.vcards.properties import LineBroken, Property, read_property

MOST_PROPERTIES: Final = 500
_BEGIN = re.compile(r"\s*(?:[\w-]+\.)?BEGIN\s*:\s*VCARD\s*", re.IGNORECASE)
_END = re.compile(r"\s*(?:[\w-]+\.)?END\s*:\s*VCARD\s*", re.IGNORECASE)
# What is read of a card. Anything else (pictures, birthdays, notes) is left out.
_READ: Final = frozenset(
    ("KIND", "X-ABSHOWAS", "ORG", "N", "FN", "TITLE", "ROLE", "EMAIL", "TEL", "URL", "ADR", "LANG", "CATEGORIES")
)


@dataclass(frozen=True, slots=True)
class Card:
    """A card: the number of its first line, its properties, those that are preferred before others of their name."""

    number: int
    properties: Sequence[Property]
    broken: Broken | None = None

    def all(self, name: str) -> list[Property]:
        """Its properties of this name."""
        return [one for one in self.properties if one.name == name]

    def text(self, name: str) -> str:
        """The first of them that says something; empty where there is none."""
        return next((text for one in self.all(name) if (text := one.text)), "")


def read_cards(lines: Iterable[Line]) -> Iterator[Card]:
    """Every card, in the order of the file; a run of lines outside of any card is a broken one."""
    card: _Open | None = None
    is_stray = False
    for line in lines:
        begins, ends = _BEGIN.fullmatch(line.text), _END.fullmatch(line.text)
        if card is not None and card.takes_nested(begins=begins is not None, ends=ends is not None):
            continue
        if begins:
            if card is not None:
                yield card.unfinished()
            card, is_stray = _Open(line.number), False
        elif ends and card is not None:
            yield card.finished()
            card = None
        elif card is not None:
            card.take(line)
        elif not is_stray:
            yield _stray(line)
            is_stray = True
    if card is not None:
        yield card.unfinished()


class _Open:
    """A card whose end was not seen yet. The first thing that is wrong with it is what is told."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._properties: list[Property] = []
        self._broken: Broken | None = None
        self._nested = 0
        self._awaits_nested = False

    def takes_nested(self, *, begins: bool, ends: bool) -> bool:
        """Whether the line is of a card within this one (an assistant's, in vCard 2.1), which is passed over."""
        if begins and (self._nested or self._awaits_nested):
            self._nested += 1
        elif ends and self._nested:
            self._nested -= 1
            return True
        self._awaits_nested = False
        return self._nested > 0

    def take(self, line: Line) -> None:
        """One more line."""
        try:
            found = read_property(line)
        except LineBroken as broken:
            self._broken = self._broken or broken.said
            return
        self._awaits_nested = found.name == "AGENT" and not found.value.strip()
        if found.name not in _READ:
            return
        if line.is_cut or len(self._properties) == MOST_PROPERTIES:
            detail = f"Line {line.number} is too long, or one too many for a card: shorten it, or take it out."
            self._broken = self._broken or Broken("card_too_long", detail, {"line": line.number})
            return
        self._properties.append(found)

    def finished(self) -> Card:
        """The card."""
        ordered = sorted(self._properties, key=lambda one: not one.is_preferred)
        return Card(self._number, ordered, self._broken)

    def unfinished(self) -> Card:
        """The same where the file, or another card, comes before its end."""
        detail = f"The card that begins in line {self._number} has no end (END:VCARD): export it anew."
        self._broken = self._broken or Broken("no_end", detail, {"line": self._number})
        return self.finished()


def _stray(line: Line) -> Card:
    given = line.text[:80]
    detail = f"Line {line.number} stands outside of any card: take it out, or export the cards anew."
    return Card(line.number, (), Broken("outside", detail, {"line": line.number}, given))
