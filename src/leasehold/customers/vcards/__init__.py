"""People and institutions as vCards, for address books."""
