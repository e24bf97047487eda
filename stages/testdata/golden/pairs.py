#!/usr/bin/python3
"""An independent twin of training on pairs of answers in PyTorch, in float64.

Writes pairs.json beside itself: for every objective the losses of twenty steps
of AdamW and, step by step, each tensor's gradient as two numbers, its norm and
its product with a vector of hashed signs. Model, weights and hash are those of
twin.py.

    /usr/bin/python3 stages/testdata/golden/pairs.py     # Debian: python3-torch
"""
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

import twin
from twin import C, T, V, bits

PAIRS, STEPS, LR, BATCHES = 5, 20, 1e-3, 3
BETA1, BETA2, ADAM_EPS, DECAY, CLIP = 0.9, 0.99, 1e-8, 0.1, 1.0
PROMPT = 4  # tokens before both answers


def lengths(step):
    """Tokens of the two answers of each pair, of different length, EOS included."""
    u = bits(2 * PAIRS, 9000 + step % BATCHES)
    n = 2 + (u % np.uint64(T - PROMPT - 1)).astype(np.int64).reshape(PAIRS, 2)
    return n  # 2 … T − PROMPT


def batch(step):
    """Conversations [P,2,T+1], both answers behind the same prompt and padded
    with token 0, and the lengths [P,2]."""
    n = lengths(step)
    ids = (bits(PAIRS * 2 * (T + 1), 8000 + step % BATCHES) % np.uint64(V)).astype(np.int64).reshape(PAIRS, 2, T + 1)
    ids[:, 1, :PROMPT] = ids[:, 0, :PROMPT]
    place = np.arange(T + 1)
    ids[place[None, None, :] >= PROMPT + n[:, :, None]] = 0
    return torch.tensor(ids), n


def log_probs(w, step):
    """Sums of log π over the answers' tokens, [P,2]."""
    ids, n = batch(step)
    rows = ids.reshape(2 * PAIRS, T + 1)
    lp = F.log_softmax(twin.forward(w, rows[:, :-1]), -1).gather(-1, rows[:, 1:, None])[..., 0]
    sums = []
    for r, length in enumerate(n.ravel()):
        # target i is token i + 1
        sums.append(lp[r, PROMPT - 1 : PROMPT + length - 1].sum())
    return torch.stack(sums).view(PAIRS, 2), torch.tensor(n.astype(np.float64))


def rewards(w, step):
    """The head's number at the last token of each answer, [P,2]."""
    ids, n = batch(step)
    x = twin.hidden(w, ids.reshape(2 * PAIRS, T + 1)[:, :T])
    last = torch.tensor(PROMPT + n.ravel() - 1)
    return (x[torch.arange(2 * PAIRS), last] @ w["score.weight"][0]).view(PAIRS, 2)


def h_of(lp, ref):
    return (lp[:, 0] - ref[:, 0]) - (lp[:, 1] - ref[:, 1])


def nll(d):
    return -F.logsigmoid(d)


OBJECTIVES = {
    "dpo": ({"beta": 0.3}, lambda v, lp, ref, n: nll(v["beta"] * h_of(lp, ref))),
    "cdpo": (
        {"beta": 0.3, "epsilon": 0.2},
        lambda v, lp, ref, n: (1 - v["epsilon"]) * nll(v["beta"] * h_of(lp, ref)) + v["epsilon"] * nll(-v["beta"] * h_of(lp, ref)),
    ),
    "ipo": ({"tau": 0.2, "average": 0}, lambda v, lp, ref, n: (h_of(lp, ref) - 1 / (2 * v["tau"])) ** 2),
    "ipo average": ({"tau": 0.2, "average": 1}, lambda v, lp, ref, n: (h_of(lp / n, ref / n) - 1 / (2 * v["tau"])) ** 2),
    "simpo": (
        {"beta": 2.0, "gamma": 0.5},
        lambda v, lp, ref, n: nll(v["beta"] * (lp[:, 0] / n[:, 0] - lp[:, 1] / n[:, 1]) - v["gamma"]),
    ),
    "reward": ({}, None),
}


def train(name):
    values, loss_of = OBJECTIVES[name]
    w = twin.weights()
    if name == "reward":
        w["score.weight"] = torch.zeros(1, C, requires_grad=True)
    with torch.no_grad():
        references = [log_probs(w, b)[0] for b in range(BATCHES)]
    decays = lambda k, p: p.dim() == 2 and k != "score.weight"
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for k, p in w.items() if decays(k, p)], "weight_decay": DECAY},
            {"params": [p for k, p in w.items() if not decays(k, p)], "weight_decay": 0.0},
        ],
        lr=LR, betas=(BETA1, BETA2), eps=ADAM_EPS,
    )
    out = {"objective": name.split()[0], "values": values, "tensors": list(w), "losses": [], "chosen": [], "rejected": [], "gradients": []}
    for step in range(STEPS):
        optimiser.zero_grad()
        if name == "reward":
            said = rewards(w, step)
            losses = nll(said[:, 0] - said[:, 1])
        else:
            said, n = log_probs(w, step)
            losses = loss_of(values, said, references[step % BATCHES], n)
        loss = losses.mean()
        loss.backward()
        out["losses"].append(loss.item())
        out["chosen"].append(said[:, 0].mean().item())
        out["rejected"].append(said[:, 1].mean().item())
        gradients = []
        for i, p in enumerate(w.values()):
            g = p.grad.numpy().ravel()
            signs = 1.0 - 2.0 * (bits(g.size, 5000 + i) >> np.uint64(63)).astype(np.float64)
            gradients += [np.linalg.norm(g), g @ signs]
        out["gradients"].append([float(f"{x:.8g}") for x in gradients])
        torch.nn.utils.clip_grad_norm_(w.values(), CLIP)
        optimiser.step()
    print(f"{name:12} {out['losses'][0]:.6f} … {out['losses'][-1]:.6f}")
    return out


def main():
    out = {
        "pairs": PAIRS, "prompt": PROMPT, "batches": BATCHES, "steps": STEPS, "lr": LR, "beta1": BETA1, "beta2": BETA2,
        "eps": ADAM_EPS, "weight_decay": DECAY, "clip": CLIP, "objectives": {name: train(name) for name in OBJECTIVES},
    }
    (pathlib.Path(__file__).parent / "pairs.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
