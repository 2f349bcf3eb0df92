"""Words of alerts and mail that come from data, marked for the catalogues: who is told, and what becomes of mail."""

from django.utils.translation import gettext_noop as _

WORDS = (
    _("Asked"),
    _("Assignee"),
    _("Begun"),
    _("Change owners"),
    _("Control owners"),
    _("Conversations"),
    _("Day"),
    _("Digest"),
    _("Dropped"),
    _("Early life lead"),
    _("Ended"),
    _("Extended"),
    _("Item owners"),
    _("Near"),
    _("Never"),
    _("Next approvers"),
    _("Notice"),
    _("Other coordinator"),
    _("Role holders"),
    _("Sending"),
    _("Stand ins"),
    _("Summary"),
    _("Watchers"),
    _("Week"),
)
