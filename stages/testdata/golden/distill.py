#!/usr/bin/python3
"""The twin as a student, beside a teacher of other weights that reads the same
conversations, each alone, in float64. The Go test reads them packed into
windows and computes the teacher in the same step.

Writes distill.json beside itself: losses and gradient norms of twenty steps, and
of the first step each tensor's gradient as its norm and its product with a
vector of hashed signs.

    /usr/bin/python3 stages/testdata/golden/distill.py
"""
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

import sft
import twin

ALPHA, TEMPERATURE, BETA = 0.3, 2.0, 0.3


def teacher():
    """The twin's weights, from streams 100 further on, half again as large."""
    w = {}
    for i, (name, shape) in enumerate(twin.shapes()):
        u = torch.tensor(twin.uniform(math.prod(shape), 200 + i).reshape(shape)) / 4
        w[name] = u + 1 if len(shape) == 1 else 1.5 * u
    return w


def kl(p, q):
    return (p.exp() * (p - q)).sum(-1)


def jsd(p, q):
    m = (BETA * p.exp() + (1 - BETA) * q.exp()).log()
    return BETA * kl(p, m) + (1 - BETA) * kl(q, m)


def distil(divergence):
    def each(known, said, targets):
        d = divergence(F.log_softmax(known / TEMPERATURE, -1), F.log_softmax(said / TEMPERATURE, -1))
        ce = F.cross_entropy(said, targets, reduction="none")
        return ALPHA * ce + (1 - ALPHA) * TEMPERATURE**2 * d

    return each


def gkd(known, said, targets):
    return jsd(F.log_softmax(known / TEMPERATURE, -1), F.log_softmax(said / TEMPERATURE, -1))


OBJECTIVES = {
    "distill 0": distil(kl),
    "distill 1": distil(lambda p, q: kl(q, p)),
    "distill 2": distil(jsd),
    "gkd 0": gkd,
}


def loss_of(each, known_by, w, step):
    total, count = 0.0, 0.0
    for ids, learned, _ in sft.conversations(step):
        with torch.no_grad():
            known = twin.forward(known_by, ids[:, :-1])[0]
        said = twin.forward(w, ids[:, :-1])[0]
        total, count = total + (each(known, said, ids[0, 1:]) * learned).sum(), count + learned.sum()
    return total / count


def run(each):
    w, known_by = twin.weights(), teacher()
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in w.values() if p.dim() == 2], "weight_decay": sft.DECAY},
            {"params": [p for p in w.values() if p.dim() == 1], "weight_decay": 0.0},
        ],
        betas=(twin.BETA1, twin.BETA2), eps=twin.ADAM_EPS,
    )
    out = {"losses": [], "grad_norms": [], "tensors": list(w), "gradients": []}
    for step in range(sft.STEPS):
        optimiser.zero_grad()
        loss = loss_of(each, known_by, w, step)
        loss.backward()
        if step == 0:
            for i, p in enumerate(w.values()):
                g = p.grad.numpy().ravel()
                signs = 1.0 - 2.0 * (twin.bits(g.size, 5000 + i) >> np.uint64(63)).astype(np.float64)
                out["gradients"] += [np.linalg.norm(g), g @ signs]
        out["losses"].append(loss.item())
        out["grad_norms"].append(torch.nn.utils.clip_grad_norm_(w.values(), sft.CLIP).item())
        for group in optimiser.param_groups:
            group["lr"] = sft.rate(step)
        optimiser.step()
    print(f"losses {out['losses'][0]:.6f} … {out['losses'][-1]:.6f}")
    return out


def main():
    out = {
        "alpha": ALPHA, "temperature": TEMPERATURE, "beta": BETA,
        "objectives": {name: run(each) for name, each in OBJECTIVES.items()},
    }
    (pathlib.Path(__file__).parent / "distill.json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
