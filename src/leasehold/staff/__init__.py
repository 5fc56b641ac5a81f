"""The people who work in the admin panel: members, roles, the set-up link of the first one."""
