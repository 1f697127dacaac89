"""Language (stub, being written)."""

from django.middleware.locale import LocaleMiddleware


class Language(LocaleMiddleware):
    """Pass."""
