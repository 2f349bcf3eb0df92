"""Light, dark, or as the system says; kept in a cookie so that the server can draw the page right at once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "rightaway_theme"
DEFAULT = "system"
THEMES = ("light", "dark", DEFAULT)
YEAR_S = 365 * 24 * 3600


def chosen(request: HttpRequest) -> str:
    found = request.COOKIES.get(COOKIE, DEFAULT)
    return found if found in THEMES else DEFAULT


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = redirect(target)
    wanted = request.POST.get("theme", "")
    if wanted in THEMES:
        response.set_cookie(
            COOKIE, wanted, max_age=YEAR_S, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response
