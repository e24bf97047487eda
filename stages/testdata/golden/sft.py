#!/usr/bin/python3
"""The twin's fine-tuning: the losses of conversations, each read alone, in
float64. The Go test reads them packed into windows.

Writes sft.json and sft.bin (first-step gradients) beside itself.

    /usr/bin/python3 stages/testdata/golden/sft.py
"""
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

import twin

# Positions of the conversations in each window of 16; the last window is text
# that is replayed, learned whole.
WINDOWS = [[7, 9], [5, 4, 6], [12], [16]]
STEPS, WARMUP, PEAK, FLOOR, CLIP, DECAY = 20, 4, 1e-2, 1e-3, 1.0, 0.05


def conversations(step):
    """Tokens [n+1] and, for each of the n targets, whether it is learned: the
    later half, but for replayed text all."""
    k = 0
    for row, lengths in enumerate(WINDOWS):
        for n in lengths:
            ids = (twin.bits(n + 1, 8000 + 16 * (step % 4) + k) % np.uint64(twin.V)).astype(np.int64)
            replay = row == len(WINDOWS) - 1
            learned = np.array([float(replay or i + 1 > n // 2) for i in range(n)])
            yield torch.tensor(ids)[None], torch.tensor(learned), replay
            k += 1


def loss_of(w, step):
    """The minimised loss, and the mean over the answers alone."""
    total, count, told, told_count = 0.0, 0.0, 0.0, 0.0
    for ids, learned, replay in conversations(step):
        logits = twin.forward(w, ids[:, :-1])[0]
        loss = (F.cross_entropy(logits, ids[0, 1:], reduction="none") * learned).sum()
        total, count = total + loss, count + learned.sum()
        if not replay:
            told, told_count = told + loss, told_count + learned.sum()
    return total / count, told / told_count


def rate(step):
    if step < WARMUP:
        return PEAK * (step + 1) / (WARMUP + 1)
    return FLOOR + (PEAK - FLOOR) * (1 + math.cos(math.pi * (step - WARMUP) / (STEPS - WARMUP))) / 2


def main():
    w = twin.weights()
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in w.values() if p.dim() == 2], "weight_decay": DECAY},
            {"params": [p for p in w.values() if p.dim() == 1], "weight_decay": 0.0},
        ],
        betas=(twin.BETA1, twin.BETA2), eps=twin.ADAM_EPS,
    )
    out = {
        "windows": WINDOWS, "steps": STEPS, "warmup": WARMUP, "peak": PEAK, "floor": FLOOR, "clip": CLIP,
        "weight_decay": DECAY, "losses": [], "answers": [], "grad_norms": [], "tensors": [],
    }
    blob = []
    for step in range(STEPS):
        optimiser.zero_grad()
        loss, answers = loss_of(w, step)
        loss.backward()
        if step == 0:
            for name, p in w.items():
                out["tensors"].append({"name": name, "shape": list(p.shape), "offset": sum(b.size for b in blob)})
                blob.append(p.grad.numpy().astype("<f4").ravel())
        out["losses"].append(loss.item())
        out["answers"].append(answers.item())
        out["grad_norms"].append(torch.nn.utils.clip_grad_norm_(w.values(), CLIP).item())
        for group in optimiser.param_groups:
            group["lr"] = rate(step)
        optimiser.step()
    here = pathlib.Path(__file__).parent
    (here / "sft.json").write_text(json.dumps(out, indent=1) + "\n")
    (here / "sft.bin").write_bytes(np.concatenate(blob).tobytes())
    print(f"losses {out['losses'][0]:.6f} … {out['losses'][-1]:.6f}")


if __name__ == "__main__":
    main()
