"""The core: licenses, devices, sessions, heartbeats as one aggregate (the limits span the three).

`rules.py` decides, `engine.py` runs batches of commands in one transaction, `service.py` does the rest."""
