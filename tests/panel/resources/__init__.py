"""Tests of the panel's pages about resources and their pools."""
