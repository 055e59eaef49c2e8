"""What a question took and came to, told to those who run the assistant; never its text, unless they ask for it.

steps.py      the one place that times a step; the steps of the question being answered
observer.py   a question once it is over, given to whoever is to hear of it
metrics.py    what Prometheus reads
traces.py     spans, sent to a collector
logs.py       lines for people or for programs, without what nobody may read there
"""

from assistant.observing.observer import Asked, Observer, Outcome
from assistant.observing.steps import Recorder, Step, resumed, step, troubled

__all__ = ["Asked", "Observer", "Outcome", "Recorder", "Step", "resumed", "step", "troubled"]
