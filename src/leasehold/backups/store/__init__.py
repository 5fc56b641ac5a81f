"""Sealed objects: how files become them, and are made of them again."""
