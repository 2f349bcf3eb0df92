"""Signing in; accounts, their roles and their tokens."""

import getpass
import sys

from cyclopts import App

from rightaway.cli import client, credentials, output
from rightaway.cli.arguments import contents, given
from rightaway.cli.client import at
from rightaway.domain.errors import Invalid

token = App(name="token", help="API tokens: yours and those of your service accounts.")
user = App(name="user", help="Accounts.")
role = App(name="role", help="Roles: grant and revoke.")


def login(url: str = "", /, *, token_file: str = "") -> None:
    """
    Sign in to a server with a token, and remember it for this account on this machine.

    Args:
        url: Of the server; asked for when left out.
        token_file: File that holds the token; - reads standard input. Asked for when left out.
    """
    found = credentials.Credentials(
        credentials.checked_url(url or _asked("URL of the server: ")), _token(token_file)
    )
    me = client.whoami(found)
    place = credentials.save(found)
    client.forget()
    output.say(f"signed in to {found.url} as {me['username']}; kept in {place}")
    output.line(me["username"], me)


def _asked(question: str) -> str:
    if not sys.stdin.isatty():
        raise Invalid("cli.usage", "Give the URL of the server.", at="url")
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def _token(file: str) -> str:
    if file:
        return contents(file).decode(errors="replace").strip()
    if not sys.stdin.isatty():
        raise Invalid(
            "cli.usage", "Give the token.", at="--token-file", hint="--token-file - reads standard input."
        )
    return getpass.getpass("Token: ", stream=sys.stderr).strip()


def whoami() -> None:
    """Show who the token speaks for, and the roles of that account."""
    me = client.get("/me")
    output.record(me | {"roles": _roles(me)}, "username", "name", "kind", "owner", "roles")


def _me() -> str:
    return str(client.get("/me")["username"])


@token.command(name="list")
def list_tokens(*, user: str = "") -> None:
    """
    List tokens; their values are shown only when they are made.

    Args:
        user: A service account of yours; you when left out.
    """
    output.table(client.get(at("users", user or _me(), "tokens")), "id", "label", "created_at", "expires_at")


@token.command(name="create")
def create_token(*, label: str, user: str = "", expires: str = "") -> None:
    """
    Make a token and print it, once.

    Args:
        label: What it is for.
        user: A service account of yours; you when left out.
        expires: Such as 2026-12-31T00:00Z; in 90 days when left out.
    """
    made = client.send("POST", at("users", user or _me(), "tokens"), given(label=label, expires_at=expires))
    output.say("keep it now: it is not shown again")
    output.line(made["token"], made)


@token.command(name="revoke")
def revoke_token(token: int, /, *, user: str = "") -> None:
    """
    Revoke a token; it stops working at once.

    Args:
        token: Its id, as `rightaway token list` shows it.
        user: A service account of yours; you when left out.
    """
    client.send("DELETE", at("users", user or _me(), "tokens", token))
    output.say(f"token {token} is revoked")


@user.command(name="list")
def list_users(*, limit: int = 200) -> None:
    """
    List accounts with their roles.

    Args:
        limit: How many at most.
    """
    rows = [{**row, "roles": _roles(row)} for row in client.rows("/users", limit)]
    output.table(rows, "username", "name", "kind", "owner", "is_active=active", "roles")


def _roles(row: dict[str, client.Json]) -> client.Json:
    if output.mode.as_json:
        return row["roles"]
    return [one["role"] + ("" if one["scope"] == "*" else f" of {one['scope']}") for one in row["roles"]]


@user.command(name="show")
def show_user(username: str, /) -> None:
    """
    Show one account.

    Args:
        username: Its name.
    """
    found = client.get(at("users", username))
    output.record(found | {"roles": _roles(found)})


@user.command(name="create")
def create_user(
    username: str, /, *, name: str, email: str = "", owner: str = "", password_file: str = ""
) -> None:
    """
    Make an account; with an owner it is a service account, which has no password and acts by token.

    Args:
        username: Its name for signing in.
        name: Of the person.
        email: Of the person.
        owner: Username of the person behind a service account.
        password_file: File with the first password; - reads standard input. Without one nobody signs in.
    """
    password = contents(password_file).decode().rstrip("\n") if password_file else ""
    body = given(username=username, name=name, email=email, owner=owner, password=password)
    made = client.send("POST", "/users", body)
    output.line(made["username"], made)


@user.command
def disable(username: str, /) -> None:
    """
    Stop an account at once: sign-in, tokens and every further action.

    Args:
        username: Its name.
    """
    output.record(client.send("POST", at("users", username, "disabling")), "username", "is_active")


@user.command
def enable(username: str, /) -> None:
    """
    Let a disabled account in again, with the roles it holds; its tokens are gone for good.

    Args:
        username: Its name.
    """
    output.record(client.send("POST", at("users", username, "enabling")), "username", "is_active")


@user.command
def sign_out(username: str, /) -> None:
    """
    Sign an account out of every browser; its tokens stay.

    Args:
        username: Its name.
    """
    ended = client.send("DELETE", at("users", username, "sessions"))
    output.line(str(ended["ended"]), ended)


@user.command(name="password")
def new_password(username: str, /) -> None:
    """
    Give a person a new password and print it, once; they are signed out everywhere.

    Args:
        username: Of the person.
    """
    made = client.send("POST", at("users", username, "password"))
    output.say("hand it over now: it is not shown again")
    output.line(made["password"], made)


@role.command
def grant(username: str, role: str, /, *, scope: str = "*") -> None:
    """
    Give a role to somebody else.

    Args:
        username: Of the account.
        role: Such as release_manager.
        scope: Key of a service; all when left out.
    """
    granted = client.send("POST", at("users", username, "roles"), {"role": role, "scope": scope})
    output.record(granted | {"roles": _roles(granted)}, "username", "roles")


@role.command
def revoke(username: str, role: str, /, *, scope: str = "*") -> None:
    """
    Take a role away; it ends at once.

    Args:
        username: Of the account.
        role: Such as release_manager.
        scope: As it was granted.
    """
    client.send("DELETE", at("users", username, "roles", role, scope))
    output.say(f"{username} is no longer {role}" + ("" if scope == "*" else f" of {scope}"))
