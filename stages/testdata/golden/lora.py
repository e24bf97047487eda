#!/usr/bin/python3
"""Adapters on the twin's frozen model in PyTorch, in float64: LoRA and DoRA.

Writes lora.json (configuration, losses and gradient norms of twenty steps) and
lora.bin (first-step gradients and the adapter after the last step,
float32, little-endian) beside itself. Model and batches are those of twin.py.

    /usr/bin/python3 stages/testdata/golden/lora.py
"""
import json
import pathlib

import numpy as np
import torch

import twin

STEPS, RANK, ALPHA, LR = 20, 3, 6.0, 5e-3
TARGETS = ["self_attn.q_proj", "self_attn.v_proj", "mlp.down_proj"]


class Adapted(dict):
    """The frozen weights; a lookup gives the adapted one. h = W x is linear in
    W, so that W0 x + s B A x is (W0 + s B A) x."""

    def __init__(self, frozen, adapter, dora):
        super().__init__(frozen)
        self.adapter, self.dora = adapter, dora

    def __getitem__(self, name):
        w = super().__getitem__(name)
        stem = "base_model.model." + name.removesuffix(".weight")
        if stem + ".lora_A.weight" not in self.adapter:
            return w
        v = w + ALPHA / RANK * self.adapter[stem + ".lora_B.weight"] @ self.adapter[stem + ".lora_A.weight"]
        if not self.dora:
            return v
        return self.adapter[stem + ".lora_magnitude_vector"][:, None] * v / v.norm(dim=1, keepdim=True)


def fresh(frozen, dora):
    """A uniform in ±1/2, B zero, magnitudes the norms of the rows."""
    out, norms = {}, {}
    stream = 300
    for l in range(twin.L):
        for target in TARGETS:
            w = frozen[f"model.layers.{l}.{target}.weight"]
            stem = f"base_model.model.model.layers.{l}.{target}"
            a = twin.uniform(RANK * w.shape[1], stream).reshape(RANK, w.shape[1]) / 2
            stream += 1
            out[stem + ".lora_A.weight"] = torch.tensor(a, requires_grad=True)
            out[stem + ".lora_B.weight"] = torch.zeros(w.shape[0], RANK, requires_grad=True)
            norms[stem + ".lora_magnitude_vector"] = w.norm(dim=1).clone().requires_grad_(True)
    return out | norms if dora else out


def main():
    blob, runs = [], []
    for dora in (False, True):
        frozen = {name: w.detach() for name, w in twin.weights().items()}
        adapter = fresh(frozen, dora)
        optimiser = torch.optim.AdamW(adapter.values(), lr=LR, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.0)
        run = {"use_dora": dora, "losses": [], "grad_norms": [], "gradients": [], "trained": []}

        def keep(where, name, x):
            where.append({"name": name, "shape": list(x.shape), "offset": sum(b.size for b in blob)})
            blob.append(x.detach().numpy().astype("<f4").ravel())

        for step in range(STEPS):
            optimiser.zero_grad()
            loss, _ = twin.loss_of(Adapted(frozen, adapter, dora), step)
            loss.backward()
            if step == 0:
                for name, p in adapter.items():
                    keep(run["gradients"], name, p.grad)
            run["losses"].append(loss.item())
            run["grad_norms"].append(torch.nn.utils.clip_grad_norm_(adapter.values(), 1.0).item())
            optimiser.step()
        for name, p in adapter.items():
            keep(run["trained"], name, p)
        runs.append(run)
        print(f"dora {dora}: {run['losses'][0]:.6f} … {run['losses'][-1]:.6f}")

    here = pathlib.Path(__file__).parent
    out = {"r": RANK, "lora_alpha": ALPHA, "target_modules": [t.split(".")[1] for t in TARGETS], "lr": LR, "clip": 1.0, "runs": runs}
    (here / "lora.json").write_text(json.dumps(out, indent=1) + "\n")
    (here / "lora.bin").write_bytes(np.concatenate(blob).tobytes())


if __name__ == "__main__":
    main()
