"""Accounts, their roles and their tokens; and who the caller is."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Router
from pydantic import Field

from rightaway.api.access import EVERYWHERE, Request, allowed, missing, require_any_role
from rightaway.api.answers import EVERY, MaybeAccount, Out, Page, PageFilter, page
from rightaway.api.requests import Asked, Sent
from rightaway.domain.permissions import Role
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import people as ask
from rightaway.services import people

router = Router()


class RoleOut(Out):
    """A role held in a scope: the key of a service, or `*` for all."""

    role: str
    scope: str


class UserOut(Out):
    username: str
    name: str
    kind: str
    owner: MaybeAccount
    is_active: bool
    roles: Annotated[list[RoleOut], EVERY]


class UserFilter(PageFilter):
    order: Literal["username", "-username"] = "username"


class UserIn(FileModel):
    """With an owner it is a service account: no password, and it acts by token under that person."""

    username: of.Account
    name: of.Name
    email: Annotated[str, Field(max_length=254)] = ""
    password: Annotated[str, Field(max_length=200)] | None = None
    owner: of.Account | None = None


class RoleIn(FileModel):
    role: Role
    scope: Annotated[str, of.shaped(r"\*|[A-Za-z0-9][A-Za-z0-9_-]{0,79}", "the key of a service, or *")] = (
        EVERYWHERE
    )


class TokenOut(Out):
    id: int
    label: str
    created_at: datetime
    expires_at: datetime | None


class NewTokenOut(Out):
    """`token` is shown once; only its hash is kept."""

    token: str


class SessionsOut(Out):
    ended: int


class PasswordOut(Out):
    """`password` is shown once; only its hash is kept."""

    password: str


class TokenIn(FileModel):
    """A token lives for at most 90 days, which is also what it lives when nothing is said."""

    label: of.Name
    expires_at: of.Moment | None = None


def _user(request: Request, username: str) -> Any:
    if username != request.auth.name:
        require_any_role(request.auth)
    user = ask.users().select_related("owner").filter(username=username).first()
    if user is None:
        raise missing(f"account {username:.150}")
    return user


def _administers(request: Request, user: Any) -> bool:
    """Whether the tokens of the account are the caller's to look after."""
    own = request.auth.user_id in {user.pk, user.owner_id}
    return own or allowed(request.auth, "role.grant", EVERYWHERE)


def _tokens(user: Any) -> list[dict[str, Any]]:
    names = ("id", "created_at", "expires_at")
    return [
        {**{name: getattr(one, name) for name in names}, "label": (one.data or {}).get("label", "")}
        for one in ask.tokens(user.pk)
    ]


@router.get("/me", response=UserOut)
def show_me(request: Request) -> Any:
    """Say who the token speaks for, and which roles that account holds."""
    return _user(request, request.auth.name)


@router.get("/users", response=Page[UserOut])
def list_users(request: Request, asked: Asked[UserFilter]) -> Any:
    """List accounts with their roles, so that one knows whom to ask."""
    require_any_role(request.auth)
    return page(ask.users().select_related("owner"), asked, asked.order)


@router.post("/users", response={201: UserOut})
def create_user(request: Request, sent: Sent[UserIn]) -> Any:
    """Make an account, or a service account under the named owner."""
    owner = _user(request, sent.owner) if sent.owner else None
    user = people.create(actor=request.auth, owner=owner, **sent.model_dump(exclude={"owner"}))
    return _user(request, user.username)


@router.get("/users/{username}", response=UserOut)
def show_user(request: Request, username: str) -> Any:
    """Show one account."""
    return _user(request, username)


@router.post("/users/{username}/disabling", response=UserOut)
def disable_user(request: Request, username: str) -> Any:
    """Stop an account at once: sign-in, tokens and every further action."""
    people.disable(actor=request.auth, user=_user(request, username))
    return _user(request, username)


@router.post("/users/{username}/enabling", response=UserOut)
def enable_user(request: Request, username: str) -> Any:
    """Let a disabled account in again, with the roles it holds; its tokens are gone for good."""
    people.enable(actor=request.auth, user=_user(request, username))
    return _user(request, username)


@router.delete("/users/{username}/sessions", response=SessionsOut)
def end_sessions(request: Request, username: str) -> dict[str, int]:
    """Sign an account out of every browser; its tokens stay."""
    return {"ended": people.end_sessions(actor=request.auth, user=_user(request, username))}


@router.post("/users/{username}/password", response=PasswordOut)
def set_password(request: Request, username: str) -> dict[str, str]:
    """Give a person a new password, shown once, and sign them out."""
    return {"password": people.set_password(actor=request.auth, user=_user(request, username))}


@router.post("/users/{username}/roles", response={201: UserOut})
def grant_role(request: Request, username: str, sent: Sent[RoleIn]) -> Any:
    """Give a role in a scope. Nobody grants to themselves (`sod.self_grant`)."""
    people.grant(actor=request.auth, user=_user(request, username), role=sent.role, scope=sent.scope)
    return _user(request, username)


@router.delete("/users/{username}/roles/{role}/{scope}", response={204: None})
def revoke_role(request: Request, username: str, role: str, scope: str) -> None:
    """Take a role away; it ends at once."""
    people.revoke(actor=request.auth, user=_user(request, username), role=role, scope=scope)


@router.get("/users/{username}/tokens", response=list[TokenOut])
def list_tokens(request: Request, username: str) -> Any:
    """List the tokens of an account: the caller's own, or of a service account the caller owns."""
    user = _user(request, username)
    if not _administers(request, user):
        raise missing(f"account {username:.150}")
    return _tokens(user)


@router.post("/users/{username}/tokens", response={201: NewTokenOut})
def create_token(request: Request, username: str, sent: Sent[TokenIn]) -> dict[str, str]:
    """Make a token for an account and show it, once."""
    user = _user(request, username)
    value = people.create_token(actor=request.auth, user=user, label=sent.label, expires_at=sent.expires_at)
    return {"token": value}


@router.delete("/users/{username}/tokens/{int:token}", response={204: None})
def revoke_token(request: Request, username: str, token: int) -> None:
    """Revoke a token; it stops working at once."""
    user = _user(request, username)
    if not _administers(request, user) or token not in {one["id"] for one in _tokens(user)}:
        raise missing(f"token {token} of {username:.150}")
    people.revoke_token(actor=request.auth, token_id=token)
