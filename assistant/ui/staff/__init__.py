"""The page on which staff keep the notes. It shows and passes on; what it does is in `assistant.desk`."""

from assistant.ui.staff.page import staff_place

__all__ = ["staff_place"]
