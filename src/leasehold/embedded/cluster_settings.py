"""How PostgreSQL is set where Leasehold runs it itself."""

OF_ALL = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",  # passwords decide, the socket's directory is reachable by all our processes
    "password_encryption": "scram-sha-256",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %a ",
}
OF_THROWAWAYS = {
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "fsync": "off",
    "full_page_writes": "off",
    "jit": "off",
    "lc_messages": "C",
    "max_wal_senders": "0",
    "synchronous_commit": "off",
    "wal_level": "minimal",
}
THROWAWAY_NICENESS = 10
