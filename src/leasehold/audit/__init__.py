"""The audit log: every change of a business row, who made it, what it was before and after."""
