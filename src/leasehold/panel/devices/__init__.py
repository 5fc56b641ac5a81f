"""Devices in the panel."""
