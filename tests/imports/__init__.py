"""Reading files, whatever they are about."""
