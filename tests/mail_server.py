"""A small mail server on this machine, which takes, refuses or ignores what it is told to."""

import socket
from contextlib import contextmanager
from email import message_from_bytes, policy
from threading import Thread


class MailServer:
    """Speaks just enough SMTP. `answers` says what to a command instead of yes, such as RCPT or DATA."""

    def __init__(self, answers=None, *, silent=False):
        self.answers, self.silent, self.taken = answers or {}, silent, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            Thread(target=self.talk, args=[connection], daemon=True).start()

    def talk(self, connection):
        if self.silent:
            connection.settimeout(30)
            with connection, connection.makefile("rb") as lines:
                lines.readline()
            return
        with connection, connection.makefile("rwb") as lines:
            self.say(lines, "220 here")
            while line := lines.readline():
                self.hear(lines, line[:4].decode().strip().upper())

    def hear(self, lines, command):
        if refusal := self.answers.get(command):
            self.say(lines, refusal)
        elif command == "DATA":
            self.say(lines, "354 go on")
            text = b"".join(iter(lines.readline, b".\r\n"))
            refusal = self.answers.get("END")
            if not refusal:
                self.taken.append(message_from_bytes(text, policy=policy.default))
            self.say(lines, refusal or "250 taken")
        else:
            self.say(lines, "250 yes")

    def say(self, lines, words):
        lines.write(f"{words}\r\n".encode())
        lines.flush()


@contextmanager
def mail_server(settings, answers=None, **how):
    """Let our mails go to a server of this kind."""
    server = MailServer(answers, **how)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 0.5
    try:
        yield server
    finally:
        server.listener.close()
