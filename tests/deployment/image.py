"""deploy/Dockerfile, and its last stage replayed in a chroot where no engine is there to build it.

The root of this machine stands for the base image, under a layer of its own that is gone afterwards, and this
checkout's virtual environment for what the first stage builds.
"""

import json
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HIDDEN = (
    "this checkout lies in /tmp, and programs with a /tmp of their own do not see it"
    if Path(sys.prefix).resolve().is_relative_to("/tmp")
    else None
)
DOCKERFILE = Path(__file__).parents[2] / "deploy" / "Dockerfile"
_REPLAY = """
set -e
mount --make-rprivate /
mount -t tmpfs layer "$1"; mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount --rbind /proc "$1/root/proc"; mount --rbind /dev "$1/root/dev"
directory="{environment}"
while [ "$directory" != / ]; do chmod o+x "$1/root$directory"; directory=$(dirname "$directory"); done
directory="{interpreter}"
while [ "$directory" != / ]; do chmod o+x "$1/root$directory"; directory=$(dirname "$directory"); done
mkdir -p "$1/root/opt"; ln -s "{environment}" "$1/root/opt/leasehold"
{steps}
data=$(stat -c '%u:%g' "$1/root/var/lib/leasehold")
mount -t tmpfs data "$1/root/var/lib/leasehold"
chown "$data" "$1/root/var/lib/leasehold"; chmod 711 "$1/root/var/lib/leasehold"
mount -t tmpfs temporary "$1/root/tmp"; chmod 1777 "$1/root/tmp"
mount -o remount,ro "$1/root"
inside() {{ exec chroot "$1/root" setpriv --reuid {user} --regid {user} --init-groups --no-new-privs \\
    --bounding-set -all --inh-caps -all env -i {variables} sh -c "$2"; }}
(inside "$1" 'touch /usr/x 2>/dev/null') && echo "the root can be written to" && exit 1
inside "$1" 'exec {command} --server-port {server_port} --panel-port {panel_port}' & program=$!
tries=0
until (inside "$1" 'LEASEHOLD_SERVER_PORT={server_port} LEASEHOLD_PANEL_PORT={panel_port} {health}'); do
    tries=$((tries + 1)); [ $tries -lt 60 ]; kill -0 $program; sleep 1
done
kill -TERM $program; wait $program
"""


@dataclass(frozen=True)
class Dockerfile:
    """Its instructions in order, of the last stage apart."""

    instructions: tuple[tuple[str, str], ...]

    @property
    def last_stage(self) -> list[tuple[str, str]]:
        begins = max(number for number, (name, _) in enumerate(self.instructions) if name == "FROM")
        return list(self.instructions[begins:])

    def of_last_stage(self, name: str) -> list[str]:
        return [rest for instruction, rest in self.last_stage if instruction == name]


def read_dockerfile() -> Dockerfile:
    text = re.sub(r"\\\n\s*", "", DOCKERFILE.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return Dockerfile(tuple((line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines))


def replay(layer: Path, *, server_port: int, panel_port: int) -> subprocess.CompletedProcess[str]:
    """Make the image's last stage on `layer`, start it as a container would, wait until it is healthy, and stop it."""
    file = read_dockerfile()
    (user,) = file.of_last_stage("USER")
    (health,) = file.of_last_stage("HEALTHCHECK")
    command = [*json.loads(file.of_last_stage("ENTRYPOINT")[0]), *json.loads(file.of_last_stage("CMD")[0])]
    script = _REPLAY.format(
        environment=Path(sys.prefix).resolve(),
        interpreter=Path(sys.executable).resolve().parent,
        steps="\n".join(f'chroot "$1/root" sh -c {shlex.quote(step)}' for step in file.of_last_stage("RUN")),
        user=user,
        variables=" ".join(shlex.quote(variable) for variable in file.of_last_stage("ENV")),
        command=shlex.join(command),
        health=shlex.join(json.loads(health.partition("CMD ")[2])),
        server_port=server_port,
        panel_port=panel_port,
    )
    return subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "-", str(layer)],
        capture_output=True, check=False, text=True, timeout=240,
    )  # fmt: skip
