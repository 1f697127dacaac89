"""What is asked of every call because it changes how soon somebody has to go."""

from __future__ import annotations

from django.db import models

from anlan.intake.models.category import Category
from anlan.intake.models.report import Report


class KeyQuestion(models.Model):
    """One question of the city; answered yes it raises the urgency, no and not known change nothing."""

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    yes = models.CharField(max_length=40)  # what a yes says in a word or two
    yes_en = models.CharField(max_length=40)
    urgency = models.PositiveSmallIntegerField(default=1)  # that a yes raises to: 1 at once, 2 soon
    scope = models.CharField(max_length=200, default="", blank=True)  # categories and groups that it is asked of; all
    sort = models.IntegerField(default=0)
    active = models.BooleanField(default=True)  # no longer in the folder: kept for the reports that answered it

    class Meta:
        ordering = ["sort", "code"]

    def __str__(self) -> str:
        return self.name

    def asks(self, category: Category) -> bool:
        """Whether it is asked of a matter of this category."""
        scope = self.scope.split()
        return not scope or category.code in scope or category.group in scope


class Answer(models.Model):
    """That a question was answered yes later than the report was received: what was said at once is never edited."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="later_answers")
    question = models.ForeignKey(KeyQuestion, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "question"], name="answered_yes_once")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.question_id}"
