from django.db import models

from rightaway.domain.lessons import LessonAnswer, LessonState
from rightaway.domain.values import ArticleKind, ArticleState
from rightaway.records.base import Record, choices, one_of, words_of
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release


class Article(Record):
    """Knowledge: a runbook, a workaround, a lesson. Runbooks name the package whose text they are."""

    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=30, choices=choices(ArticleKind))
    state = models.CharField(max_length=20, choices=choices(ArticleState), default=ArticleState.DRAFT)
    title = models.CharField(max_length=200)
    body = models.TextField()
    service = models.ForeignKey(ConfigurationItem, on_delete=models.PROTECT, related_name="articles")
    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, null=True, blank=True, related_name="articles"
    )
    package_digest = models.CharField(max_length=64, blank=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [words_of("title", "article_words")]
        constraints = [
            one_of("kind", ArticleKind, "article_kind"),
            one_of("state", ArticleState, "article_state"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Lesson(Record):
    """What a lesson applies to besides its service, and whether it was applied; its text is the article."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="lesson")
    release_model = models.CharField(max_length=80, blank=True)
    checklist_item = models.SlugField(max_length=40, blank=True)
    state = models.CharField(max_length=20, choices=choices(LessonState), default=LessonState.OPEN)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [one_of("state", LessonState, "lesson_state")]

    def __str__(self) -> str:
        return str(self.article)


class LessonUse(models.Model):
    """The answer of one later release of the service to a lesson."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="uses")
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="lesson_uses")
    answer = models.CharField(max_length=20, choices=choices(LessonAnswer))
    reason = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "release"], name="lesson_answered_once_per_release"),
            one_of("answer", LessonAnswer, "lesson_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.release.number}: {self.answer}"
