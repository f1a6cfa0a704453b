#!/usr/bin/env python3
"""The one door for every command. It first sees to a Python environment that has what the command needs."""

import os
import sys
import time


def main():
    """Run the command given, in this environment if it will do, else in `.venv`."""
    if sys.version_info < (3, 11):
        sys.exit("Python 3.11 or newer is needed, and this is Python %d.%d." % sys.version_info[:2])
    os.environ.setdefault("MANAGE_STARTED_AT", str(time.time()))
    from bootstrap import environment

    if sys.argv[1:2] == ["test"]:
        environment.enter(environment.DEVELOPMENT)
        environment.run_tests(sys.argv[2:])
    environment.enter(environment.RUNTIME)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
