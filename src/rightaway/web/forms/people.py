"""Forms of one's own account."""

from django import forms

from rightaway.web.forms.base import CommandForm, Moment


class TokenForm(CommandForm):
    label = forms.CharField(label="What it is for", max_length=80)
    expires_at = Moment(label="Until, at most 90 days from now", required=False)
