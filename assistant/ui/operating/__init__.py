"""What the server tells those who run it, in French: not a page for members.

probes.py     `/healthz` and `/readyz`
metrics_page.py  who may read `/metrics`
watch.py      a line for each request
routes.py     which of our routes a path is
"""
