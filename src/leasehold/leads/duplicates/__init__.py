"""Institutions that may be one: found as they are written, told apart for good, listed for whoever looks after it."""
