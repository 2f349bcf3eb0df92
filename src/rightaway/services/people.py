"""Accounts, roles and tokens."""

import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.permissions import Role
from rightaway.domain.preferences import Density, Language, Theme
from rightaway.domain.sentences import Word, said, wordlist
from rightaway.domain.values import Actor, PersonKind
from rightaway.intake.fields import ACCOUNT
from rightaway.queries import people as ask
from rightaway.records.people.models import Group, Preferences, RoleBinding, User
from rightaway.services import _audit, _guard

STREAM = "people"
TOKEN_CLIENT = "rightaway-api"  # noqa: S105 -- the name of a client, no secret
LONGEST_TOKEN = timedelta(days=90)
FIRST_PASSWORD_BYTES = 15
KEY = r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}"


@transaction.atomic
def create(
    *,
    actor: Actor,
    username: str,
    name: str,
    password: str | None = None,
    email: str = "",
    owner: User | None = None,
) -> User:
    """Make an account; one with an `owner` is a service account, which has no password and acts by token."""
    _guard.require(actor=actor, action="service_account.create" if owner else "role.grant")
    if not re.fullmatch(ACCOUNT, username):
        raise Invalid(
            "account.name",
            said("This cannot be the name of an account."),
            at="username",
            hint=said("Use up to 150 letters without accents, digits, @, dots, +, - and _."),
        )
    if User.objects.filter(username__iexact=username).exists():
        raise Invalid(
            "account.exists",
            said("There is an account named {username} already.", username=username),
            at="username",
        )
    user = User(username=username, name=name, email=email, owner=owner)
    user.kind = PersonKind.SERVICE_ACCOUNT if owner else PersonKind.PERSON
    _set_password(user, None if owner else password)
    user.save()
    if owner:
        RoleBinding.objects.create(user=user, role=Role.SERVICE_ACCOUNT)
    _audit.record(
        actor=actor,
        action="people.account.created",
        stream=STREAM,
        subject=("account", username),
        facts={"name": name, "kind": str(user.kind), "owner": owner.username if owner else None},
    )
    return user


def _set_password(user: User, password: str | None) -> None:
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid("account.password", " ".join(error.messages), at="password") from None
    user.set_password(password)


@transaction.atomic
def grant(*, actor: Actor, user: User, role: str, scope: str = _guard.EVERYWHERE) -> RoleBinding:
    """Give a role in a scope. Nobody grants to themselves, and an auditor holds no other role (S5, S6)."""
    _guard.require(actor=actor, action="role.grant", scope=scope)
    if role not in set(Role):
        raise Invalid(
            "role.unknown",
            said("There is no role '{role}'.", role=Word(role)),
            at="role",
            hint=said("Roles: {roles}.", roles=wordlist(Role)),
        )
    if actor.user_id == user.pk:
        raise Forbidden(
            "sod.self_grant",
            said("Nobody grants a role to themselves."),
            hint=said("Ask another administrator."),
        )
    held = set(RoleBinding.objects.filter(user=user).values_list("role", flat=True)) | {role}
    if Role.AUDITOR in held and held != {Role.AUDITOR}:
        raise Forbidden(
            "sod.auditor_alone",
            said("An auditor holds no other role, so that they audit nothing of their own."),
        )
    binding, made = RoleBinding.objects.get_or_create(
        user=user, role=role, scope=scope, defaults={"granted_by_id": actor.user_id}
    )
    if made:
        _audit.record(
            actor=actor,
            action="people.role.granted",
            stream=STREAM,
            subject=("account", user.username),
            facts={"role": role, "scope": scope},
        )
    return binding


@transaction.atomic
def revoke(*, actor: Actor, user: User, role: str, scope: str = _guard.EVERYWHERE) -> None:
    _guard.require(actor=actor, action="role.grant", scope=scope)
    held = _guard.find(RoleBinding, user=user, role=role, scope=scope)
    if (role, scope) == (Role.ADMIN, _guard.EVERYWHERE):
        _leave_an_admin(user)
    held.delete()
    _audit.record(
        actor=actor,
        action="people.role.revoked",
        stream=STREAM,
        subject=("account", user.username),
        facts={"role": role, "scope": scope},
    )


@transaction.atomic
def define_group(*, actor: Actor, key: str, name: str, members: Iterable[str]) -> Group:
    """
    Make or change a group of people who give approvals together; members count from the next time it is asked for.

    Raises:
        Forbidden: `sod.self_grant`, for somebody who puts themselves in (S5).
        Invalid: a member who is no person, or an auditor.
    """
    _guard.require(actor=actor, action="group.define")
    if not re.fullmatch(KEY, key):
        raise Invalid(
            "group.key",
            said("This cannot be the key of a group."),
            at="key",
            hint=said("Use letters, digits, - and _."),
        )
    people = [_guard.find(User, username=username) for username in dict.fromkeys(members)]
    row, _ = Group.objects.select_for_update().get_or_create(key=key, defaults={"name": name})
    before = set(row.members.values_list("pk", flat=True))
    for one in people:
        if one.pk == actor.user_id and one.pk not in before:
            raise Forbidden(
                "sod.self_grant",
                said("Nobody puts themselves into a group."),
                hint=said("Ask another administrator."),
            )
        is_auditor = RoleBinding.objects.filter(user=one, role=Role.AUDITOR).exists()
        if one.kind != PersonKind.PERSON or is_auditor:
            raise Invalid("group.member", said("{one} cannot give approvals.", one=one), at="members")
    row.name, row.version = name, row.version + 1
    row.save()
    row.members.set(people)
    _audit.record(
        actor=actor,
        action="people.group.defined",
        stream=STREAM,
        subject=("group", key),
        facts={"name": name, "members": [one.username for one in people]},
    )
    return row


@transaction.atomic
def disable(*, actor: Actor, user: User) -> None:
    """Stop an account at once: sign-in, tokens and every further action."""
    _guard.require(actor=actor, action="role.grant")
    if actor.user_id == user.pk:
        raise Forbidden(
            "sod.self_disable",
            said("Nobody disables their own account."),
            hint=said("Ask another administrator."),
        )
    _leave_an_admin(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    tokens, _ = Token.objects.filter(user=user).delete()
    facts = {"tokens": tokens, "sessions": _end_sessions(user)}
    _told(actor, "people.account.disabled", user, facts)


@transaction.atomic
def enable(*, actor: Actor, user: User) -> None:
    """Let a disabled account in again, with the roles it holds; its tokens are gone for good."""
    _guard.require(actor=actor, action="role.grant")
    if user.is_active:
        return
    user.is_active = True
    user.save(update_fields=["is_active"])
    _told(actor, "people.account.enabled", user)


@transaction.atomic
def end_sessions(*, actor: Actor, user: User) -> int:
    """Sign an account out of every browser; gives how many there were. Its tokens stay."""
    if actor.user_id != user.pk:
        _guard.require(actor=actor, action="role.grant")
    count = _end_sessions(user)
    _told(actor, "people.sessions.ended", user, {"sessions": count})
    return count


@transaction.atomic
def set_password(*, actor: Actor, user: User) -> str:
    """
    Give a person a new password that nobody had before, and sign them out; it is returned once and not stored.

    Raises:
        Refused: `account.no_password`, for a service account.
    """
    _guard.require(actor=actor, action="system.configure")
    if user.kind == PersonKind.SERVICE_ACCOUNT:
        raise Refused(
            "account.no_password",
            said("{user} is a service account.", user=user),
            hint=said("It acts by token; make one for it."),
        )
    password = made_up_password()
    _set_password(user, password)
    user.save(update_fields=["password"])
    _told(actor, "people.password.set", user, {"sessions": _end_sessions(user)})
    return password


def made_up_password() -> str:
    """Give a first password, to be handed over once and changed by its owner."""
    return secrets.token_urlsafe(FIRST_PASSWORD_BYTES)


def _end_sessions(user: User) -> int:
    found = ask.sessions(user.pk)
    Session.objects.filter(pk__in=found).delete()
    return len(found)


def _leave_an_admin(user: User) -> None:
    """
    Refuse to take the last administrator away: nobody could grant anything any more.

    Raises:
        Refused: `account.last_admin`.
    """
    admins = RoleBinding.objects.select_for_update().filter(role=Role.ADMIN, scope=_guard.EVERYWHERE)
    able = {one.user_id for one in admins.filter(user__is_active=True)}
    if able == {user.pk}:
        raise Refused(
            "account.last_admin",
            said("{user} is the last administrator.", user=user),
            hint=said("Make another one first."),
        )


def _told(actor: Actor, action: str, user: User, facts: dict[str, object] | None = None) -> None:
    subject = ("account", user.username)
    _audit.record(actor=actor, action=action, stream=STREAM, subject=subject, facts=facts)


@transaction.atomic
def create_token(*, actor: Actor, user: User, label: str, expires_at: datetime | None = None) -> str:
    """
    Make an API token for an account and give its value, which is shown once and stored only as a hash.

    Raises:
        Invalid: the token would live longer than 90 days.
    """
    own = actor.user_id in {user.pk, user.owner_id}
    _guard.require(actor=actor, action="token.create", scope=_guard.ANYWHERE, own=own)
    now = timezone.now()
    expires_at = expires_at or now + LONGEST_TOKEN
    if not now < expires_at <= now + LONGEST_TOKEN + timedelta(minutes=1):
        raise Invalid("token.lifetime", said("A token lives between now and 90 days."), at="expires_at")
    client, _ = Client.objects.get_or_create(
        id=TOKEN_CLIENT, defaults={"name": "Rightaway API tokens", "grant_types": "", "scopes": ""}
    )
    value = f"ra_{secrets.token_urlsafe(32)}"
    data = {"label": label}
    if actor.door == "web" and actor.user_id == user.pk:  # the page has just asked for the password
        data[ask.PROVED] = now.isoformat()
    token = Token(type=Token.Type.ACCESS_TOKEN, client=client, user=user, expires_at=expires_at, data=data)
    token.set_value(value)
    token.save()
    _audit.record(
        actor=actor,
        action="people.token.created",
        stream=STREAM,
        subject=("account", user.username),
        facts={"label": label, "expires_at": expires_at.isoformat()},
    )
    return value


@transaction.atomic
def revoke_token(*, actor: Actor, token_id: int) -> None:
    token = _guard.find(Token, pk=token_id, client_id=TOKEN_CLIENT)
    own = token.user_id == actor.user_id
    if not own:
        _guard.require(actor=actor, action="role.grant")
    token.delete()
    _audit.record(
        actor=actor, action="people.token.revoked", stream=STREAM, subject=("account", token.user.username)
    )


@transaction.atomic
def prefer(
    *,
    actor: Actor,
    theme: str | None = None,
    density: str | None = None,
    language: str | None = None,
    time_zone: str | None = None,
    shortcuts: bool | None = None,
) -> Preferences:
    """
    Keep how the actor wants to see the pages; None leaves a thing as it is, and an empty text follows the browser.

    Raises:
        Invalid: `preference.unknown`, for a value that is none of its kind.
    """
    user = _guard.person(actor)
    known: dict[str, set[object]] = {
        "theme": {*Theme},
        "density": {*Density},
        "language": {"", *Language},
        "time_zone": {"", *available_timezones()},
        "shortcuts": {True, False},
    }
    asked = {
        "theme": theme,
        "density": density,
        "language": language,
        "time_zone": time_zone,
        "shortcuts": shortcuts,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    for name, value in given.items():
        if value not in known[name]:
            raise Invalid(
                "preference.unknown",
                said("There is no {name} '{value}'.", name=Word(name.replace("_", " ")), value=value),
                at=name,
            )
    kept, _ = Preferences.objects.update_or_create(user=user, defaults=given)
    _audit.record(
        actor=actor,
        action="people.preferences.set",
        stream=STREAM,
        subject=("account", user.username),
        facts=given,
    )
    return kept
