"""Knowledge articles and lessons."""

from django.db.models import Q, QuerySet

from rightaway.records.knowledge.models import Article


def articles(*, kind: str = "", release: str = "", text: str = "") -> QuerySet[Article]:
    found = Article.objects.select_related("service", "release", "author", "owner").order_by("-id")
    if text:
        found = found.filter(Q(title__icontains=text) | Q(body__icontains=text))
    found = found.filter(kind=kind) if kind else found
    return found.filter(release__number=release) if release else found


def article(number: str) -> Article | None:
    return articles().filter(number=number).first()
