"""Live sessions, and the page of any session, in the panel."""
