"""Customers in the panel."""
