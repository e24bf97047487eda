#!/usr/bin/python3
"""An independent twin of the policy losses and of distillation in PyTorch, in
float64.

Writes policy.json beside itself: for every objective the losses of twenty steps
of AdamW and, step by step, each tensor's gradient as two numbers, its norm and
its product with a vector of hashed signs. Model, weights and hash are those of
twin.py. Answers, rewards, old values and the noise by which the sampling policy
and the reference differ from the initial model come from the hash. The batches
are gone over again and again, so that ratios leave the range of the clip.

    /usr/bin/python3 stages/testdata/golden/policy.py     # Debian: python3-torch
"""
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

import twin
from twin import C, T, V, bits, uniform

GROUPS, G, STEPS, LR, BATCHES = 2, 5, 20, 2e-4, 2
ROWS = GROUPS * G
BETA1, BETA2, ADAM_EPS, DECAY, CLIP = 0.9, 0.99, 1e-8, 0.1, 1.0
PROMPT = 4  # tokens before every answer
LIMIT = T - PROMPT  # most tokens of an answer
LOW, HIGH, HIGHER = 0.2, 0.2, 0.28
KL_LOSS, KL_REWARD, GAMMA, LAMBDA = 0.04, 0.05, 0.98, 0.9
VALUE, ENTROPY = 0.5, 0.01
ALPHA, TEMPERATURE, JSD = 0.3, 2.0, 0.3


def noise(n, stream, batch, scale):
    return torch.tensor(scale * uniform(n, stream + batch))


class Batch:
    def __init__(self, b):
        ids = (bits(ROWS * (T + 1), 10000 + b) % np.uint64(V)).astype(np.int64).reshape(ROWS, T + 1)
        self.length = 2 + (bits(ROWS, 10100 + b) % np.uint64(LIMIT - 1)).astype(np.int64)  # 2 … LIMIT
        place = np.arange(T + 1)
        ids[place[None, :] >= PROMPT + self.length[:, None]] = 0
        ids = torch.tensor(ids)
        self.inputs, self.targets = ids[:, :-1], ids[:, 1:]
        at = torch.arange(T)[None, :]  # target i is token i + 1
        n = torch.tensor(self.length)[:, None]
        self.mask = ((at >= PROMPT - 1) & (at < PROMPT + n - 1)).double()
        self.rewards = noise(ROWS, 10200, b, 1.0)
        self.values = noise(ROWS * T, 10300, b, 0.5).view(ROWS, T)
        self.tracked = (noise(ROWS, 10400, b, 1.0) + 1) / 2
        self.teacher = noise(ROWS * T * V, 10500, b, 3.0).view(ROWS, T, V)
        self.old_noise = noise(ROWS * T, 10600, b, 0.35).view(ROWS, T)
        self.ref_noise = noise(ROWS * T, 10700, b, 0.5).view(ROWS, T)

    def start(self, w):
        lp = log_probs(twin.forward(w, self.inputs), self)
        self.old = (lp + self.old_noise) * self.mask
        self.ref = (lp + self.ref_noise) * self.mask
        self.advantages, self.returns = generalised(self)


def log_probs(logits, b):
    lp = F.log_softmax(logits, -1).gather(-1, b.targets[..., None])[..., 0]
    return lp * b.mask


def generalised(b):
    """GAE and whitening, straight from their definitions as sums."""
    advantages, returns = torch.zeros(ROWS, T), torch.zeros(ROWS, T)
    for r in range(ROWS):
        span = range(PROMPT - 1, PROMPT - 1 + int(b.length[r]))
        reward = {i: -KL_REWARD * (b.old[r, i] - b.ref[r, i]) for i in span}
        reward[span[-1]] = reward[span[-1]] + b.rewards[r]
        value = lambda i: b.values[r, i] if i in span else 0.0
        for i in span:
            advantages[r, i] = sum(
                (GAMMA * LAMBDA) ** (l - i) * (reward[l] + GAMMA * value(l + 1) - value(l)) for l in span if l >= i
            )
            returns[r, i] = advantages[r, i] + value(i)
    picked = advantages[b.mask == 1]
    advantages = (advantages - picked.mean()) / torch.sqrt(picked.var(unbiased=False) + 1e-8)
    return advantages * b.mask, returns


def per_row(a, b):
    return a[:, None] * b.mask


def groups(b, std):
    r = b.rewards.view(GROUPS, G)
    a = r - r.mean(1, keepdim=True)
    if std:
        a = a / (r.std(1, keepdim=True) + 1e-4)
    return a.view(ROWS)


def surrogate(logits, b, advantages, high):
    ratio = torch.exp(log_probs(logits, b) - b.old)
    return torch.minimum(ratio * advantages, ratio.clamp(1 - LOW, 1 + high) * advantages) * b.mask


def ppo(w, x, logits, b):
    policy = -surrogate(logits, b, b.advantages, HIGH).sum()
    v = x @ w["value.weight"][0] + w["value.bias"]
    near = b.values + (v - b.values).clamp(-LOW, LOW)
    value = 0.5 * (torch.maximum((v - b.returns) ** 2, (near - b.returns) ** 2) * b.mask).sum()
    entropy = (torch.distributions.Categorical(logits=logits).entropy() * b.mask).sum()
    return (policy + VALUE * value - ENTROPY * entropy) / b.mask.sum()


def grpo(w, x, logits, b):
    behind = b.ref - log_probs(logits, b)
    k3 = torch.exp(behind) - behind - 1
    each = (surrogate(logits, b, per_row(groups(b, True), b), HIGH) - KL_LOSS * k3) * b.mask
    return -(each.sum(1) / b.mask.sum(1)).mean()


def dr_grpo(w, x, logits, b):
    return -surrogate(logits, b, per_row(groups(b, False), b), HIGH).sum() / (ROWS * LIMIT)


def dapo(w, x, logits, b):
    return -surrogate(logits, b, per_row(groups(b, True), b), HIGHER).sum() / b.mask.sum()


def spo(w, x, logits, b):
    a = b.rewards - b.tracked
    a = (a - a.mean()) / (a.std() + 1e-8)
    return -surrogate(logits, b, per_row(a, b), HIGHER).sum() / b.mask.sum()


def distil(soft):
    def loss(w, x, logits, b):
        hard = F.cross_entropy(logits.view(-1, V), b.targets.reshape(-1), reduction="none").view(ROWS, T)
        p, q = F.log_softmax(b.teacher / TEMPERATURE, -1), F.log_softmax(logits / TEMPERATURE, -1)
        each = ALPHA * hard + (1 - ALPHA) * TEMPERATURE**2 * soft(p, q)
        return (each * b.mask).sum() / b.mask.sum()

    return loss


def kl(p, q):
    """KL of log-probabilities p from q, per position."""
    return F.kl_div(q, p, reduction="none", log_target=True).sum(-1)


def gkd(w, x, logits, b):
    p, q = F.log_softmax(b.teacher, -1), F.log_softmax(logits, -1)
    m = torch.log(JSD * p.exp() + (1 - JSD) * q.exp())
    return ((JSD * kl(p, m) + (1 - JSD) * kl(q, m)) * b.mask).sum() / b.mask.sum()


OBJECTIVES = {
    "ppo": ppo, "grpo": grpo, "dr_grpo": dr_grpo, "dapo": dapo, "spo": spo,
    "kd_forward": distil(kl), "kd_reverse": distil(lambda p, q: kl(q, p)), "gkd": gkd,
}  # fmt: skip


def train(name):
    loss_of = OBJECTIVES[name]
    w = twin.weights()
    if name == "ppo":
        w["value.weight"] = torch.zeros(1, C, requires_grad=True)
        w["value.bias"] = torch.zeros(1, requires_grad=True)
    batches = [Batch(b) for b in range(BATCHES)]
    with torch.no_grad():
        for b in batches:
            b.start(w)
    decays = lambda k, p: p.dim() == 2 and k != "value.weight"
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for k, p in w.items() if decays(k, p)], "weight_decay": DECAY},
            {"params": [p for k, p in w.items() if not decays(k, p)], "weight_decay": 0.0},
        ],
        lr=LR, betas=(BETA1, BETA2), eps=ADAM_EPS,
    )
    out = {"tensors": list(w), "losses": [], "ratios_outside": [], "gradients": []}
    for step in range(STEPS):
        b = batches[step % BATCHES]
        optimiser.zero_grad()
        x = twin.hidden(w, b.inputs)
        logits = x @ w["model.embed_tokens.weight"].T
        loss = loss_of(w, x, logits, b)
        loss.backward()
        out["losses"].append(loss.item())
        with torch.no_grad():
            ratio = torch.exp(log_probs(logits, b) - b.old)[b.mask == 1]
            out["ratios_outside"].append(((ratio - 1).abs() > LOW).double().mean().item())
        gradients = []
        for i, p in enumerate(w.values()):
            g = p.grad.numpy().ravel()
            signs = 1.0 - 2.0 * (bits(g.size, 5000 + i) >> np.uint64(63)).astype(np.float64)
            gradients += [np.linalg.norm(g), g @ signs]
        out["gradients"].append([float(f"{x:.8g}") for x in gradients])
        torch.nn.utils.clip_grad_norm_(w.values(), CLIP)
        optimiser.step()
    print(f"{name:10} {out['losses'][0]:9.6f} … {out['losses'][-1]:9.6f}, outside {out['ratios_outside'][0]:.2f} … {out['ratios_outside'][-1]:.2f}")
    return out


def main():
    out = {
        "groups": GROUPS, "group": G, "prompt": PROMPT, "batches": BATCHES, "lr": LR, "beta1": BETA1, "beta2": BETA2,
        "eps": ADAM_EPS, "weight_decay": DECAY, "clip": CLIP, "low": LOW, "high": HIGH, "higher": HIGHER,
        "kl_loss": KL_LOSS, "kl_reward": KL_REWARD, "gamma": GAMMA, "lambda": LAMBDA, "value": VALUE, "entropy": ENTROPY,
        "alpha": ALPHA, "temperature": TEMPERATURE, "jsd": JSD,
        "objectives": {name: train(name) for name in OBJECTIVES},
    }
    (pathlib.Path(__file__).parent / "policy.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
