"""Pools of domains, IPv4 addresses and phone numbers: what licenses are given, and who had what when."""
