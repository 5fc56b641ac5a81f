"""The blueprint that all pages of backups belong to."""

from leasehold.panel.pages import Pages

pages = Pages("backups")
