"""System API keys: how they look, how they are made, kept as digests and revoked."""
