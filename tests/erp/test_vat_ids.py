"""VAT ids: brought into one form, or refused with a sentence."""

import pytest

from accounting.refusal import Refusal
from erp.sales import vat_ids
from erp.sales.vat_ids import VatIdRefused, asked, written

pytestmark = pytest.mark.once

NAMES = {
    "DE": "Germany",
    "FR": "France",
    "GR": "Greece",
    "GB": "the United Kingdom",
    "US": "the United States",
}


@pytest.mark.parametrize(
    ("entered", "country", "kept"),
    [
        ("DE136695976", "DE", "DE136695976"),
        (" de 136 695 976 ", "DE", "DE136695976"),
        ("136695976", "DE", "DE136695976"),
        ("de１３６６９５９７６", "DE", "DE136695976"),  # noqa: RUF001
        ("FR 40-303.265.045", "FR", "FR40303265045"),
        ("EL094259216", "GR", "EL094259216"),
        ("GR094259216", "GR", "EL094259216"),
        ("094259216", "GR", "EL094259216"),
        ("GB 980 7806 84", "GB", "GB980780684"),
        ("XI110305878", "GB", "XI110305878"),
        ("CHE-107.787.577 MWST", "CH", "CHE107787577MWST"),
    ],
)
def test_a_vat_id_is_kept_in_one_form_however_it_was_entered(entered, country, kept):
    assert written(entered, country=country, name=NAMES.get(country, country)) == kept


@pytest.mark.parametrize(
    ("entered", "country", "sentence"),
    [
        ("DE136695977", "DE", "not a VAT id of Germany"),
        ("DE13669597", "DE", "not a VAT id of Germany"),
        ("DE" + "1" * 38, "DE", "not a VAT id of Germany"),
        ("DE136695976' OR 1=1 --", "DE", "not a VAT id of Germany"),
        ("ДЕ136695976", "DE", "not a VAT id of Germany"),  # noqa: RUF001
        ("DE\u0661\u0663\u0666\u0666\u0669\u0665\u0669\u0667\u0666", "DE", "not a VAT id of Germany"),
        ("\N{PILE OF POO}", "DE", "not a VAT id of Germany"),
        ("FR40303265045", "DE", "not of Germany, the country of the invoice"),
        ("DE136695976", "FR", "not of France, the country of the invoice"),
        ("DE136695976", "GB", "not of the United Kingdom"),
        ("XI110305878", "DE", "not of Germany"),
        ("12-3456789", "US", "cannot check VAT ids of the United States"),
    ],
)
def test_a_vat_id_that_cannot_be_is_refused_with_a_sentence(entered, country, sentence):
    with pytest.raises(VatIdRefused, match=sentence):
        written(entered, country=country, name=NAMES[country])


def register(vat_id, *, own):
    """A register that knows one firm, and is away for those that ask for France."""
    if vat_id.startswith("FR"):
        raise TimeoutError
    if vat_id != "DE136695976":
        raise Refusal("The register does not know this VAT id.")
    return f"valid, asked by {own}"


@pytest.fixture
def _a_register(settings, monkeypatch):
    monkeypatch.setattr(vat_ids, "register", register, raising=False)
    settings.VAT_ID_CHECK = "erp.sales.vat_ids.register"


def test_nobody_is_asked_unless_a_register_is_named():
    assert asked("DE136695976", own="") == ""


@pytest.mark.usefixtures("_a_register")
def test_what_the_register_answers_is_evidence():
    assert asked("DE136695976", own="ATU13585627") == "valid, asked by ATU13585627"
    with pytest.raises(Refusal, match="does not know"):
        asked("DE111111125", own="")


@pytest.mark.usefixtures("_a_register")
def test_a_register_that_is_away_holds_up_sales_only_where_it_is_to(settings):
    assert asked("FR40303265045", own="") == "The register did not answer."
    settings.VAT_ID_CHECK_MUST_ANSWER = True
    with pytest.raises(VatIdRefused, match="does not answer"):
        asked("FR40303265045", own="")
