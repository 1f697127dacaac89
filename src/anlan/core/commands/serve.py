"""`anlan serve`: the web and the worker, as one command that stops cleanly."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from anlan.core.operator.setup import DataOption, begin_city_time, refuse, say, start_django

THREADS = 32  # they wait for the writer together, so its batches are large when many write


def serve(
    data: DataOption = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
    worker: Annotated[bool, typer.Option(help="Run the worker too.")] = True,
) -> None:
    """Run the web and the worker; brings an older data directory up first. Ends on SIGTERM or Ctrl-C."""
    start_django(data)
    bring_up_older()
    run(host, port, worker=worker)


def bring_up_older() -> None:
    """Refuse a data directory that cannot be served; change the tables of an older one, and say so."""
    from anlan.core.operator import schema

    state = schema.state()
    if state is schema.State.OLDER:
        say("This data directory is of an older version: bringing its tables up.")
        schema.bring_up()
    elif state is not schema.State.READY:
        raise refuse(schema.message(state))


def run(host: str, port: int, *, worker: bool = True) -> None:
    """Serve until a signal; requests under way are finished first."""
    require_free(host, port)
    begin_city_time()
    from django.conf import settings

    _let_go_of_the_database()
    beside = Beside() if worker else None
    say(f"Anlan serves {settings.DATA_DIR} on http://{host}:{port}  (Ctrl-C ends it)")
    try:
        _serve_web(host, port)
    finally:
        if beside:
            beside.stop()


def _let_go_of_the_database() -> None:
    """Close what this process opened: a fork has none of the threads that give an inherited pool new connections."""
    from django.db import connection

    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]


def require_free(host: str, port: int) -> None:
    """Refuse a port that somebody listens on (the web server itself would share it silently)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise refuse(f"port {port} is taken: type `anlan serve --port {port + 1}`") from error
            raise refuse(f"cannot listen on {host}:{port}: {error.strerror}") from error


def _serve_web(host: str, port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    web = Granian(
        "anlan.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
    )
    try:
        web.serve()
    except SystemExit as ended:  # Ctrl-C reaches the web process too, which Granian calls a failure
        if ended.code not in {0, 1, None}:
            raise


class Beside:
    """The worker as a process beside the web, started again if it dies."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process = self._start()
        self._watch = threading.Thread(target=self._keep, daemon=True)
        self._watch.start()

    def stop(self) -> None:
        """End the worker; one that does not end is killed, and its job is done again later."""
        self._stopping.set()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "anlan.cli", "worker", "--parent", str(os.getpid())]
        return subprocess.Popen(command, start_new_session=True, cwd=Path.cwd())

    def _keep(self) -> None:
        while not self._stopping.wait(1.0):
            if self._process.poll() is not None:
                say(f"The worker ended with {self._process.returncode}; it is started again.")
                self._process = self._start()
