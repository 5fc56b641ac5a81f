"""Two institutions that are one: all that belongs to the loser moves to the winner, and back for thirty days."""
