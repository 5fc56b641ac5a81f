"""PostgreSQL out of a wheel, and the supervisor behind `leasehold up`."""
