"""Writes src/gpu_keepalive/protocol.py from the protocol's types, or checks with --check that it is.

The types come from ui/src/protocol/index.ts, which the tests of gpu-keepalive-core write and check.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "ui/src/protocol/index.ts"
TARGET = ROOT / "python/src/gpu_keepalive/protocol.py"
# What clients receive; requests are keyword arguments.
WANTED = ("ApiError", "Doctor", "EnergyReport", "GpuInfo", "Recommendation", "Status", "WakeReport")
# TypeScript has one kind of number. These hold whole ones.
WHOLE_TYPES = ("Bytes", "Celsius", "Megahertz", "PState", "Percent")
WHOLE_FIELDS = {
    "id", "index", "gpu", "pid", "leases", "users", "pulses", "pulse_interval_ms", "major", "minor",
    "sensed", "false", "missed", "cold_starts_avoided", "cold_starts_avoided_today", "layers",
    "layers_on_gpu", "cpu_expert_layers", "context_tokens", "max_context_tokens",
    "native_context_tokens", "memory_bandwidth_gbps",
}  # fmt: skip
HEADER = '''"""What the engine says, as types.

Generated from crates/core/src/protocol.rs by tools/protocol.py. Numbers are in the unit that their
name or their type ends in. A field that an engine of another version does not send is None, or
empty where it is a tuple.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, TypeVar

_R = TypeVar("_R", bound="Record")


@dataclass(frozen=True)
class Record:
    """An object of the protocol."""

    _records: ClassVar[Mapping[str, type[Record]]] = {}
    _tuples: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def from_json(cls: type[_R], data: Mapping[str, Any]) -> _R:
        """Returns it as read from JSON. Unknown fields are left out."""
        values: dict[str, Any] = {}
        for field in fields(cls):
            name = field.name
            value = data.get(name)
            record = cls._records.get(name)
            if name in cls._tuples:
                value = tuple(record.from_json(item) if record else item for item in value or ())
            elif record is not None and value is not None:
                value = record.from_json(value)
            values[name] = value
        return cls(**values)


@dataclass(frozen=True)
class Tagged(Record):
    """One of several kinds, with what belongs to that kind."""

    id: str
    """The kind."""
    values: Mapping[str, Any] | None
    """What belongs to it; None where nothing does."""

'''


def main() -> int:
    """Writes or checks the file. Returns the exit code."""
    text = generate(SOURCE.read_text(encoding="utf-8"))
    if "--check" not in sys.argv:
        TARGET.write_text(text, encoding="utf-8")
    elif TARGET.read_text(encoding="utf-8") != text:
        print(f"{TARGET} is not what the protocol says; run python/tools/protocol.py")
        return 1
    return 0


def generate(source: str) -> str:
    """Returns the module for the declarations in TypeScript."""
    form = re.compile(r"(?:/\*\*\n(.*?) \*/\n)?export type (\w+) = (.*?);\n(?=\n|\Z)", re.DOTALL)
    declarations = {name: (docs or "", body) for docs, name, body in form.findall(source)}
    order: list[str] = []
    for name in WANTED:
        reach(name, declarations, order)
    names = order + [name for name in ("ErrorCode", "Use", "KvCache", "Format") if name not in order]
    text = HEADER + "\n\n".join(render(name, declarations) for name in names)
    return re.sub(r"\n{4,}", "\n\n\n", text).rstrip() + "\n"


def reach(name: str, declarations: dict[str, tuple[str, str]], order: list[str]) -> None:
    """Adds a type after those that it is made of."""
    if name in order or name not in declarations:
        return
    body = declarations[name][1]
    if not is_tagged(body):
        for other in re.findall(r"\b[A-Z]\w+", re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", body, flags=re.S)):
            reach(other, declarations, order)
    order.append(name)


def is_tagged(body: str) -> bool:
    return body.startswith('{ "id"')


def render(name: str, declarations: dict[str, tuple[str, str]]) -> str:
    docs, body = declarations[name]
    if is_tagged(body):
        ids = dict.fromkeys(re.findall(r'\{ "id": ("\w+")', body))
        kinds = wrap(f"    # {', '.join(ids)}".replace('"', ""), "    # ")
        return f"\n@dataclass(frozen=True)\nclass {name}(Tagged):\n{docstring(docs, 4)}\n\n{kinds}\n"
    if body.startswith("{"):
        return record(name, docs, body, declarations)
    return f"{name} = {alias(name, body)}\n{docstring(docs, 0)}"


def record(name: str, docs: str, body: str, declarations: dict[str, tuple[str, str]]) -> str:
    form = re.compile(r"/\*\*\n(.*?) \*/\n\"?(\w+)\"?\??: (.*?), ?(?=\n|\})", re.DOTALL)
    lines: list[str] = []
    nested: list[str] = []
    tuples: list[str] = []
    for field_docs, field, kind in form.findall(body):
        item = kind.replace(" | null", "")
        element = re.fullmatch(r"Array<(\w+)>", item)
        if element or item.startswith("["):
            tuples.append(field)
        inner = element.group(1) if element else item
        if inner in declarations and declarations[inner][1].startswith("{"):
            nested.append(f'        "{field}": {inner},')
        lines.append(f"    {field}: {annotation(field, kind)}\n{docstring(field_docs, 4)}")
    text = f"\n@dataclass(frozen=True)\nclass {name}(Record):\n{docstring(docs, 4)}\n\n"
    if nested:
        text += "    _records = {\n" + "\n".join(nested) + "\n    }\n"
    if tuples:
        named = ", ".join(f'"{field}"' for field in tuples)
        text += f"    _tuples = frozenset(({named},))\n"
    return text + ("\n" if nested or tuples else "") + "\n".join(lines) + "\n"


def annotation(field: str, kind: str) -> str:
    if kind.endswith(" | null"):
        return f"{annotation(field, kind[: -len(' | null')])} | None"
    element = re.fullmatch(r"Array<(.*)>", kind)
    if element:
        return f"tuple[{annotation(field, element.group(1))}, ...]"
    pair = re.fullmatch(r"\[(.*), (.*)\]", kind)
    if pair:
        return f"tuple[{annotation(field, pair.group(1))}, {annotation(field, pair.group(2))}]"
    if kind == "number":
        return "int" if field in WHOLE_FIELDS else "float"
    simple = {"string": "str", "boolean": "bool"}
    if kind in simple:
        return simple[kind]
    if not re.fullmatch(r"\w+", kind):
        raise ValueError(f"{field}: a form that this tool does not know: {kind}")
    return kind


def alias(name: str, body: str) -> str:
    if body == "number":
        return "int" if name in WHOLE_TYPES else "float"
    if body == "string":
        return "str"
    words = re.findall(r'"(\w+)"', body)
    if " | ".join(f'"{word}"' for word in words) != body:
        raise ValueError(f"{name}: a form that this tool does not know: {body}")
    line = ", ".join(f'"{word}"' for word in words)
    if len(f"{name} = Literal[{line}]") <= 120:
        return f"Literal[{line}]"
    return "Literal[\n" + "".join(f'    "{word}",\n' for word in words) + "]"


def docstring(docs: str, indent: int) -> str:
    lines = [re.sub(r"^ \* ?", "", line).rstrip() for line in docs.splitlines()]
    text = re.sub(r"\[`([^`]*)`\]", r"`\1`", " ".join(" ".join(lines).split()))
    text = re.sub(r"`([^`]*)`", r"``\1``", text)
    text = re.sub(r"``(?:null|None)``", "None", text)
    if text and not text.endswith("."):
        text += "."
    sentence = re.match(r"(.*?[.;:])(?: (.*))?$", text)
    first, rest = text, ""
    if len(text) + indent + 6 > 120 and sentence and sentence.group(2):
        first, rest = sentence.group(1).rstrip(".;:") + ".", sentence.group(2)
    prefix = " " * indent
    if not rest:
        return wrap(f'{prefix}"""{first}"""', prefix)
    rest = rest[:1].upper() + rest[1:]
    return f'{wrap(prefix + chr(34) * 3 + first, prefix)}\n\n{wrap(prefix + rest, prefix)}\n{prefix}"""'


def wrap(text: str, prefix: str) -> str:
    import textwrap

    return textwrap.fill(text, 120, subsequent_indent=prefix, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    sys.exit(main())
