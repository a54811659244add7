"""The widths of texts, by the metrics of Helvetica, which Arial and Liberation Sans share; no font is needed."""

from __future__ import annotations

import unicodedata

from autograd.symbols.text import visible

FAMILY = "Helvetica, Arial, 'Liberation Sans', sans-serif"

# Characters by width, in thousandths of the font size.
REGULAR = {
    188: "′", 191: "'", 222: "ijlίι", 260: "|", 278: " !,./:;I[\\]ftΙΪ", 333: "()-`r", 334: "{}", 355: '"″', 389: "*",
    395: "τ", 446: "έεζξ", 469: "^ς", 494: "∂", 500: "Jcksvxyzγκλν↑↓χ", 549: "√≤≥≠≈Γυΰ",
    556: "#$0123456789?L_abdeghnopquήηθο–δ", 572: "βρ", 578: "άαμ", 584: "+<=>~−×±", 611: "FTZΖΤ", 618: "σΣ", 649: "φΞ",
    667: "&ABEKPSVXYΑΒΕΚΡΥΧΔΛ", 690: "π", 713: "ψ∞∑", 722: "CDHNRUwΗΝ", 748: "Ω", 778: "GOQΘΟω", 798: "Φ", 833: "MmΜΨ∏",
    889: "%", 944: "W", 1000: "…→←—", 1015: "@",
}  # fmt: skip
BOLD = {
    238: "'", 240: "′", 278: " ,./I\\ijlΙΪίι|", 333: "!()-:;[]`ft", 389: "*r{}", 445: "ξτέ", 474: '"″εζ', 494: "∂",
    500: "z↑↓ς", 549: "√≤≥≠≈θ", 556: "#$0123456789J_aceksvxyγλν–κ", 578: "χυΰ", 584: "+<=>^~−×±",
    611: "?FLTZbdghnopquΖΤήηοδβρμΓΣάα", 667: "EPSVXYΕΛΡΥΧΞσ", 716: "∞∑φΔ", 722: "&ABCDHKNRUΑΒΗΚΝ", 760: "ψπ",
    778: "GOQwΘΟ", 805: "ΩΨ", 823: "∏Φ", 833: "MΜω", 889: "%m", 944: "W", 975: "@", 1000: "…→←—",
}  # fmt: skip
FALLBACK = {333: "·¹²³", 420: "⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉⁽⁾⁺⁻", 850: "⚠"}  # for the fonts that browsers fall back to

WIDTHS = [
    {character: width for table in (FALLBACK, own) for width, those in table.items() for character in those}
    for own in (REGULAR, BOLD)
]


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of a text at a font size, in the unit of the size.

    >>> text_width("z = 1", 10.0)
    21.96
    """
    known = WIDTHS[bold]
    return round(sum(known.get(c) or _unknown(c) for c in visible(text)) * size / 1000, 2)


def _unknown(character: str) -> int:
    """The width of a character that Helvetica lacks, as in East Asian and other scripts."""
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return 1000
    return 600
