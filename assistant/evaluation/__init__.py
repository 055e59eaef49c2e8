"""Answer quality: cases, metrics, runs, their comparison and their report (issue 6)."""
