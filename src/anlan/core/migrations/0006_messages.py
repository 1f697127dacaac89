"""Contacts, their consent, messages to them, and the hours in which a purpose keeps quiet."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_clock_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="QuietHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=32, unique=True)),
                ("begins", models.TimeField()),
                ("ends", models.TimeField()),
            ],
            options={
                "verbose_name_plural": "quiet hours",
                "ordering": ["purpose"],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("post", models.CharField(blank=True, default="", max_length=32)),
                (
                    "kind",
                    models.CharField(
                        choices=[("sms", "Text message"), ("voice", "Voice call"), ("push", "Push"), ("mail", "Mail")],
                        max_length=8,
                    ),
                ),
                ("language", models.CharField(max_length=16)),
                ("added_at", models.DateTimeField()),
                ("commitment", models.CharField(max_length=64)),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "erased_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("asked", "The contact asked for it"),
                            ("retention", "Its time of keeping has passed"),
                            ("mistake", "It should not have been written down"),
                        ],
                        default="",
                        max_length=16,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="core.organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=32)),
                ("at", models.DateTimeField()),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("written", "In writing"),
                            ("spoken", "Spoken"),
                            ("online", "On a page of theirs"),
                            ("post", "By the organisation, for its post"),
                        ],
                        max_length=8,
                    ),
                ),
                ("by", models.CharField(max_length=96)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="core.contact"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ContactAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("salt", models.BinaryField(max_length=16)),
                ("address", models.TextField()),
                (
                    "contact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="address", to="core.contact"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=32)),
                ("template", models.CharField(max_length=64)),
                ("values", models.TextField(default="{}")),
                ("cause", models.BigIntegerField(null=True)),
                ("key", models.CharField(max_length=255, null=True, unique=True)),
                ("reference", models.CharField(max_length=32, unique=True)),
                ("gateway", models.CharField(blank=True, default="", max_length=16)),
                ("gateway_number", models.CharField(blank=True, default="", max_length=128)),
                ("reason", models.CharField(blank=True, default="", max_length=32)),
                ("asked_at", models.DateTimeField()),
                ("handed_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("withheld_at", models.DateTimeField(null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="core.contact"
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("organisation__isnull", False), ("person__isnull", True), ("post__gt", "")),
                    models.Q(("organisation__isnull", True), ("person__isnull", False), ("post", "")),
                    _connector="OR",
                ),
                name="contact_post_or_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)), fields=("contact", "purpose"), name="consent_in_force_once"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(
                    ("answered_at", None),
                    ("delivered_at", None),
                    ("failed_at", None),
                    ("handed_at", None),
                    ("read_at", None),
                    ("withheld_at", None),
                ),
                fields=["asked_at"],
                name="message_waits",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("failed_at__isnull", False)), fields=["failed_at"], name="message_failed"
            ),
        ),
    ]
