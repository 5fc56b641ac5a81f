"""Reminders by e-mail: what is due by which rule, told once, to whom it concerns."""
