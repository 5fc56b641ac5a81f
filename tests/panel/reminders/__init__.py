"""Tests of the panel's pages about reminders."""
