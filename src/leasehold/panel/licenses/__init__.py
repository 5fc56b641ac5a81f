"""Licenses in the panel."""
