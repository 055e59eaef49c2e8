"""Wrong passwords are slowed down, by account and by address; nobody is shut out for good by somebody else."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Generic, TypeVar

from assistant.errors import ThrottledError
from assistant.language import tr

FREE_FAILURES = 5  # of one account, before waits begin
LONGEST_WAIT = 300.0  # seconds
FORGOTTEN_AFTER = 3600.0  # seconds without a failure
PER_MINUTE = 10  # wrong logins of one address
_REMEMBERED = 10_000  # accounts, addresses: the oldest go first

_Value = TypeVar("_Value")


class _Bounded(OrderedDict[tuple[str, ...], _Value], Generic[_Value]):
    def keep(self, key: tuple[str, ...], value: _Value) -> None:
        self[key] = value
        self.move_to_end(key)
        if len(self) > _REMEMBERED:
            self.popitem(last=False)


class Throttle:
    """Counts failures in memory. From an address that an account has logged in from, its failures are counted apart:
    strangers who guess at it slow down strangers, not its owner.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: _Bounded[tuple[int, float]] = _Bounded()  # (how many, when the last one)
        self._addresses: _Bounded[deque[float]] = _Bounded()
        self._at_home: _Bounded[bool] = _Bounded()

    def admit(self, name: str, address: str) -> None:
        """Let one password be looked at. It counts as wrong until `succeeded`: many at once gain nothing.

        Raises:
            ThrottledError: it is too early; says how long to wait.
        """
        network = network_of(address)
        with self._lock:
            now = self._clock()
            recent = self._addresses.get((network,)) or deque()
            while recent and recent[0] <= now - 60:
                recent.popleft()
            wait = recent[0] + 60 - now if len(recent) >= PER_MINUTE else 0.0
            key = self._counted(name, network)
            count, last = self._failures.get(key, (0, now))
            if now - last > FORGOTTEN_AFTER:
                count = 0
            wait = max(wait, last + _wait_after(count) - now)
            if wait > 0:
                raise ThrottledError(_told(ceil(wait)), ceil(wait))
            recent.append(now)
            self._addresses.keep((network,), recent)
            self._failures.keep(key, (count + 1, now))

    def succeeded(self, name: str, address: str) -> None:
        """The password was right: forget this account's failures from here, and that this attempt was counted."""
        network = network_of(address)
        with self._lock:
            self._failures.pop(self._counted(name, network), None)
            self._at_home.keep((name, network), True)
            recent = self._addresses.get((network,))
            if recent:
                recent.pop()

    def _counted(self, name: str, network: str) -> tuple[str, ...]:
        return (name, network) if (name, network) in self._at_home else (name,)


def _wait_after(failures: int) -> float:
    # 1, 2, 4, 8 … seconds; the exponent is bounded because failures are not.
    return min(2.0 ** min(failures - FREE_FAILURES, 20), LONGEST_WAIT) if failures >= FREE_FAILURES else 0.0


def network_of(address: str) -> str:
    """What one person disposes of: an IPv4 address, or the 64 first bits of an IPv6 one."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else parsed.exploded[:19]
    return str(parsed)


def _told(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    wait = f"{minutes} min {rest} s" if minutes and rest else f"{minutes} min" if minutes else f"{seconds} s"
    return tr("Trop d’essais : attendez {wait} avant de recommencer.").format(wait=wait)
