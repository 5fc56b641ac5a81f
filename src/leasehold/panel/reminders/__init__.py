"""The pages about reminders."""
