"""The page: a web server in a process of its own, and the bridge to it from the daemon."""
