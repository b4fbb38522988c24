"""A PyTorch program that answers when it is asked, and keeps its GPU ready in between by one class or another.

    program.py nobody|loop|package|FOLDER [--pretend]

`loop` is the class of loop.py beside this file, `package` the package gpukeepalive, FOLDER one that holds
another gpu_keepalive.py, such as a clone of the original. Every line of standard input asks for an answer; its
milliseconds are the reply. --pretend needs neither PyTorch nor a GPU, and its times mean nothing.
"""

import contextlib
import sys
import time

# The weights that one token of a model with 4 GB of them reads, and the tokens of an answer.
LAYERS, WIDTH, TOKENS = 120, 4096, 8


def model():
    import torch

    weights = [torch.randn(WIDTH, WIDTH, device="cuda", dtype=torch.float16) / WIDTH**0.5 for _ in range(LAYERS)]
    start = torch.randn(1, WIDTH, device="cuda", dtype=torch.float16)

    @torch.inference_mode()
    def answer():
        state = start
        for _ in range(TOKENS):
            for weight in weights:
                state = state @ weight
            torch.cuda.synchronize()

    return answer


def keeper(kind):
    if kind == "nobody":
        return None
    if kind == "loop":
        from loop import GPUKeepalive
    else:
        if kind != "package":
            sys.path.insert(0, kind)
        from gpu_keepalive import GPUKeepalive
    return GPUKeepalive()


def main(kind, pretend):
    answer = (lambda: time.sleep(0.005)) if pretend else model()
    answer()
    keepalive = keeper(kind)
    if keepalive:
        keepalive.start()
    print("ready", flush=True)
    for _ in sys.stdin:
        asked = time.perf_counter()
        with keepalive.inference_mode() if keepalive else contextlib.nullcontext():
            answer()
        print((time.perf_counter() - asked) * 1e3, flush=True)
    if keepalive:
        keepalive.stop()


if __name__ == "__main__":
    main(sys.argv[1], "--pretend" in sys.argv[2:])
