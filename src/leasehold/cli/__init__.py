"""Delivery: the `leasehold` command, one module for each group of verbs."""
