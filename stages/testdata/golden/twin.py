#!/usr/bin/python3
"""An independent twin of the model and its training in PyTorch, in float64.

Writes twin.json (configuration, losses, gradient norms, learning rates) and
twin.bin (logits and first-step gradients, float32, little-endian) beside
itself. The Go tests compute the same from the same numbers, all of which come
from a counter hash, so that nothing has to be carried over.

    /usr/bin/python3 stages/testdata/golden/twin.py     # Debian: python3-torch
"""
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

V, C, L, H, KV, HIDDEN, T, B = 65, 32, 2, 4, 2, 88, 16, 4
D = C // H
THETA, EPS = 10000.0, 1e-5
STEPS, PEAK, FLOOR, WARMUP = 50, 1e-2, 1e-3, 10
BETA1, BETA2, ADAM_EPS, DECAY, CLIP = 0.9, 0.99, 1e-8, 0.1, 1.0
BATCHES = 4  # the data repeats, so the loss falls

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)  # nothing is drawn; kept so that a mistake shows


def bits(n, stream):
    """The first n outputs of SplitMix64's finaliser over a counter."""
    with np.errstate(over="ignore"):
        x = np.arange(n, dtype=np.uint64) + np.uint64(stream << 32)
        x = (x + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


def uniform(n, stream):
    """Multiples of 2**-23 in [-1, 1), exact in float32."""
    return (bits(n, stream) >> np.uint64(40)).astype(np.float64) / 2**23 - 1


def shapes():
    yield "model.embed_tokens.weight", (V, C)
    for l in range(L):
        p = f"model.layers.{l}."
        yield p + "self_attn.q_proj.weight", (C, C)
        yield p + "self_attn.k_proj.weight", (KV * D, C)
        yield p + "self_attn.v_proj.weight", (KV * D, C)
        yield p + "self_attn.o_proj.weight", (C, C)
        yield p + "mlp.gate_proj.weight", (HIDDEN, C)
        yield p + "mlp.up_proj.weight", (HIDDEN, C)
        yield p + "mlp.down_proj.weight", (C, HIDDEN)
        yield p + "input_layernorm.weight", (C,)
        yield p + "post_attention_layernorm.weight", (C,)
    yield "model.norm.weight", (C,)


def weights():
    """Matrices uniform in ±1/4, wide enough that attention is far from even;
    norms 1 ± 1/4."""
    w = {}
    for i, (name, shape) in enumerate(shapes()):
        u = uniform(math.prod(shape), 100 + i) / 4
        if len(shape) == 1:
            u = u + 1
        w[name] = torch.tensor(u.reshape(shape), requires_grad=True)
    return w


def batch(step):
    """Tokens [B,T], the tokens that follow them, and a mask that leaves out the
    first four targets of row 1 and all of row 2 but one."""
    ids = (bits(B * (T + 1), 7000 + step % BATCHES) % np.uint64(V)).astype(np.int64).reshape(B, T + 1)
    mask = np.ones((B, T))
    mask[1, :4] = 0
    mask[2, 1:] = 0
    return torch.tensor(ids[:, :-1]), torch.tensor(ids[:, 1:]), torch.tensor(mask)


def norm(x, w):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + EPS) * w


def rotate(x):
    """x [B,heads,T,D]: pairs are (i, i + D/2)."""
    freq = THETA ** (-torch.arange(0, D, 2) / D)
    angle = torch.outer(torch.arange(x.shape[2]).double(), freq)  # [T,D/2]
    cos, sin = angle.cos(), angle.sin()
    a, b = x[..., : D // 2], x[..., D // 2 :]
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


def hidden(w, ids):
    """What the head reads, [rows,T,C]."""
    n, t = ids.shape
    x = w["model.embed_tokens.weight"][ids]
    hide = torch.full((t, t), float("-inf")).triu(1)
    for l in range(L):
        g = lambda name: w[f"model.layers.{l}.{name}.weight"]
        h = norm(x, g("input_layernorm"))
        heads = lambda y, k: y.view(n, t, k, D).transpose(1, 2)
        q = rotate(heads(h @ g("self_attn.q_proj").T, H))
        k = rotate(heads(h @ g("self_attn.k_proj").T, KV)).repeat_interleave(H // KV, 1)
        v = heads(h @ g("self_attn.v_proj").T, KV).repeat_interleave(H // KV, 1)
        p = F.softmax(q @ k.transpose(-1, -2) / math.sqrt(D) + hide, -1)
        x = x + (p @ v).transpose(1, 2).reshape(n, t, C) @ g("self_attn.o_proj").T
        h = norm(x, g("post_attention_layernorm"))
        x = x + (F.silu(h @ g("mlp.gate_proj").T) * (h @ g("mlp.up_proj").T)) @ g("mlp.down_proj").T
    return norm(x, w["model.norm.weight"])


def forward(w, ids):
    return hidden(w, ids) @ w["model.embed_tokens.weight"].T


def loss_of(w, step):
    ids, targets, mask = batch(step)
    logits = forward(w, ids)
    losses = F.cross_entropy(logits.view(-1, V), targets.reshape(-1), reduction="none")
    return (losses * mask.reshape(-1)).sum() / mask.sum(), logits


def rate(step):
    if step < WARMUP:
        return PEAK * (step + 1) / (WARMUP + 1)
    return FLOOR + (PEAK - FLOOR) * (1 + math.cos(math.pi * (step - WARMUP) / (STEPS - WARMUP))) / 2


def main():
    w = weights()
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in w.values() if p.dim() == 2], "weight_decay": DECAY},
            {"params": [p for p in w.values() if p.dim() == 1], "weight_decay": 0.0},
        ],
        betas=(BETA1, BETA2), eps=ADAM_EPS,
    )
    out = {
        "config": {
            "vocab_size": V, "num_hidden_layers": L, "num_attention_heads": H, "num_key_value_heads": KV,
            "hidden_size": C, "intermediate_size": HIDDEN, "max_position_embeddings": T,
            "rope_theta": THETA, "rms_norm_eps": EPS, "tie_word_embeddings": True,
        },
        "batch": B, "steps": STEPS, "peak": PEAK, "floor": FLOOR, "warmup": WARMUP,
        "beta1": BETA1, "beta2": BETA2, "eps": ADAM_EPS, "weight_decay": DECAY, "clip": CLIP,
        "losses": [], "grad_norms": [], "lrs": [], "tensors": [],
    }
    blob = []

    def keep(name, x):
        out["tensors"].append({"name": name, "shape": list(x.shape), "offset": sum(b.size for b in blob)})
        blob.append(x.detach().numpy().astype("<f4").ravel())

    for step in range(STEPS):
        optimiser.zero_grad()
        loss, logits = loss_of(w, step)
        loss.backward()
        if step == 0:
            keep("logits", logits.reshape(B * T, V))
            for name, p in w.items():
                keep(name, p.grad)
        out["losses"].append(loss.item())
        out["grad_norms"].append(torch.nn.utils.clip_grad_norm_(w.values(), CLIP).item())
        out["lrs"].append(rate(step))
        for group in optimiser.param_groups:
            group["lr"] = rate(step)
        optimiser.step()

    here = pathlib.Path(__file__).parent
    (here / "twin.json").write_text(json.dumps(out, indent=1) + "\n")
    (here / "twin.bin").write_bytes(np.concatenate(blob).tobytes())
    print(f"losses {out['losses'][0]:.6f} … {out['losses'][-1]:.6f}, {sum(b.size for b in blob)} numbers")


if __name__ == "__main__":
    main()
