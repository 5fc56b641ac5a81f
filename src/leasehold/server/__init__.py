"""Delivery: the license server (FastAPI)."""
