"""The chat page.

parts.py      its components, in the order in which the page shows them
asking.py     one question: what the components show while it is answered, and after
page.py       the page, and which event does what
"""

from assistant.ui.chat.page import build_chat

__all__ = ["build_chat"]
