"""Institutions on their way to being customers: stages, activities, notes. A lead is an institution, never a copy."""
