"""Delivery: the admin panel (Flask)."""
