"""Who works in the panel: seen by administrators and auditors, changed by administrators."""
