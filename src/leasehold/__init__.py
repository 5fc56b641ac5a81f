"""Leasehold: which devices may run a vendor's software, and how many at once."""

__version__ = "0.1.0"
