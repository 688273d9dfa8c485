"""SVG pictures of the pages: curves over epochs, and images side by side."""

import base64
import struct
import zlib


def svg(width: float, height: float, parts: list[str]) -> str:
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
            'font-family="sans-serif" font-size="12">')
    return "\n".join([head, f'<rect width="{width:g}" height="{height:g}" fill="white"/>', *parts, "</svg>", ""])


def text(x: float, y: float, words: str, anchor: str = "start") -> str:
    escaped = words.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escaped}</text>'


def line_chart(points: list[tuple[int, float]], title: str) -> str:
    """One curve over epochs; its axes begin and end where the curve does."""
    width, height, left, right, top, bottom = 640, 240, 70, 20, 30, 30
    epochs, values = [point[0] for point in points], [point[1] for point in points]
    low, high = min(values), max(values)

    def place(epoch: int, value: float) -> str:
        x = left + (width - left - right) * (epoch - epochs[0]) / (epochs[-1] - epochs[0])
        y = top + (height - top - bottom) * (high - value) / ((high - low) or 1)
        return f"{x:.1f},{y:.1f}"

    return svg(width, height, [
        text(left, 18, f"{title} by epoch"),
        text(left - 6, top + 4, f"{high:.4g}", "end"), text(left - 6, height - bottom + 4, f"{low:.4g}", "end"),
        text(left, height - 10, str(epochs[0]), "middle"), text(width - right, height - 10, str(epochs[-1]), "middle"),
        f'<path d="M{left},{top}V{height - bottom}H{width - right}" fill="none" stroke="#888"/>',
        f'<polyline points="{" ".join(place(*point) for point in points)}" fill="none" stroke="#1f77b4" stroke-width="2"/>',
    ])


def png(rows: list[bytes], width: int) -> bytes:
    """A grey PNG of 8 bits."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = b"".join(b"\0" + row for row in rows)
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b"")


def strip(images: list[bytes], side: int = 28, gap: int = 2) -> bytes:
    """A PNG of images of `side` x `side` bytes, next to one another."""
    rows = [(b"\xff" * gap).join(image[line * side:(line + 1) * side] for image in images) for line in range(side)]
    return png(rows, len(rows[0]))


def strip_table(rows: list[tuple[str, bytes]], scale: int = 2) -> str:
    """Labels and strips of equal size, below one another."""
    gap, label_width = 4, 160
    width, height = (scale * size for size in struct.unpack(">II", rows[0][1][16:24]))
    parts = []
    for index, (label, image) in enumerate(rows):
        y = gap + index * (height + gap)
        parts.append(text(label_width - 10, y + height / 2 + 4, label, "end"))
        parts.append(f'<image x="{label_width}" y="{y}" width="{width}" height="{height}" style="image-rendering:pixelated" '
                     f'href="data:image/png;base64,{base64.b64encode(image).decode()}"/>')
    return svg(label_width + width + gap, gap + len(rows) * (height + gap), parts)


def paired_bars(rows: list[tuple[str, float, float]], names: tuple[str, str], title: str) -> str:
    """Two bars for each label, from zero, the greater value of all as wide as the picture."""
    width, left, right, bar, gap, top = 640, 170, 60, 14, 12, 50
    scale = (width - left - right) / max(value for row in rows for value in row[1:])
    colours = ("#1f77b4", "#aaaaaa")
    parts = [text(left, 18, title)]
    for index, name in enumerate(names):
        parts += [f'<rect x="{left + 170 * index}" y="26" width="{bar}" height="{bar}" fill="{colours[index]}"/>',
                  text(left + 170 * index + bar + 6, 38, name)]
    for number, (label, *values) in enumerate(rows):
        y = top + number * (2 * bar + gap)
        parts.append(text(left - 10, y + bar + 4, label, "end"))
        for index, value in enumerate(values):
            parts += [f'<rect x="{left}" y="{y + index * bar}" width="{value * scale:.1f}" height="{bar}" fill="{colours[index]}"/>',
                      text(left + value * scale + 6, y + (index + 1) * bar - 3, f"{value:.4f}")]
    return svg(width, top + len(rows) * (2 * bar + gap), parts)
