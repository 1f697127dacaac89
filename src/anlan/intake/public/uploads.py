"""Bounds on what a browser may send, set before the first byte of the body is read."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError

from anlan.intake.public.photos import MAX_BYTES

MAX_BODY = 4 * MAX_BYTES  # past this the body is not read at all
UNREADABLE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent, MultiPartParserError)


class PhotoQuota(FileUploadHandler):
    """Drops a file that grows past the limit, keeps the other fields, and remembers that it did."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.dropped = False
        self._seen = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Count each file from zero."""
        super().new_file(*args, **kwargs)
        self._seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass a chunk on, or drop the file."""
        self._seen += len(raw_data)
        if self._seen > MAX_BYTES:
            self.dropped = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""


def bound(request: HttpRequest) -> PhotoQuota | None:
    """Put the quota before the body is read; None when the body is too large to be read at all."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        return None
    quota = PhotoQuota(request)
    request.upload_handlers.insert(0, quota)
    return quota
