"""Where the server listens. Apart from it, so that a port in use is said before Gradio, or a model, is loaded."""

from __future__ import annotations

import errno
import socket

from assistant.errors import ServeError


def listen(host: str, port: int) -> socket.socket:
    """A socket that is already ours when the server starts.

    Raises:
        ServeError: the address or port cannot be used; says what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise ServeError(_unusable(host, port, error)) from None


def allow_files(count: int) -> None:
    """Let this process have so many files and connections open, as far as the system permits: many permit 1,024."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _unusable(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Le port {port} est déjà utilisé : choisissez-en un autre avec --port ou ASSISTANT_PORT."
    if error.errno == errno.EACCES:
        return (
            f"Le port {port} est réservé au système : choisissez-en un au-dessus de 1023 avec --port ou ASSISTANT_PORT."
        )
    return f"L’adresse « {host} » n’est pas celle de cette machine : corrigez ASSISTANT_HOST (127.0.0.1 convient)."
