"""Units and groups of indicators, marked for the catalogues."""

from django.utils.translation import gettext_noop as _

WORDS = (
    _("Control"),
    _("Flow"),
    _("Mark"),
    _("Outcome"),
    _("Quality"),
    _("Seconds"),
    _("Share"),
)
