"""The addresses below a release of who is trained and who is told."""

from collections.abc import Callable

from django.http import HttpResponseBase

from rightaway.web import notices, trainings

View = Callable[..., HttpResponseBase]
_TRAINING, _PERSON = "training/<int:training_id>/", "training/<int:training_id>/people/<int:attendee_id>/"
_NOTICE = "communication/<int:notice_id>/"

ROUTES: tuple[tuple[str, View, str], ...] = (
    ("training/", trainings.training, "release-training"),
    ("training/new/", trainings.plan, "training-plan"),
    (_TRAINING, trainings.plan, "training-edit"),
    (f"{_TRAINING}removal/", trainings.drop, "training-drop"),
    (f"{_TRAINING}sessions/", trainings.session, "training-session"),
    ("training/sessions/<int:session_id>/", trainings.cancel, "training-session-cancel"),
    (f"{_TRAINING}people/", trainings.invite, "training-invite"),
    (_PERSON, trainings.attend, "training-attend"),
    (f"{_PERSON}removal/", trainings.uninvite, "training-uninvite"),
    (f"{_TRAINING}count/", trainings.count, "training-count"),
    ("communication/", notices.communication, "release-communication"),
    ("communication/new/", notices.plan, "notice-plan"),
    (_NOTICE, notices.plan, "notice-edit"),
    (f"{_NOTICE}sending/", notices.send, "notice-send"),
    (f"{_NOTICE}reminder/", notices.remind, "notice-remind"),
    (f"{_NOTICE}removal/", notices.withdraw, "notice-withdraw"),
)
