"""How people get into the panel."""
