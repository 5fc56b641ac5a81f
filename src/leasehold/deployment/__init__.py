"""What stands around the programs on a real machine: nginx in front, systemd underneath, certificates between."""
