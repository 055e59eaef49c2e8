"""The same cases and the same notes put to other systems that install from PyPI, side by side with ours."""
