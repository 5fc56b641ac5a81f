"""The license server as an administrator sees it: API keys, settings, processes, a tester."""
