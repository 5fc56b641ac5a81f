#!/usr/bin/env bash
# Go back to a backup: ./restore_full_backup.sh server_backup_YYYYMMDD_HHMMSS [--yes]
# What can be said besides: leasehold backup restore --help
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
PATH="$here/.venv/bin:$here:$PATH" exec leasehold backup restore "$@"
