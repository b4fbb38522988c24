"""Answers questions with llama-cpp-python from a GGUF file; the GPU rests at full readiness between them.

pip install gpukeepalive llama-cpp-python
"""

from __future__ import annotations

import sys

from llama_cpp import Llama

from gpu_keepalive import GPUKeepalive


def main(path: str) -> None:
    model = Llama(path, n_gpu_layers=-1, verbose=False)
    with GPUKeepalive() as keepalive:
        for line in sys.stdin:
            with keepalive.inference_mode():
                answer = model.create_chat_completion([{"role": "user", "content": line}], max_tokens=256)
            print(answer["choices"][0]["message"]["content"], flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
