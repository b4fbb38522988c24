"""The package as it is installed: its program, its modules and its generated file."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support import DEADLINE_S, python

import gpu_keepalive
from gpu_keepalive import _engine

PROJECT = Path(__file__).resolve().parents[1]


def module(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments], capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )


def test_the_types_are_the_protocols() -> None:
    ended = subprocess.run([sys.executable, PROJECT / "tools/protocol.py", "--check"], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_the_version_is_the_programs() -> None:
    ended = subprocess.run([_engine.find_binary(), "--version"], capture_output=True, text=True)
    assert ended.stdout.split()[-1] == gpu_keepalive.__version__


def test_the_module_is_the_command_line() -> None:
    assert module("gpu_keepalive", "status").returncode == 3
    ended = module("gpu_keepalive", "gpus")
    assert ended.returncode == 0
    assert "RTX 4090" in ended.stdout
    assert module("gpu_keepalive", "dance").returncode == 2


def test_setup_describes_and_installs_nothing() -> None:
    ended = module("gpu_keepalive.setup")
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert lines[0] == "Found 1 CUDA GPU(s) (simulated):"
    assert "GPU 0: NVIDIA GeForce RTX 4090" in lines
    assert "  VRAM: 24.0 GiB" in lines
    assert any(line.startswith("  Optimal") for line in lines)
    assert lines[-1].startswith("Nothing was installed.")


def test_setup_without_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPU_KEEPALIVE_SIMULATE", "no-driver")
    ended = module("gpu_keepalive.setup")
    assert (ended.returncode, ended.stdout) == (4, "")
    assert ended.stderr.startswith("CUDA not available. ")


def test_an_import_loads_little() -> None:
    heavy = ("asyncio", "dataclasses", "typing", "socket", "subprocess", "importlib.metadata", "torch")
    script = f"import sys, gpu_keepalive; print([name for name in {heavy!r} if name in sys.modules])"
    # Without the site's own imports, which differ.
    folder = str(Path(gpu_keepalive.__file__).parents[1])
    ended = python(f"import sys; sys.path.insert(0, {folder!r}); {script}", "-I", "-S")
    assert ended == (0, "[]\n", "")


@pytest.mark.parametrize("page", ["README.md", "../README.md", "../docs/python.md"])
def test_the_examples_run(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (PROJECT / page).read_text(encoding="utf-8")
    examples = [one for one in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "gpu_keepalive" in one]
    assert examples
    for example in examples:
        ended = python(example)
        assert (ended.code, ended.err) == (0, "")


# What the examples use of these packages, answering what they were asked, in capitals.
LLAMA_CPP = """
class Llama:
    def __init__(self, path, n_gpu_layers, verbose):
        assert (path, n_gpu_layers, verbose) == ("model", -1, False)
    def create_chat_completion(self, messages, max_tokens):
        return {"choices": [{"message": {"content": messages[-1]["content"].strip().upper()}}]}
"""
TORCH = "import contextlib; float16 = 'float16'; inference_mode = contextlib.nullcontext"
TRANSFORMERS = """
class Tokens(list):
    shape = (1, 3)
    def to(self, device):
        assert device == "cuda"
        return self
    def __getitem__(self, key):
        return self if isinstance(key, slice) else list.__getitem__(self, key)
class AutoTokenizer:
    from_pretrained = classmethod(lambda cls, name: cls())
    def apply_chat_template(self, messages, add_generation_prompt, return_tensors):
        return Tokens([Tokens(messages[-1]["content"])])
    def decode(self, tokens, skip_special_tokens):
        return "".join(tokens).strip().upper()
class AutoModelForCausalLM:
    from_pretrained = classmethod(lambda cls, name, dtype: cls())
    def to(self, device):
        assert device == "cuda"
        return self
    def generate(self, tokens, max_new_tokens):
        return tokens
"""


@pytest.mark.parametrize("example", ["transformers_chat.py", "llama_cpp_chat.py"])
def test_the_example_programs_answer(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, source in [("llama_cpp", LLAMA_CPP), ("torch", TORCH), ("transformers", TRANSFORMERS)]:
        (tmp_path / f"{name}.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    ended = subprocess.run(
        [sys.executable, "-W", "error", PROJECT / "examples" / example, "model"],
        input="What is a GPU?\nAnd a lease?\n",
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert (ended.stdout, ended.stderr) == ("WHAT IS A GPU?\nAND A LEASE?\n", "")
