"""What `leasehold` can do: each group and verb, its help, and the module that is loaded when it is called."""

from typing import Final

# Groups of verbs: name → (module, help). The module's `app` holds the verbs.
GROUPS: Final[dict[str, tuple[str, str]]] = {
    "customer": ("leasehold.cli.customers", "Whom licenses are for."),
    "person": ("leasehold.cli.people", "People: what is known of them; export, restrict, erase."),
    "privacy": ("leasehold.cli.privacy", "What people ask for by law, how long they are kept, where their data are."),
    "institution": ("leasehold.cli.institutions", "Organisations, leads among them: their stages and notes."),
    "stage": ("leasehold.cli.stages", "The stages that leads go through, as the house wants them."),
    "activity": ("leasehold.cli.activities", "What is to be done about institutions."),
    "product": ("leasehold.cli.products", "What is licensed."),
    "license": ("leasehold.cli.licenses", "Create, show, change, extend, suspend and delete licenses."),
    "device": ("leasehold.cli.devices", "Devices that are registered under licenses."),
    "session": ("leasehold.cli.sessions", "Running sessions, and those that ended."),
    "pool": ("leasehold.cli.pools", "Pools of domains, IPv4 addresses and phone numbers."),
    "resource": ("leasehold.cli.resources", "What pools hold, and which licenses have it."),
    "reminder": ("leasehold.cli.reminders", "Reminders by e-mail: what is due, what was sent."),
    "api-key": ("leasehold.cli.api_keys", "Keys that systems call the License API with."),
    "admin": ("leasehold.cli.admins", "Who administers Leasehold in the panel."),
    "settings": ("leasehold.cli.settings", "What can be changed while Leasehold runs."),
    "backup": ("leasehold.cli.backups", "Backups: made, proved, restored."),
    "audit": ("leasehold.cli.audit", "What was done, by whom, and whether the log of it is whole."),
    "nginx": ("leasehold.cli.nginx", "Put nginx and TLS in front of the license server and the panel."),
    "systemd": ("leasehold.cli.systemd", "Run Leasehold as services of this machine."),
    "postgresql": ("leasehold.cli.postgresql", "The PostgreSQL that `leasehold up` runs."),
    "metrics": ("leasehold.cli.metrics", "What Prometheus and Grafana are told."),
}

# Verbs that stand by themselves: name → help. All of them are in one module, whose `app` holds them.
RUN_MODULE: Final = "leasehold.cli.run"
RUN_VERBS: Final[dict[str, str]] = {
    "up": "Start everything on this machine: PostgreSQL, license server, panel, worker.",
    "server": "Run the license server.",
    "panel": "Run the admin panel.",
    "worker": "Run what goes by the clock.",
    "reload": "Replace the processes of the license server and the panel without a pause.",
    "migrate": "Bring the database's schema up to date.",
    "upgrade": "Bring another release in, and go back by itself where that fails.",
    "doctor": "Look for what is wrong, and say how to mend it.",
    "psql": "Open PostgreSQL's own client as the owner of the database.",
    "status": "Say what runs.",
    "logs": "Show the logs.",
}
