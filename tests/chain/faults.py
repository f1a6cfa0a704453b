"""Lets the database fail, or the process die, at a chosen statement of a verb, commits included."""

import os
import signal
from contextlib import contextmanager
from unittest import mock

from django.db import DatabaseError, OperationalError, connections


class Fault:
    """Strikes at the boundary with a number: before a statement, before a commit or after it.

    A blow raises or kills. One that lasts strikes at all later boundaries too, as a lost connection does.
    """

    def __init__(self, boundary, blow, *, lasts=False):
        self.boundary, self.blow, self.lasts = boundary, blow, lasts
        self.passed = 0
        self.hit = False

    def strike(self):
        place, self.passed = self.passed, self.passed + 1
        if place == self.boundary or (self.lasts and self.hit):
            self.hit = True
            self.blow()

    def before_statement(self, execute, *args):
        self.strike()
        return execute(*args)

    @contextmanager
    def watching(self):
        connection = connections["default"]
        really_commit = connection.commit

        def commit():
            self.strike()
            really_commit()
            self.strike()

        with (
            mock.patch.object(connection, "commit", commit),
            connection.execute_wrapper(self.before_statement),
        ):
            yield


def lose_database():
    raise OperationalError("the database went away")


def kill_process():
    os.kill(os.getpid(), signal.SIGKILL)


def fail(action, boundary, *, lasts):
    """Run an action while the database fails at a boundary. Return whether it got that far."""
    fault = Fault(boundary, lose_database, lasts=lasts)
    try:
        with fault.watching():
            action()
    except DatabaseError:  # also that a broken transaction takes no more statements
        assert fault.hit
    return fault.hit


def kill(action, boundary):
    """Run an action in a child process that is killed at a boundary. Return whether it got that far."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            with Fault(boundary, kill_process).watching():
                action()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0
    return False
