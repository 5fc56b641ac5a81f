"""Whoever hears how far an upgrade is."""

from collections.abc import Callable

Say = Callable[[str], None]
