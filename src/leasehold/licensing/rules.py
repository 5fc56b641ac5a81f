"""The rules of licensing, pure: a state, a command and a moment go in; an outcome and the changes come out."""
