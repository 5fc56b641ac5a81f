"""Search over everything: one field that understands what was typed."""
