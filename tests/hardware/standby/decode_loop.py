"""A server that decodes as soon as it is asked, with a CUDA graph of a 7B's shape (13.5 GB in bfloat16).

    decode_loop.py PORT [--pretend]

A line with a number asks for that many tokens; a byte answers each. --pretend only sleeps.
"""

import socket
import sys
import time

LAYERS, WIDTH, HEADS, FEED_FORWARD, VOCABULARY, CONTEXT = 32, 4096, 32, 11008, 32000, 512


def capture():
    """Captures one decode step; returns the function that runs it."""
    import torch
    import torch.nn.functional as functional

    torch.set_grad_enabled(False)
    kind = {"device": "cuda", "dtype": torch.bfloat16}

    def matrix(rows, columns):
        return torch.randn(rows, columns, **kind) * rows**-0.5

    weights = [
        {
            "qkv": matrix(WIDTH, 3 * WIDTH),
            "out": matrix(WIDTH, WIDTH),
            "gate_up": matrix(WIDTH, 2 * FEED_FORWARD),
            "down": matrix(FEED_FORWARD, WIDTH),
            "keys": torch.randn(1, HEADS, CONTEXT, WIDTH // HEADS, **kind),
            "values": torch.randn(1, HEADS, CONTEXT, WIDTH // HEADS, **kind),
        }
        for _ in range(LAYERS)
    ]
    embedding, head = torch.randn(VOCABULARY, WIDTH, **kind), matrix(WIDTH, VOCABULARY)
    hidden = embedding[:1].clone()

    def norm(tensor):
        return functional.rms_norm(tensor, (WIDTH,))

    def decode():
        state = hidden
        for layer in weights:
            query = (norm(state) @ layer["qkv"])[:, :WIDTH].reshape(1, HEADS, 1, WIDTH // HEADS)
            seen = functional.scaled_dot_product_attention(query, layer["keys"], layer["values"])
            state = state + seen.reshape(1, WIDTH) @ layer["out"]
            gate, up = (norm(state) @ layer["gate_up"]).chunk(2, -1)
            state = state + (functional.silu(gate) * up) @ layer["down"]
        token = (norm(state) @ head).argmax(-1)
        hidden.copy_(embedding.index_select(0, token))

    torch.cuda.synchronize()
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        for _ in range(3):
            decode()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        decode()

    def step():
        graph.replay()
        torch.cuda.synchronize()

    step()
    return step


def main(port, step):
    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection, connection.makefile("r") as lines:
                for line in lines:
                    for _ in range(int(line)):
                        step()
                        connection.sendall(b".")


if __name__ == "__main__":
    main(int(sys.argv[1]), (lambda: time.sleep(0.003)) if "--pretend" in sys.argv else capture())
