"""Which machines an archive may be on: a list of our own, so that nobody has to log in by hand first."""

from typing import Final

from leasehold.backups.places import Places

# Published under "GitHub's SSH key fingerprints" in GitHub's documentation.
_GITHUB: Final = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrY"
    "MjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=",
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCj7ndNxQowgcQnjshcLrqPEiiphnt+VTTvDP6mHBL9j1aNUkY4Ue1gvwnGLVlOhGeYrnZa"
    "MgRK6+PKCUXaDbC7qtbW8gIkhL7aGCsOr/C56SJMy/BCZfxd1nWzAOxSDPgVsmerOBYfNqltV9/hWCqBywINIR+5dIg6JTJ72pcEpEjcYgXk"
    "E2YEFXV1JHnsKgbLWNlhScqb2UmyRkQyytRLtL+38TGxkxCflmO+5Z8CSSNY7GidjMIZ7Q4zMjA2n1nGrlTDkzwDCsw+wqFPGQA179cnfGWO"
    "WRVruj16z6XyvxvjJwbz0wQZ75XK5tKSb7FNyeIEs4TT4jk+S4dhPeAUC5y+bDYirYgM4GC7uEnztnZyaVWQ7B381AK4Qdrwt51ZqExKbQpT"
    "UNn+EjqoTwvqNj4kqx5QUCI0ThS/YkOxJCXmPUWZbhjpCg56i+2aB6CmK2JGhn57K5mj0MNdBXA4/WnwH6XoPWJzK5Nyu2zB3nAZp+S5hpQs"
    "+p1vN1/wsjk=",
)
_GITHUB_HOSTS: Final = "github.com,[ssh.github.com]:443"


def make_known_hosts(places: Places) -> None:
    """Begin the list with GitHub's keys where there is none; afterwards only a test of an archive adds to it."""
    places.make()
    if not places.known_hosts.exists():
        draft = places.known_hosts.with_suffix(".new")
        draft.write_text("".join(f"{_GITHUB_HOSTS} {key}\n" for key in _GITHUB))
        draft.chmod(0o600)
        draft.replace(places.known_hosts)
