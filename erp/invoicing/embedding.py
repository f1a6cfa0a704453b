"""Puts an e-invoice into its PDF while that is written: one attachment, and the metadata that announce it.

The same as factur-x does with a finished PDF, without reading and writing the whole of it once more, which
is a fifth of a paper's work.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import md5
from typing import Any

FILE_NAME = "factur-x.xml"
PROFILE = "EN 16931"
URN = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
PACKET = ('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n', '\n<?xpacket end="w"?>')


def embed(xml: bytes, told: dict[str, str]) -> Callable[[Any, Any], None]:
    """Return what WeasyPrint calls when a PDF is drawn and not yet written. `told` is title and the like."""

    def finish(document: Any, pdf: Any) -> None:
        now = datetime.now(UTC)
        file = _attached(pdf, xml, now)
        pdf.catalog["AF"] = _pydyf().Array([file.reference])
        names = _pydyf().Dictionary({"Names": _pydyf().Array([_pydyf().String(FILE_NAME), file.reference])})
        pdf.catalog["Names"] = _pydyf().Dictionary({"EmbeddedFiles": names})
        pdf.info.clear()
        pdf.info.update({name.capitalize(): _pydyf().String(words) for name, words in told.items()})
        _announce(pdf, told, now)

    return finish


def _attached(pdf: Any, xml: bytes, now: datetime) -> Any:
    """Write the file and its description, and return the description."""
    pydyf = _pydyf()
    params = {
        "Size": len(xml),
        "CheckSum": f"<{md5(xml, usedforsecurity=False).hexdigest()}>",
        "ModDate": pydyf.String(f"D:{now:%Y%m%d%H%M%S}Z"),
    }
    extra = {"Type": "/EmbeddedFile", "Subtype": "/text#2fxml", "Params": pydyf.Dictionary(params)}
    content = pydyf.Stream([xml], extra, compress=True)
    pdf.add_object(content)
    description = pydyf.Dictionary(
        {
            "Type": "/Filespec",
            "F": pydyf.String(FILE_NAME),
            "UF": pydyf.String(FILE_NAME),
            "Desc": pydyf.String("The same for machines: Factur-X"),
            "EF": pydyf.Dictionary({"F": content.reference, "UF": content.reference}),
            "AFRelationship": "/Alternative",
        }
    )
    pdf.add_object(description)
    return description


def _announce(pdf: Any, told: dict[str, str], now: datetime) -> None:
    """Replace the metadata by those that name the e-invoice and its profile."""
    from facturx import generate_xmp_object
    from lxml import etree
    from weasyprint import __version__

    described = generate_xmp_object(
        {
            **told,
            "pdfa3_flavor": "B",
            "producer": f"WeasyPrint {__version__}",
            "creator_tool": "Shop and books",
            "timestamp": now.isoformat(timespec="seconds"),
            "version": "1.0",
            "documenttype": "INVOICE",
            "xml_filename": FILE_NAME,
            "xmp_level": PROFILE,
            "urn": URN,
        }
    )
    words = etree.tostring(described, encoding="unicode").join(PACKET)
    number = int(pdf.catalog["Metadata"].split()[0])
    pdf.objects[number].stream = [words.encode()]


def _pydyf() -> Any:
    import pydyf

    return pydyf
