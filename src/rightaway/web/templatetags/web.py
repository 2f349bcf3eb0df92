"""The one library that pages load: the tags and filters of all the others."""

from django import template

from rightaway.web.templatetags import looks, moments, requests, texts, values

register = template.Library()
for part in (looks, moments, requests, texts, values):
    register.tags.update(part.register.tags)
    register.filters.update(part.register.filters)
