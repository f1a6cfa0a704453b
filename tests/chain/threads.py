"""Runs actions at the same moment, each in a thread with a database connection of its own."""

from threading import Barrier, BoundedSemaphore, Thread

from django.db import connection

CONNECTIONS = BoundedSemaphore(30)  # fewer than a PostgreSQL server takes by default


def together(actions):
    """Start all actions at once; return what each gave: its result, or the exception it raised."""
    actions = list(actions)
    answers = [None] * len(actions)
    start = Barrier(len(actions))

    def run(place, action):
        start.wait()
        with CONNECTIONS:
            try:
                answers[place] = action()
            except BaseException as error:
                answers[place] = error
            finally:
                connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def split(answers):
    """Return results and errors apart."""
    errors = [answer for answer in answers if isinstance(answer, BaseException)]
    return [answer for answer in answers if not isinstance(answer, BaseException)], errors
