"""Each letter of a name is drawn, whatever script it is written in."""

import logging
from io import BytesIO, StringIO

import pytest
from pypdf import PdfReader

from erp.invoicing import pdf

pytestmark = pytest.mark.once

NO_GLYPH = ".notdef"  # what the one who draws complains of
SCRIPTS = {
    "Latin": "Überstraße Łódź İstanbul Tiếng Việt",
    "Greek": "Ελληνικά Ωμέγα",
    "Cyrillic": "кириллица Українська",
    "Armenian": "Հայերեն",
    "Georgian": "ქართული",
    "Hebrew": "עברית",
    "Arabic": "العربية فارسی اردو",
    "Syriac": "ܣܘܪܝܝܐ",
    "Thaana": "ދިވެހި",
    "Devanagari": "हिन्दी मराठी",
    "Bengali": "বাংলা",
    "Gurmukhi": "ਪੰਜਾਬੀ",
    "Gujarati": "ગુજરાતી",
    "Oriya": "ଓଡ଼ିଆ",
    "Tamil": "தமிழ்",
    "Telugu": "తెలుగు",
    "Kannada": "ಕನ್ನಡ",
    "Malayalam": "മലയാളം",
    "Sinhala": "සිංහල",
    "Thai": "ภาษาไทย",
    "Lao": "ພາສາລາວ",
    "Khmer": "ភាសាខ្មែរ",
    "Burmese": "မြန်မာဘာသာ",
    "Tibetan": "བོད་སྐད",
    "Ethiopic": "አማርኛ",
    "Mongolian": "ᠮᠣᠩᠭᠣᠯ",
    "Cherokee": "ᏣᎳᎩ",
    "Canadian": "ᐃᓄᒃᑎᑐᑦ",
    "N'Ko": "ߒߞߏ",
    "Tifinagh": "ⵜⴰⵎⴰⵣⵉⵖⵜ",
    "Chinese": "简体中文 繁體中文",
    "Japanese": "ひらがなカタカナ漢字",
    "Korean": "한국어",
    "Symbols": "€ £ ¥ ₹ ₺ ½ ™ → ✓ ★ ♥",
    "Emoji": "🎁 🚀 😀 🍵",
}


@pytest.fixture
def complaints():
    """Return what WeasyPrint complains of: its warnings are not told elsewhere."""
    out = StringIO()
    handler, logger = logging.StreamHandler(out), logging.getLogger("weasyprint")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    yield out
    logger.setLevel(level)
    logger.removeHandler(handler)


def fonts_of(content):
    """Return the names of the fonts that a PDF's text is set in."""
    names = set()
    for page in PdfReader(BytesIO(content)).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            names.add(str(font.get_object()["/BaseFont"]).partition("+")[2])
    return names


def drawn(words, monkeypatch):
    style = "body { font-family: Papers }"
    page = f"<p>{words}</p>"
    monkeypatch.setattr(
        pdf, "render_to_string", lambda name, context=None: style if name == pdf.STYLE else page
    )
    return pdf.render("x", {}, pdf_variant="pdf/a-3b")


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_letter_is_an_empty_box(script, monkeypatch, complaints):
    content = drawn(SCRIPTS[script], monkeypatch)
    assert NO_GLYPH not in complaints.getvalue()
    ours = ("DejaVu", "Noto", "Droid", "Papers")
    assert [name for name in fonts_of(content) if not name.startswith(ours)] == []


def test_what_no_font_knows_is_found_by_this_very_test(monkeypatch, complaints):
    drawn("\U000f1234", monkeypatch)
    assert NO_GLYPH in complaints.getvalue()
