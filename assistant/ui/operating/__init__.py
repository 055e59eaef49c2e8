"""What the server tells those who run it, in French: not a page for members.

probes.py     `/healthz` and `/readyz`
"""
