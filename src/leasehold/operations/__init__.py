"""How the installation does: processes, denials, activity over time, what needs attention. Nothing here decides."""
