"""The subject that these pages share."""

from leasehold.panel.pages import Pages

pages = Pages("privacy")
