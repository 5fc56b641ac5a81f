"""The recipe of a backup: a script for stock tools that makes its directory again, without any of our code."""

from shlex import quote

from leasehold.backups.manifest import Chunk, Manifest, StoredFile

_BEGIN = """\
#!/bin/sh
# Makes the directory of this backup again, out of the objects beside it.
# Run it where the backup's tag is checked out, with age and zstd installed: sh RECIPE IDENTITY-FILE NEW-DIRECTORY
set -eu
umask 077
[ $# -eq 2 ] || { echo "say: sh RECIPE IDENTITY-FILE NEW-DIRECTORY" >&2; exit 2; }
identity=$1 target=$2
mkdir "$target"
work=$(mktemp -d "$target/.pieces.XXXXXX")
trap 'rm -rf "$work"' EXIT

piece() { # SHA-256, object, and the piece that it is the difference to
    age --decrypt --identity "$identity" --output "$work/packed" "objects/$(printf %.2s "$2")/$2.age"
    zstd --decompress --quiet --force --long=27 ${3:+"--patch-from=$work/$3"} -o "$work/$1" "$work/packed"
    echo "$1  $work/$1" | sha256sum --check --quiet
}

file() { # mode, path, and its pieces
    mode=$1 path=$target/$2
    shift 2
    mkdir -p "$(dirname "$path")"
    for piece do cat "$work/$piece"; done > "$path"
    chmod "$mode" "$path"
}

"""


def write_recipe(manifest: Manifest) -> bytes:
    """A POSIX shell script that needs `age`, `zstd` and `sha256sum`; it checks every piece."""
    lines = [f"# {manifest.name}", *map(_piece, manifest.chunks.values()), *map(_file, manifest.files)]
    return (_BEGIN + "\n".join(lines) + "\n").encode()


def _piece(chunk: Chunk) -> str:
    return " ".join(filter(None, ("piece", chunk.sha256, chunk.object, chunk.base)))


def _file(file: StoredFile) -> str:
    mode = "700" if file.mode & 0o100 else "600"
    return " ".join(("file", mode, quote(file.path), *file.chunks))
