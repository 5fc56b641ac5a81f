"""What Alembic runs: the migrations on the connection it was handed, all in the transaction that is open there."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
