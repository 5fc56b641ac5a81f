"""The blueprint that all pages of the audit log belong to."""

from leasehold.panel.pages import Pages

pages = Pages("audit")
