"""Security headers (stub, being written)."""

from django.utils.deprecation import MiddlewareMixin


class SecurityHeaders(MiddlewareMixin):
    """Pass."""
