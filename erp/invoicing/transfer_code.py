"""The QR code that banking apps read (EPC069-12): a transfer already filled in."""

from segno.helpers import make_epc_qr

from .models import Paper

LONGEST_NAME = 70
CURRENCY = "EUR"


def transfer_code(paper: Paper) -> str:
    """Return the code as an image in an address of its own; nothing where no transfer in euros is due."""
    seller = paper.seller
    if not (seller.get("iban") and paper.due and paper.currency == CURRENCY):
        return ""
    try:
        code = make_epc_qr(
            name=seller["name"][:LONGEST_NAME],
            iban=seller["iban"],
            amount=paper.due,
            text=paper.order_number,
            bic=seller.get("bic") or None,
        )
    except ValueError:  # beyond what the code can say, such as a hundred million
        return ""
    return code.png_data_uri(border=0, scale=4)
