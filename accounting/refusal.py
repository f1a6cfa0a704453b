"""The one kind of error that a person is meant to read."""


class Refusal(Exception):
    """A business rule says no. The message is a sentence fit for the person who asked.

    Subclasses live beside the function that raises them. Interfaces catch this, nothing broader.
    """
