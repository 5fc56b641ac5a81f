"""What an operator may change at run time: one registry of names, types, bounds and help."""
