"""Office files are ZIP archives: their parts, read within bounds so that a bomb is refused before it is unpacked."""

from __future__ import annotations

import io
import zipfile

from lxml import etree

from assistant.errors import DocumentError

_MAX_PARTS = 5_000
_MAX_UNPACKED = 200 * 2**20  # bytes of all parts together, as they declare
_MAX_PART = 60 * 2**20  # bytes of one part that is read
_MAX_RATIO = 200  # of XML unpacked to packed; office suites reach about 40
_RATIO_FROM = 2**20  # bytes unpacked under which the ratio says nothing


class Archive:
    """The parts of an office file."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise DocumentError("le fichier est abîmé : son archive ne peut pas être lue") from None
        self._check(self._zip.infolist())

    @staticmethod
    def _check(parts: list[zipfile.ZipInfo]) -> None:
        unpacked = sum(part.file_size for part in parts)
        swollen = any(p.file_size > max(_RATIO_FROM, _MAX_RATIO * p.compress_size) for p in parts)
        if len(parts) > _MAX_PARTS or unpacked > _MAX_UNPACKED or swollen:
            raise DocumentError("le fichier est une archive piégée : décompressé, il serait démesuré")
        if any(part.flag_bits & 1 for part in parts):
            raise DocumentError("le fichier est protégé par un mot de passe : enregistrez-le sans protection")

    @property
    def names(self) -> set[str]:
        """Of the parts."""
        return set(self._zip.namelist())

    def part(self, name: str) -> bytes:
        """The bytes of one part; as many as it declares at most, and its checksum is verified.

        Raises:
            DocumentError: it is missing, damaged or too large.
        """
        try:
            with self._zip.open(name) as file:
                data = file.read(_MAX_PART + 1)
        except KeyError:
            raise DocumentError(f"le fichier est abîmé : sa partie {name} manque") from None
        except Exception:  # zlib.error, BadZipFile, EOFError, NotImplementedError: whatever a damaged one raises
            raise DocumentError(f"le fichier est abîmé : sa partie {name} ne peut pas être lue") from None
        if len(data) > _MAX_PART:
            raise DocumentError("le document est trop long : découpez-le")
        return data

    def xml(self, name: str) -> etree._Element:
        """One part as a tree, without external entities, expansion or network.

        Raises:
            DocumentError: as `part`, or it is no XML.
        """
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            return etree.fromstring(self.part(name), parser)
        except etree.XMLSyntaxError:
            raise DocumentError(f"le fichier est abîmé : sa partie {name} n'est pas lisible") from None
