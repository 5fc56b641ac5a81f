"""The way of a file into whatever it is imported into: sent, looked at, put right or taken. One for all subjects."""
