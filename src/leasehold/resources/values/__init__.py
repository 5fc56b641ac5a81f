"""From what people type to the one form in which a value is kept. Nothing here asks a network or a database."""
