"""Reading files that people bring, whatever they are about: what is in a row, what is wrong with it, all at once."""
