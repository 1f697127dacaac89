"""What voice says when an answer is not taken."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

from anlan.core import labels, refusals

refusals.words(
    {
        "not_asked": noop("We ask only some reporters, chosen by a fixed rule. You can still add to your report."),
        "answered_before": noop(
            "You have answered already. Each report is counted once, and your first answer stands."
        ),
        "open_again": noop("Somebody has taken this matter up again. Your answer is not needed until it is closed."),
        "answering_over": noop("The 30 days for answering are over. You can still add to your report."),
        "unknown_answer": noop("Please choose one of the three answers."),
    }
)
labels.name_kinds({
    "voice.answered": noop("Question after closing answered"),
    "voice.asked": noop("Reporter chosen to be asked"),
})  # fmt: skip
