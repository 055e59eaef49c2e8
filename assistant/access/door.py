"""The one door: in with a password or another's word, out again, and who somebody is in between."""

from __future__ import annotations

import time
from collections.abc import Callable

from assistant.access.passwords import MAX_LENGTH, Passwords
from assistant.access.proxies import Proxies
from assistant.access.sessions import Session, Sessions
from assistant.access.throttle import Throttle
from assistant.access.users import UserFile, canonical_name
from assistant.audit import Entry, record
from assistant.errors import LoginError
from assistant.language import tr
from assistant.models import User
from assistant.settings import Settings

UNKNOWN = "compte inconnu"
_REFUSED = "Le nom ou le mot de passe n’est pas juste."
_NO_ROLE = "Vous êtes bien reconnu, mais ce compte n’a aucun rôle ici : adressez-vous à l’équipe."


class Door:
    """Logs in and out, and tells who a token is; every entry and every failure goes into the journal.

    Args:
        settings: state folder, lengths of sessions, trusted proxies.
        passwords: how they are compared.
        clock: seconds since the epoch; replaced in tests.
    """

    def __init__(
        self, settings: Settings, passwords: Passwords | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._state_dir = settings.state_dir
        self.users = UserFile(settings.state_dir, passwords)
        self.sessions = Sessions(
            settings.state_dir, settings.session_idle_minutes * 60, settings.session_hours * 3600, clock
        )
        self.proxies = Proxies.from_settings(settings)
        self._throttle = Throttle(clock)

    def log_in(self, name: str, password: str, address: str) -> str:
        """The token of a new session.

        Raises:
            LoginError: name and password do not go together.
            ThrottledError: too many wrong ones came before; the password was not looked at.
            AccessError: accounts, sessions or journal cannot be read or written.
        """
        known = canonical_name(name[:64])
        self._throttle.admit(known, address)
        account = self.users.verify(known, password) if len(password) <= MAX_LENGTH else None
        if account is None:
            # A password typed into the wrong field must not be written down.
            who = known if self.users.find(known) else UNKNOWN
            self._record(who, "connexion refusée", f"depuis {address}")
            raise LoginError(tr(_REFUSED))
        self._throttle.succeeded(known, address)
        token = self.sessions.open(Session(account.name, "file", account.roles, account.stamp))
        self._record(account.name, "connexion", f"depuis {address}")
        return token

    def admit(self, user: User, address: str) -> str:
        """The token of a new session for somebody whom another system has recognised.

        Raises:
            LoginError: the person has no role here.
            AccessError: sessions or journal cannot be written.
        """
        if not user.roles:
            self._record(user.name, "connexion refusée", f"sans rôle, depuis {address}")
            raise LoginError(tr(_NO_ROLE))
        token = self.sessions.open(Session(user.name, user.source, user.roles, ""))
        self._record(user.name, "connexion", f"par {user.source}, depuis {address}")
        return token

    def user(self, token: str) -> User | None:
        """Who holds this token, with the roles that they have now; none once the session has ended.

        Raises:
            AccessError: accounts or sessions cannot be read.
        """
        session = self.sessions.find(token)
        if session is None or session.source != "file":
            return User(session.name, session.roles, session.source) if session else None
        account = self.users.find(session.name)
        if account is None or account.stamp != session.stamp:
            return None
        return User(account.name, account.roles)

    def log_out(self, token: str) -> None:
        """End the session.

        Raises:
            AccessError: sessions or journal cannot be written.
        """
        session = self.sessions.find(token)
        self.sessions.close(token)
        if session is not None:
            self._record(session.name, "déconnexion")

    def close(self) -> None:
        """Let go of the files."""
        self.sessions.shut()

    def _record(self, who: str, what: str, detail: str = "") -> None:
        record(self._state_dir, Entry(who, what, detail))
