"""Reading vCard files of all versions (2.1, 3.0, 4.0), card by card, whoever wrote them."""
