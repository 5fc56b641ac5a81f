"""What every part stands on and no part owns: configuration, database, errors, signing, logging.

It has no business words and imports nothing of ours.
"""
