"""Backups: how they stand, making, checking, restoring and downloading them, their archive and their recovery key."""
