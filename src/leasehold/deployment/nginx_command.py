"""The nginx of this machine: ask it whether it can work with its configuration, and let it read it again."""

import re
import shutil
import subprocess

from leasehold.kit.errors import ConfigurationError

_ELSEWHERE = ":/usr/sbin:/usr/local/sbin"  # not on every user's PATH
_NOT_ALLOWED = re.compile(r"bind\(\) to \S+:(\d+) failed \(13: ")
_SECOND_DEFAULT = re.compile(r"a duplicate default server for (\S+) in ([^\s:]+)")
_NOT_ROOT = re.compile(r'"(/[^"\n]+)"[^\n]*(?:\(13: |Permission denied)')
_EMERGENCY = re.compile(r"\[emerg\] (?:\d+#\d+: )?(.*)")


def check_configuration() -> None:
    """Return where nginx can work with all of its files. Raises `ConfigurationError` with the cause and the cure."""
    answer = _run("-t")
    if answer.returncode != 0:
        raise ConfigurationError(_explain(answer.stderr))


def reload() -> bool:
    """Let a running nginx take over its new configuration; requests at work are finished under the old one.

    False where none runs.
    """
    return _run("-s", "reload").returncode == 0


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([_program(), *arguments], capture_output=True, check=False, text=True)


def _program() -> str:
    found = shutil.which("nginx") or shutil.which("nginx", path=_ELSEWHERE)
    if found is None:
        raise ConfigurationError("nginx is not installed: install it (Debian: `apt-get install nginx`).")
    return found


def _explain(said: str) -> str:
    """One sentence out of what `nginx -t` has said."""
    if found := _NOT_ALLOWED.search(said):
        return (
            f"nginx may not listen on port {found[1]}, which is reserved for the system: run this as root, "
            "or choose ports above 1023 with --http-port and --https-port."
        )
    if found := _SECOND_DEFAULT.search(said):
        return (
            f"Another site ({found[2]}) answers already on {found[1]} for names that nobody serves: remove it "
            "(Debian's example can go), or give --keep-default-server to leave these names to it."
        )
    if found := _NOT_ROOT.search(said):
        return f"nginx may not read or write {found[1]}: run this as root."
    found = _EMERGENCY.search(said)
    return f"nginx does not take the configuration: {found[1] if found else said.strip()}."
