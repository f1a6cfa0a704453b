"""Whatever stands in a name, a paper shows it as words: it fetches nothing and runs nothing."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.template import engines

from erp.invoicing import pdf
from tests.papers.scenes import bowls, invoice, name_company, reader, text_of

pytestmark = pytest.mark.once

VECTORS = [
    '<img src="{}">',
    '<link rel="stylesheet" href="{}">',
    '<link rel="attachment" href="{}">',
    "<style>@import url({});</style>",
    "<style>@font-face {{ font-family: x; src: url({}) }} p {{ font-family: x }}</style><p>x</p>",
    '<p style="background: url({})">x</p>',
    '<ul style="list-style-image: url({})"><li>x</ul>',
    '<p style="content: url({})">x</p>',
    '<object data="{}"></object>',
    '<embed src="{}">',
    '<svg><image href="{}" width="9" height="9"/></svg>',
    '<svg><use href="{}#x"/></svg>',
    '<a rel="attachment" href="{}">x</a>',
    '<base href="{}"><img src="x.png">',
]
NASTY = [
    '<img src="file:///etc/passwd">',
    "</td></table><script>alert(1)</script>",
    "{% include 'x' %}{{ paper.pk }}",
    "<style>* { display: none }</style>",
    "]]>&amp;<!--",
]


@pytest.fixture
def listener():
    """A server beside us that notes what it is asked for."""
    asked = []

    class Notes(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *words):
            pass

    server = HTTPServer(("127.0.0.1", 0), Notes)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("vector", VECTORS)
def test_a_template_that_asks_for_the_outside_gets_nothing(vector, listener, tmp_path, monkeypatch):
    address, asked = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret that no paper tells")
    page = "".join(vector.format(url) for url in (f"{address}x.png", secret.as_uri()))
    monkeypatch.setattr(
        pdf, "render_to_string", lambda name, context=None: "" if name == pdf.STYLE else f"<p>seen</p>{page}"
    )
    content = pdf.render("x", {}, uncompressed_pdf=True)
    assert asked == []
    assert b"no paper tells" not in content
    assert b"/EmbeddedFile" not in content


def test_a_style_that_asks_for_the_outside_gets_nothing(listener, monkeypatch):
    address, asked = listener
    style = f"@import url({address}a.css); p {{ background: url({address}b.png) }}"
    monkeypatch.setattr(
        pdf, "render_to_string", lambda name, context=None: style if name == pdf.STYLE else "<p>x</p>"
    )
    assert pdf.render("x", {}).startswith(b"%PDF")
    assert asked == []


@pytest.mark.django_db
@pytest.mark.parametrize("words", NASTY)
def test_markup_in_a_name_is_printed_as_it_was_typed(words):
    name_company(name=f"Firm {words}", legal_notice=words)
    paper = invoice(bowls(title=words))
    text = "".join(text_of(paper).split())
    assert text.count("".join(words.split())) >= 3
    assert list(reader(paper).attachments) == ["factur-x.xml"]


def test_own_engines_escape():
    assert engines["django"].engine.autoescape
