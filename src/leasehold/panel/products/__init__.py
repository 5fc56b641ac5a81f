"""Products in the panel."""
