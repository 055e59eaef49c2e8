"""Who may: accounts, sessions, and the throttle on wrong passwords. Knows nothing of pages."""

from assistant.access.door import Door
from assistant.access.users import UserFile

__all__ = ["Door", "UserFile"]
