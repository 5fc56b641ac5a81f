"""Institutions in the panel: leads on the board and on one's day, what is noted of them and to be done."""
