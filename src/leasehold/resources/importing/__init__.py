"""Files of domains, addresses and numbers: read, looked at, taken into a pool, and taken back."""
