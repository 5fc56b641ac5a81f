#!/usr/bin/env bash
# A full backup of this installation: verified, kept here, pushed to the archive. Prints its name last.
# What can be said besides: leasehold backup create --help
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
PATH="$here/.venv/bin:$here:$PATH" exec leasehold backup create "$@"
