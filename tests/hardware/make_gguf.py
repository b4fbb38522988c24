"""Writes a GGUF file of a Llama's shape with random Q4_0 weights.

    make_gguf.py PATH [LAYERS WIDTH HEADS KV_HEADS FEED_FORWARD VOCABULARY]

The default is an 8B's shape (4.1 GB). Every llama.cpp server loads the file, so no model has to be
downloaded: the answers are nonsense, the time they take is not. Needs numpy and llama.cpp's gguf-py.
"""

import math
import os
import sys

import gguf
import numpy

EIGHT_B = (32, 4096, 32, 8, 14336, 32000)
BLOCK = 32  # weights that share a scale in Q4_0
BLOCK_BYTES = 2 + BLOCK // 2
STEP_DEVIATION = 4.61  # standard deviation of the integers -8 to 7


def quantized(random, rows, columns):
    """A matrix of Q4_0 blocks whose weights have about the deviation of a trained model's."""
    count = rows * columns // BLOCK
    blocks = numpy.empty((count, BLOCK_BYTES), numpy.uint8)
    scale = numpy.array([1 / (STEP_DEVIATION * math.sqrt(columns))], numpy.float16)
    blocks[:, :2] = scale.view(numpy.uint8)
    blocks[:, 2:] = numpy.frombuffer(random.bytes(count * 16), numpy.uint8).reshape(count, 16)
    return blocks.reshape(rows, columns // BLOCK * BLOCK_BYTES)


def add_tokenizer(writer, vocabulary):
    """A SentencePiece vocabulary: three control tokens, every byte, and made-up words."""
    tokens = [b"<unk>", b"<s>", b"</s>"] + [b"<0x%02X>" % byte for byte in range(256)]
    kinds = [gguf.TokenType.UNKNOWN] + [gguf.TokenType.CONTROL] * 2 + [gguf.TokenType.BYTE] * 256
    words = vocabulary - len(tokens)
    tokens += [f"\u2581word{number}".encode() for number in range(words)]
    kinds += [gguf.TokenType.NORMAL] * words
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([-float(number) for number in range(vocabulary)])
    writer.add_token_types([int(kind) for kind in kinds])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)


def main(path, shape):
    layers, width, heads, kv_heads, feed_forward, vocabulary = shape
    head = width // heads
    random = numpy.random.default_rng(8)
    unfinished = f"{path}.part"
    writer = gguf.GGUFWriter(unfinished, "llama")
    writer.add_name("random")
    writer.add_file_type(int(gguf.LlamaFileType.MOSTLY_Q4_0))
    writer.add_context_length(8192)
    writer.add_vocab_size(vocabulary)
    writer.add_block_count(layers)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(feed_forward)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_rope_dimension_count(head)
    writer.add_layer_norm_rms_eps(1e-5)
    add_tokenizer(writer, vocabulary)

    def matrix(name, rows, columns):
        kind = gguf.GGMLQuantizationType.Q4_0
        writer.add_tensor(name, quantized(random, rows, columns), raw_dtype=kind)

    def norm(name):
        writer.add_tensor(name, numpy.ones(width, numpy.float32))

    matrix("token_embd.weight", vocabulary, width)
    matrix("output.weight", vocabulary, width)
    norm("output_norm.weight")
    for layer in range(layers):
        prefix = f"blk.{layer}"
        norm(f"{prefix}.attn_norm.weight")
        matrix(f"{prefix}.attn_q.weight", width, width)
        matrix(f"{prefix}.attn_k.weight", kv_heads * head, width)
        matrix(f"{prefix}.attn_v.weight", kv_heads * head, width)
        matrix(f"{prefix}.attn_output.weight", width, width)
        norm(f"{prefix}.ffn_norm.weight")
        matrix(f"{prefix}.ffn_gate.weight", feed_forward, width)
        matrix(f"{prefix}.ffn_up.weight", feed_forward, width)
        matrix(f"{prefix}.ffn_down.weight", width, feed_forward)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.replace(unfinished, path)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 8):
        sys.exit(__doc__)
    main(sys.argv[1], tuple(map(int, sys.argv[2:])) or EIGHT_B)
