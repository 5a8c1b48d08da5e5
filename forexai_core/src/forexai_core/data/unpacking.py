"""Bytes of a file that a user named: opened, unpacked within limits, decoded.

Nothing is trusted: an archive may hold one data file and no archive, may not unpack to more than the
limits allow, and its member's name is only looked at, never used as a path.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Protocol

import attrs

from forexai_core.errors import ConfigError, DataFormatError

__all__ = ["RawFile", "ReadLimits", "decode_text", "read_file"]

_MIB = 1024 * 1024
_CHUNK = _MIB
_HEAD = 4_096
_MARK = b"\xef\xbb\xbf"  # a byte order mark, once the text is UTF-8
_TAR, _TAR_AT = b"ustar", 257
_GZIP, _ZIP, _PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"
_UNSUPPORTED = {
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ\x00": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a zstandard archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word document",
    b"SQLite format 3": "an SQLite database",
    b"ARROW1": "an Arrow or Feather file",
    b"\x89HDF": "an HDF5 file",
}
# What zipfile raises where an archive does not keep its own promises.
_DAMAGED_ZIP = (
    zipfile.BadZipFile,
    OSError,
    EOFError,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    LookupError,
)
_DATA_SUFFIXES = (".csv", ".tsv", ".parquet")
_ARCHIVE_SUFFIXES = (".zip", ".gz", ".7z", ".rar", ".tar", ".tgz", ".bz2", ".xz", ".zst")
_REMEDY_FORMATS = "Save it as CSV (plain, .gz or .zip) or as Parquet."


class SupportsRead(Protocol):
    """A stream of bytes."""

    def read(self, size: int = ..., /) -> bytes:
        """Read up to so many bytes."""
        ...


@attrs.frozen(kw_only=True)
class ReadLimits:
    """How much a file may weigh.

    Attributes
    ----------
    max_file_bytes : int
        Of the file as it lies on disk.
    max_unpacked_bytes : int
        Of what an archive holds.
    max_ratio : float
        Unpacked to packed bytes, once more than ``ratio_from_bytes`` are unpacked. Price files
        reach 5 to 20; an archive built to fill a disk reaches 1,000.
    ratio_from_bytes : int
        Below this size no ratio is suspicious.
    """

    max_file_bytes: int = attrs.field(default=2048 * _MIB, validator=attrs.validators.gt(0))
    max_unpacked_bytes: int = attrs.field(default=4096 * _MIB, validator=attrs.validators.gt(0))
    max_ratio: float = attrs.field(default=200.0, validator=attrs.validators.gt(1))
    ratio_from_bytes: int = attrs.field(default=8 * _MIB, validator=attrs.validators.ge(0))


@attrs.frozen(kw_only=True)
class RawFile:
    """What a file holds once unpacked.

    Attributes
    ----------
    name : str
        As the user named it; ``archive.zip!member`` inside an archive.
    content : bytes
        Unpacked bytes.
    sha256 : str
        Hex digest of the file as it lies on disk.
    is_parquet : bool
        Whether the content is Parquet rather than text.
    """

    name: str
    content: bytes
    sha256: str
    is_parquet: bool


def read_file(path: str | os.PathLike[str], limits: ReadLimits) -> RawFile:
    """Read and unpack a file.

    Parameters
    ----------
    path : path
        A text or Parquet file, or such a file in gzip or zip.
    limits : ReadLimits
        Refuse anything beyond them.

    Raises
    ------
    DataFormatError
        If there is no such file, it is too large, damaged, of another kind, or an archive that holds
        anything but one data file.
    """
    name = os.fspath(path)
    packed = _read_packed(Path(path), name, limits)
    digest = hashlib.sha256(packed).hexdigest()
    content = packed
    if packed.startswith(_GZIP):
        content = _gunzip(packed, name, limits)
    elif packed.startswith(_ZIP):
        content, name = _unzip(packed, name, limits)
    elif name.casefold().endswith((".gz", ".zip")):
        raise DataFormatError(
            "its name says it is compressed, but its bytes are not.",
            file=name,
            remedy="Download it again, or rename it if it is plain text.",
        )
    if content is not packed and content.startswith((_GZIP, _ZIP)):
        raise DataFormatError(
            "the archive holds another archive.", file=name, remedy="Unpack it once by hand, then read what is inside."
        )
    if not content.strip():
        raise _empty(name)
    is_parquet = content.startswith(_PARQUET)
    if not is_parquet:
        _refuse_known_kinds(content, name)
    return RawFile(name=name, content=content, sha256=digest, is_parquet=is_parquet)


def _read_packed(path: Path, name: str, limits: ReadLimits) -> bytes:
    try:
        size, is_folder = path.stat().st_size, path.is_dir()
        packed = b"" if is_folder or size > limits.max_file_bytes else path.read_bytes()
    except FileNotFoundError:
        raise DataFormatError(
            "there is no such file.", file=name, remedy=f"Check the name; looked from {Path.cwd()}."
        ) from None
    except OSError as error:
        raise DataFormatError(
            f"the file cannot be read ({error.strerror or error}).", file=name, remedy="Check its permissions."
        ) from error
    except ValueError as error:  # a null character in the name
        raise DataFormatError(f"this is no file name ({error}).", file=repr(name), remedy="Check the name.") from error
    if is_folder:
        raise DataFormatError("this is a folder.", file=name, remedy="Name one file in it.")
    if size > limits.max_file_bytes:
        raise DataFormatError(
            f"the file has {size:,} bytes, more than the {limits.max_file_bytes:,} allowed.",
            file=name,
            remedy="Split it, or pass limits=ReadLimits(max_file_bytes=…).",
        )
    return packed


def _copy_within(stream: SupportsRead, packed_bytes: int, name: str, limits: ReadLimits) -> bytes:
    """Read a decompressing stream to its end, or stop where it becomes unreasonable."""
    out = io.BytesIO()
    while chunk := stream.read(_CHUNK):
        out.write(chunk)
        size = out.tell()
        ratio = size / max(packed_bytes, 1)
        if size > limits.max_unpacked_bytes or (size > limits.ratio_from_bytes and ratio > limits.max_ratio):
            raise DataFormatError(
                f"the archive unpacks to more than {size:,} bytes, {ratio:,.0f} times its size: no price file does.",
                file=name,
                remedy="Unpack it by hand, or pass limits=ReadLimits(max_unpacked_bytes=…, max_ratio=…).",
            )
    return out.getvalue()


def _gunzip(packed: bytes, name: str, limits: ReadLimits) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
            return _copy_within(stream, len(packed), name, limits)
    except (OSError, EOFError, zlib.error, struct.error) as error:
        raise DataFormatError(
            f"the gzip archive is damaged or cut short ({error}).", file=name, remedy="Download or compress it again."
        ) from error


def _unzip(packed: bytes, name: str, limits: ReadLimits) -> tuple[bytes, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            member = _only_member(archive, name)
            inner = f"{name}!{member.filename}"
            with archive.open(member) as stream:
                return _copy_within(stream, max(member.compress_size, 1), inner, limits), inner
    except DataFormatError:
        raise
    except _DAMAGED_ZIP as error:
        raise DataFormatError(
            f"the zip archive is damaged or of an unknown kind ({error}).",
            file=name,
            remedy="Download or compress it again, without a password.",
        ) from error


def _only_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """Find the one data file of an archive; a text beside a CSV, as HistData ships it, is no data."""
    files = [member for member in archive.infolist() if not member.is_dir()]
    for member in files:
        _refuse_member(member, name)
    named = [member for member in files if member.filename.casefold().endswith(_DATA_SUFFIXES)]
    chosen = named or files
    if len(chosen) != 1:
        inside = ", ".join(member.filename for member in files[:5]) or "nothing"
        if any(member.filename == "[Content_Types].xml" for member in files):
            raise DataFormatError("this is an Excel or Word document.", file=name, remedy=_REMEDY_FORMATS)
        raise DataFormatError(
            f"the archive must hold one data file, but holds {inside}.",
            file=name,
            remedy="Unpack it and name one file.",
        )
    return chosen[0]


def _refuse_member(member: zipfile.ZipInfo, name: str) -> None:
    inner = PurePosixPath(member.filename.replace("\\", "/"))
    is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
    if inner.is_absolute() or ".." in inner.parts or ":" in member.filename or is_link:
        raise DataFormatError(
            f"the archive's member {member.filename!r} points outside the archive.",
            file=name,
            remedy="Do not trust this archive; get the data from its source again.",
        )
    if member.flag_bits & 0x1:
        raise DataFormatError("the archive has a password.", file=name, remedy="Unpack it by hand first.")
    if member.filename.casefold().endswith(_ARCHIVE_SUFFIXES):
        raise DataFormatError(
            f"the archive holds another archive ({member.filename}).",
            file=name,
            remedy="Unpack it once by hand, then read what is inside.",
        )


def _refuse_known_kinds(content: bytes, name: str) -> None:
    if content.startswith(_TAR, _TAR_AT):
        raise DataFormatError(
            "this is a tar archive, not a table of prices.",
            file=name,
            remedy="Unpack it once by hand, then read what is inside.",
        )
    for magic, kind in _UNSUPPORTED.items():
        # Text may begin with the letters of a magic number; binaries hold zeros soon after them.
        if content.startswith(magic) and (magic[0] > 127 or b"\x00" in content[:_HEAD] or magic in {b"%PDF", b"Rar!"}):
            raise DataFormatError(f"this is {kind}, not a table of prices.", file=name, remedy=_REMEDY_FORMATS)


def decode_text(raw: RawFile, encoding: str | None) -> bytes:
    """Turn a text file into UTF-8 with newlines as line ends, one at its end too.

    Parameters
    ----------
    raw : RawFile
        The file.
    encoding : str or None
        As the user knows it; otherwise a byte order mark decides, and without one UTF-8.

    Raises
    ------
    ConfigError
        If there is no such encoding.
    DataFormatError
        If the bytes are not of that encoding, or no text at all; the line is named.
    """
    content = raw.content
    chosen = encoding or _sniff_encoding(content)
    try:
        if chosen in {"ascii", "utf-8"}:
            content.decode(chosen)
        else:
            content = content.decode(chosen).encode()
    except LookupError:
        raise ConfigError(f"There is no encoding '{chosen}'. Try utf-8, utf-16, cp1252 or latin-1.") from None
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise DataFormatError(
            f"the text is not {chosen}: byte {raw.content[start]:#04x} does not fit.",
            file=raw.name,
            line=raw.content[:start].count(b"\n") + 1,
            remedy="Save it as UTF-8, or pass encoding='cp1252' (Western Windows), 'latin-1' or what wrote it.",
        ) from None
    while content.startswith(_MARK):
        content = content.removeprefix(_MARK)
    _refuse_binary(content, raw.name, encoding)
    if not content[:_HEAD].decode(errors="ignore").strip() and not content.decode().strip():
        raise _empty(raw.name)
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return content if content.endswith(b"\n") else content + b"\n"


def _empty(name: str) -> DataFormatError:
    return DataFormatError("the file is empty.", file=name, remedy="Export or download the data again.")


def _sniff_encoding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "utf-32"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return "utf-8"


def _refuse_binary(content: bytes, name: str, encoding: str | None) -> None:
    position = content.find(b"\x00")
    if position < 0:
        return
    head = content[:400]
    halves = head[1::2].count(0), head[::2].count(0)
    # In UTF-16 one half of the bytes is nearly all zeros and the other has nearly none; padding is zeros in both.
    if encoding is None and max(halves) * 2 > len(head) * 0.8 and min(halves) * 2 < len(head) * 0.1:
        wide = "utf-16-le" if halves[0] > halves[1] else "utf-16-be"
        remedy = f"It looks like UTF-16 without its mark: pass encoding='{wide}'."
    else:
        remedy = _REMEDY_FORMATS
    line = content[:position].count(b"\n") + 1
    raise DataFormatError("the file is binary, not text (it holds zero bytes).", file=name, line=line, remedy=remedy)
