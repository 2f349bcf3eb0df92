"""What went wrong on the way to a host, in our own words and with a stable code."""

import contextlib
from collections.abc import Iterator

import asyncssh

from rightaway.domain.errors import DriverError, Retryable, Terminal


@contextlib.contextmanager
def translated(host: str, port: int, timeout_s: float) -> Iterator[None]:
    """Raise `Retryable` or `Terminal` for whatever a handshake with this host raises."""
    try:
        yield
    except TimeoutError as error:
        raise Retryable(
            "ssh.timeout_handshake",
            f"{host} port {port} did not finish the handshake in {timeout_s:g} s.",
            hint="Look whether the host is overloaded, or something else answers there.",
            at="host",
        ) from error
    except (ConnectionResetError, BrokenPipeError) as error:
        raise _hung_up(host, port) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise Retryable(
            "ssh.unreachable", f"{host} port {port} was not reached: {reason}.", at="host"
        ) from error
    except asyncssh.Error as error:
        raise _refused(host, port, error) from error


def lost(error: BaseException | None) -> DriverError:
    reason = str(error) if error else "the host closed it"
    return Retryable("ssh.connection_lost", f"The connection was lost: {reason}.")


def _hung_up(host: str, port: int) -> DriverError:
    return Retryable("ssh.connection_lost", f"{host} port {port} hung up.", at="host")


def _refused(host: str, port: int, error: asyncssh.Error) -> DriverError:
    evidence = {"said": error.reason}
    match error:
        case asyncssh.PermissionDenied():
            return Terminal(
                "ssh.permission_denied",
                f"{host} does not let this user in with this key.",
                hint="Add the worker's public key to authorized_keys of the user there.",
                at="user",
                evidence=evidence,
            )
        case asyncssh.KeyExchangeFailed() if "No matching" in error.reason:
            return Terminal(
                "ssh.weak_algorithm",
                f"{host} has no algorithm in common that is safe: {error.reason}.",
                hint="Bring the SSH server there up to date.",
                at="host",
                evidence=evidence,
            )
        case asyncssh.ConnectionLost():
            return _hung_up(host, port)
    return Retryable(
        "ssh.protocol_error", f"{host} port {port} does not speak SSH: {error.reason}.", at="host"
    )
