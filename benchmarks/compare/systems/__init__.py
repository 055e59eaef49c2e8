"""One adapter a system. Each is a script of its own environment, and imports nothing of ours but `protocol`."""
