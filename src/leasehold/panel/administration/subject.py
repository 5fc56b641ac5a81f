"""The blueprint that all pages of the administration belong to, so that one entry of the menu stands for them."""

from leasehold.panel.pages import Pages

pages = Pages("administration")
