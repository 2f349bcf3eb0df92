"""How the pages look for somebody: kept for an account in its preferences, for anybody else in a cookie."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from rightaway.domain.preferences import Density, Theme
from rightaway.services import people as commands
from rightaway.web.viewers import Viewer

COOKIE = "rightaway_theme"
DEFAULT = Theme.SYSTEM
THEMES = tuple(theme.value for theme in Theme)
YEAR_S = 365 * 24 * 3600


def chosen(request: HttpRequest) -> str:
    kept = getattr(request, "preferences", None)
    found = kept.theme if kept else request.COOKIES.get(COOKIE, DEFAULT)
    return str(found) if found in THEMES else DEFAULT.value


def density(request: HttpRequest) -> str:
    kept = getattr(request, "preferences", None)
    return str(kept.density) if kept else Density.COMFORTABLE.value


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = redirect(target)
    wanted = request.POST.get("theme", "")
    if wanted in THEMES:
        # The cookie as well, so that the sign-in page looks the same after signing out.
        response.set_cookie(
            COOKIE, wanted, max_age=YEAR_S, samesite="Lax", secure=request.is_secure(), httponly=True
        )
        if request.user.is_authenticated:
            commands.prefer(actor=Viewer.of(request).actor, theme=wanted)
    return response
