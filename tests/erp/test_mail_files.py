"""Where no mails are sent, each is a file that a person can open."""

from email import message_from_bytes, policy

import pytest
from django.core.mail import EmailMessage

from erp import settings as project
from tests.chain.scenes import place, work
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.once


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_BACKEND = "erp.documents.mail_files.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    return tmp_path / "mail"


@pytest.mark.django_db
def test_a_mail_opens_with_its_texts_and_its_paper(folder):
    order = place(sale_line(ProductFactory(stock=(1, "4.00"))), email="ada@example.com")
    work()
    (file,) = folder.iterdir()
    assert file.name.endswith(f"-your-order-{order.number.lower()}.eml")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["To"] == "ada@example.com"
    assert order.number in message.get_body(("plain",)).get_content()
    assert "<h1>" in message.get_body(("html",)).get_content()
    (paper,) = message.iter_attachments()
    assert paper.get_content().startswith(b"%PDF")


def test_two_at_the_same_moment_are_two_files(folder):
    for _ in range(3):
        EmailMessage("../../Über uns / #1", "text", to=["ada@example.com"]).send()
    assert len(list(folder.glob("*-uber-uns-1*.eml"))) == 3


def test_the_trial_writes_such_files():
    assert project.EMAIL_BACKEND == "erp.documents.mail_files.EmailBackend"
