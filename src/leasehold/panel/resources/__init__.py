"""Pools of resources in the panel, and what licenses have of them."""
