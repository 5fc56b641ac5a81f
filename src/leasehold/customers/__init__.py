"""Whom licenses are for: institutions, contacts, customers. A customer is an institution."""
