"""What every page has in common: signed in, errors answered in one way, lists in pages, commands as forms."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from rightaway.domain.errors import RightawayError
from rightaway.web import errors
from rightaway.web.forms import meanwhile
from rightaway.web.forms.base import CommandForm
from rightaway.web.viewers import Viewer

P = ParamSpec("P")
PER_PAGE = 50
READ, ACT = ("GET", "HEAD"), ("GET", "HEAD", "POST")
View = Callable[Concatenate[HttpRequest, Viewer, P], HttpResponseBase]


def page(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Make a function a page that only reads."""
    return _page(view, READ)


def act(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Make a function a page with a form that gives a command."""
    return _page(view, ACT)


def _page(view: View[P], methods: tuple[str, ...]) -> Callable[..., HttpResponseBase]:
    @require_http_methods(list(methods))
    @_signed_in
    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, Viewer.of(request), *args, **kwargs)
        except RightawayError as error:
            return errors.answer(request, error)

    return wrapped


def _signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Lead to the sign-in; a part that a page asks for again makes the whole page do so."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.headers.get("HX-Request") == "true" and not request.user.is_authenticated:
            return HttpResponseClientRefresh()
        return login_required(view)(request, *args, **kwargs)

    return wrapped


def bound(request: HttpRequest) -> dict[str, Any]:
    """Give what a form is bound to: what was sent, or nothing when the page is only looked at."""
    return {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}


def command(
    request: HttpRequest,
    form: CommandForm,
    run: Callable[[dict[str, Any]], object],
    *,
    title: str,
    button: str,
    back: str,
    done: str = "Done.",
    undo: str | Callable[[dict[str, Any]], str] = "",
    **context: Any,
) -> HttpResponse:
    """
    Show a form, or run its command and go back.

    What is refused is shown on the same page, beside its field where the error names one, with everything typed
    still there.

    Args:
        run: Gives the command; when it gives a text, that is where to go afterwards instead of `back`, and a
            function makes the answer, for what is shown once.
        done: What is said on the page after it.
        undo: The address of the command that takes this one back, known before or from what was given. It stands
            in the message as a button, and names what it undoes whichever tab shows the message.
        context: For the template: `text`, `tone` of the button, `warning`, `facts`, `crumbs`.
    """
    status = 200
    meanwhile.remember(form)
    if form.is_bound:
        status = 422
        meanwhile.settle(form)
        if form.is_valid():
            try:
                target = run(form.cleaned_data)
            except RightawayError as error:
                form.refuse(error)
                status = errors.status(error)
            else:
                back_again = undo(form.cleaned_data) if callable(undo) else undo
                messages.success(request, done, extra_tags=back_again)
                return target() if callable(target) else redirect(target if isinstance(target, str) else back)
    shown = {"form": form, "title": title, "button": button, "back": back, **context}
    return render(request, context.get("template", "web/command.html"), shown, status=status)


def paged(request: HttpRequest, rows: Any, per_page: int = PER_PAGE) -> Page[Any]:
    """
    Cut a list; a page number that is none gives the nearest page there is.

    It is cut on bare ids, so that of what lies before a late page nothing is read but its place in the order.
    """
    cut = Paginator(rows.values_list("pk", flat=True), per_page).get_page(request.GET.get("page"))
    cut.object_list = rows.filter(pk__in=list(cut.object_list))
    return cut
