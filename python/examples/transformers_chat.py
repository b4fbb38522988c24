"""Answers questions with transformers; the GPU rests at full readiness between them.

pip install gpukeepalive transformers torch
"""

from __future__ import annotations

import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from gpu_keepalive import GPUKeepalive


def main(name: str = "Qwen/Qwen2.5-0.5B-Instruct") -> None:
    tokenizer = AutoTokenizer.from_pretrained(name)
    model = AutoModelForCausalLM.from_pretrained(name, dtype=torch.float16).to("cuda")
    with GPUKeepalive() as keepalive:
        for line in sys.stdin:
            messages = [{"role": "user", "content": line}]
            tokens = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt")
            with keepalive.inference_mode(), torch.inference_mode():
                answer = model.generate(tokens.to("cuda"), max_new_tokens=256)
            print(tokenizer.decode(answer[0][tokens.shape[1] :], skip_special_tokens=True), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
