"""What a reverse proxy in front says of a request: who asks, from where, over https or not. Only ours are believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address

from assistant.access.users import canonical_name
from assistant.models import Role, User
from assistant.settings import Settings

#: Headers that only a proxy of ours may send; from anybody else they are taken out.
FORWARDING = (
    *("forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port"),
    *("x-forwarded-prefix", "x-forwarded-server", "x-real-ip", "x-original-url", "x-rewrite-url"),
)


@dataclass(frozen=True, slots=True)
class Proxies:
    """Which neighbours are believed, and the headers in which they name the user."""

    networks: tuple[IPv4Network | IPv6Network, ...]
    user_header: str | None = None
    roles_header: str | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Proxies:
        """As the settings name them."""
        user, roles = settings.proxy_user_header, settings.proxy_roles_header
        return cls(settings.proxy_networks, user.lower() if user else None, roles.lower() if roles else None)

    @property
    def private_headers(self) -> frozenset[str]:
        """In lower case, what is taken out of a request that comes from elsewhere."""
        return frozenset(FORWARDING) | {name for name in (self.user_header, self.roles_header) if name}

    def trusts(self, address: str) -> bool:
        """Whether a neighbour is a proxy of ours."""
        try:
            parsed = ip_address(address.partition("%")[0])
        except ValueError:  # a Unix socket has none
            return False
        parsed = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(parsed in network for network in self.networks)

    def client(self, peer: str, forwarded_for: str) -> str:
        """Where the request began: the last address that no proxy of ours has."""
        for address in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
            if not self.trusts(address):
                return address[:64]
        return peer

    def user(self, headers: Mapping[str, str]) -> User | None:
        """Whom a proxy of ours names. Without a header of roles, whoever it lets pass is a member."""
        name = canonical_name(headers.get(self.user_header, "")) if self.user_header else ""
        if not name or not name.isprintable():
            return None
        named = headers.get(self.roles_header, "") if self.roles_header else Role.MEMBER.value
        return User(name[:64], roles_among(named.replace(";", ",").split(",")), "proxy")


def roles_among(names: list[str]) -> frozenset[Role]:
    """The roles of ours among what another system calls groups or roles."""
    known = {role.value: role for role in Role}
    return frozenset(known[name.strip().casefold()] for name in names if name.strip().casefold() in known)
