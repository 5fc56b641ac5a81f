"""The archive: git repositories elsewhere, to which backups are only ever added."""
