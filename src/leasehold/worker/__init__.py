"""Delivery: what runs by the clock."""
