"""Ended sessions in the panel."""
