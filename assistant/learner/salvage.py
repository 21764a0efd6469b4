"""Rows read from the bytes of a damaged SQLite file, past SQLite itself.

Every leaf page of a table is read on its own, whatever became of the header, the schema and the
pages above it; pages that a write-ahead log holds take the place of those in the file. A row is
kept only if its seal is right. The formats are at https://www.sqlite.org/fileformat2.html and
https://www.sqlite.org/walformat.html.
"""

import re
import struct
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from assistant.learner.tables import PAGE, TABLES, Value, seal

MAGIC = b"SQLite format 3\0"
# Magic, pages of 4096 bytes, journal or WAL, nothing reserved, fixed fractions.
HEADER = re.compile(re.escape(MAGIC) + rb"\x10\x00[\x01\x02][\x01\x02]\x00@\x20\x20", re.DOTALL)
_LEAF = 0x0D
_WAL_HEADER, _FRAME_HEADER = 32, 24
_INDEX_HEADER = 48
_INTEGER_SIZES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_MOST_IN_LEAF = PAGE - 35  # a longer row goes on in overflow pages
_LEAST_IN_LEAF = (PAGE - 12) * 32 // 255 - 23
Pages = Mapping[int, bytes]
Row = tuple[str, int, dict[str, Value]]


def wal_of(path: Path) -> Path:
    """Return where SQLite keeps the write-ahead log of a file."""
    return path.with_name(path.name + "-wal")


def committed_frames(wal: bytes) -> list[int]:
    """Return where the frames of committed pages start in a log, checksums not looked at."""
    starts = range(_WAL_HEADER, len(wal) - _FRAME_HEADER - PAGE + 1, _FRAME_HEADER + PAGE)
    if not starts:
        return []
    salts = Counter(wal[start + 8 : start + 16] for start in starts[:3])
    current = wal[16:24] if wal[16:24] in salts else salts.most_common(1)[0][0]
    kept = [start for start in starts if wal[start + 8 : start + 16] == current]
    while kept and not any(wal[kept[-1] + 4 : kept[-1] + 8]):  # no commit follows
        kept.pop()
    return kept


def confirmed_frames(path: Path, wal: bytes) -> int | None:
    """Return how many frames of a log belong to finished commits; None if that is not known.

    SQLite tells it in the index beside the log (-shm), which it writes at the end of a commit and
    which outlives a killed process. What follows in the log was never confirmed to anybody.
    """
    index = path.with_name(path.name + "-shm")
    if not index.exists():
        return None
    with index.open("rb") as file:
        header, twin = file.read(_INDEX_HEADER), file.read(_INDEX_HEADER)
    if len(header) < _INDEX_HEADER or header != twin or header[32:40] != wal[16:24]:
        return None
    order = "<" if sys.byteorder == "little" else ">"
    if header[40:] != struct.pack("=2I", *_checksum(header[:40], (0, 0), order)):
        return None
    return int.from_bytes(header[16:20], sys.byteorder)


def first_page(path: Path) -> bytes:
    """Return the page with the header, from the log where it is newer; empty without a file."""
    wal = _bytes(wal_of(path))
    for start in reversed(committed_frames(wal)):
        if wal[start : start + 4] == b"\0\0\0\1":
            return wal[start + _FRAME_HEADER : start + _FRAME_HEADER + PAGE]
    if not path.exists():
        return b""
    with path.open("rb") as file:
        return file.read(PAGE)


def is_whole(wal: bytes) -> bool:
    """Return whether the checksums of a log's header and of its committed frames hold."""
    if wal[:4] not in (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"):
        return False
    if wal[24:32] != struct.pack(">2I", *_checksum(wal[:24], (0, 0), _order(wal))):
        return False
    return all(
        start == _WAL_HEADER + number * (_FRAME_HEADER + PAGE) and _is_intact(wal, start)
        for number, start in enumerate(committed_frames(wal))
    )


def _is_intact(wal: bytes, start: int) -> bool:
    """Return whether the checksum of a frame, which goes on from the one before, holds."""
    before = 24 if start == _WAL_HEADER else start - PAGE - _FRAME_HEADER + 16
    first, second = struct.unpack(">2I", wal[before : before + 8])
    page = wal[start + _FRAME_HEADER : start + _FRAME_HEADER + PAGE]
    sums = _checksum(wal[start : start + 8] + page, (first, second), _order(wal))
    return wal[start + 16 : start + 24] == struct.pack(">2I", *sums)


def _order(wal: bytes) -> str:
    return ">" if wal[3] & 1 else "<"


def _checksum(data: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    first, second = sums
    for left, right in struct.iter_unpack(f"{order}2I", data):
        first = first + left + second & 0xFFFFFFFF
        second = second + right + first & 0xFFFFFFFF
    return first, second


def rows(path: Path, log: bytes = b"") -> list[Row]:
    """Return every (table, id, values) in a file and its log whose seal is right, in order.

    `log` is what the log held before; it adds what is found nowhere else, and so do frames with
    a wrong checksum, which may hold what an older log left there.
    """
    content = _bytes(path)
    pages = {
        number + 1: content[number * PAGE : (number + 1) * PAGE]
        for number in range(-(-len(content) // PAGE))
    }
    now = _bytes(wal_of(path))
    pages |= _logged(now, intact=True)
    found: dict[tuple[str, int], dict[str, Value]] = {}
    for wal, intact in ((log, False), (now, False), (log, True)):
        logged = _logged(wal, intact)
        found |= _rows(logged, {**pages, **logged})
    found |= _rows(pages, pages)
    order = list(TABLES)
    places = sorted(found, key=lambda place: (order.index(place[0]), place[1]))
    return [(table, id_, found[table, id_]) for table, id_ in places]


def _logged(wal: bytes, intact: bool) -> dict[int, bytes]:
    """Return the last committed content of each page in a log, from intact or broken frames."""
    return {
        int.from_bytes(wal[start : start + 4], "big"):
            wal[start + _FRAME_HEADER : start + _FRAME_HEADER + PAGE]
        for start in committed_frames(wal)
        if _is_intact(wal, start) == intact
    }  # fmt: skip


def _rows(leaves: Pages, pages: Pages) -> dict[tuple[str, int], dict[str, Value]]:
    return {
        (table, id_): values
        for page in leaves.values()
        for id_, cells in _leaf(page.ljust(PAGE, b"\0"), pages)
        for table, values in _genuine(id_, cells)
    }


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _genuine(id_: int, cells: list[Value]) -> Iterator[tuple[str, dict[str, Value]]]:
    for table, columns in TABLES.items():
        written, *rest = cells[1:]
        if len(rest) <= len(columns):
            values = dict(zip(columns, rest, strict=False))
            if seal(table, id_, values) == written:
                yield table, values


def _leaf(page: bytes, pages: Pages) -> Iterator[tuple[int, list[Value]]]:
    """Yield (id, cells) of the rows on a leaf page of a table, those that can be read."""
    if page[0] != _LEAF:
        return
    count = int.from_bytes(page[3:5], "big")
    for index in range(min(count, PAGE // 4)):
        place = 8 + 2 * index
        start = int.from_bytes(page[place : place + 2], "big")
        try:
            length, start = _varint(page, start)
            id_, start = _varint(page, start)
            cells = _record(_payload(page, start, length, pages))
        except (IndexError, KeyError, ValueError, OverflowError, struct.error):
            continue
        if len(cells) > 2:
            yield id_, cells


def _payload(page: bytes, start: int, length: int, pages: Pages) -> bytes:
    """Return the bytes of a row, collected from overflow pages where it is long."""
    if length <= _MOST_IN_LEAF:
        return page[start : start + length]
    if length > len(pages) * PAGE:
        raise ValueError("longer than the file")
    local = _LEAST_IN_LEAF + (length - _LEAST_IN_LEAF) % (PAGE - 4)
    local = local if local <= _MOST_IN_LEAF else _LEAST_IN_LEAF
    parts, missing = [page[start : start + local]], length - local
    onward = page[start + local : start + local + 4]
    while missing > 0:
        overflow = pages[int.from_bytes(onward, "big")]
        onward, part = overflow[:4], overflow[4 : 4 + missing]
        if not part:
            raise ValueError("cut off")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _record(payload: bytes) -> list[Value]:
    size, place = _varint(payload, 0)
    types = []
    while place < size:
        type_, place = _varint(payload, place)
        types.append(type_)
    cells: list[Value] = []
    for type_ in types:
        length = _INTEGER_SIZES.get(type_, 8 if type_ == 7 else max(0, (type_ - 12) // 2))
        raw = payload[place : place + length]
        if len(raw) != length:
            raise ValueError("cut off")
        cells.append(_cell(type_, raw))
        place += length
    return cells


def _cell(type_: int, raw: bytes) -> Value:
    if type_ in _INTEGER_SIZES:
        return int.from_bytes(raw, "big", signed=True)
    if type_ == 7:
        return float(struct.unpack(">d", raw)[0])
    if type_ in (8, 9):
        return type_ - 8
    return raw.decode("utf-8") if type_ >= 13 and type_ % 2 else None


def _varint(data: bytes, start: int) -> tuple[int, int]:
    """Return a number of one to nine bytes and where the next begins; raises IndexError."""
    value = 0
    for index in range(8):
        byte = data[start + index]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, start + index + 1
    return value << 8 | data[start + 8], start + 9
