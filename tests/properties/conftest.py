"""What must hold of whatever may come in: hypothesis looks for what breaks it, the same examples at each run.

`HYPOTHESIS_PROFILE=search` looks for new ones, ten times as many, and makes what it finds as small as it can.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
settings.register_profile(
    "same",
    derandomize=True,
    deadline=None,
    max_examples=100,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=_SLOW,
)
settings.register_profile("search", deadline=None, max_examples=1000, database=None, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
