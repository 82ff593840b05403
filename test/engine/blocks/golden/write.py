"""Writes the golden cases of this folder: blocks as PyTorch's own modules, or their papers' formulas, compute them.

    python3 write.py        # PyTorch 1.13 or newer

Everything is float64 with autograd's gradients; inputs are exact float32 numbers, and results are rounded to float32 once.
Kind `block`: config names a block of ours with its options; tensors are [T, B, width]; loss = sum(y * R).
"""
import base64, json, math, os
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
HERE = os.path.dirname(os.path.abspath(__file__))


def exact(tensor):
    return tensor.float().double()


def draw(*shape, scale=1.0):
    return exact(torch.randn(*shape) * scale)


def pack(tensor):
    values = tensor.detach().float().contiguous()
    return {"dtype": "float32", "shape": list(values.shape), "data": base64.b64encode(values.numpy().tobytes()).decode()}


def write(name, block, options, params, forward, T, B, I, source):
    """forward(x [T, B, I], params) returns y [T, B, W] and more to expect, by name."""
    torch.manual_seed(sum(map(ord, name)))
    params = {key: exact(value.detach()).requires_grad_() for key, value in params().items()}
    x = draw(T, B, I).requires_grad_()
    y, more = forward(x, params)
    R = draw(*y.shape)
    loss = (y * R).sum()
    grads = torch.autograd.grad(loss, [x, *params.values()])
    tensors = {"x": x, **params, "R": R, "loss": loss.reshape(1), "y": y, **more}
    tensors.update({f"grad.{key}": value for key, value in zip(["x", *params], grads)})
    expected = ["loss", "y", *more]
    case = {
        "format": "rnn-oracle/1", "name": name, "kind": "block", "source": source,
        "config": {"block": block, "options": options},
        "groups": {"inputs": ["x"], "params": list(params), "cotangents": ["R"], "expected": expected, "grads": [f"grad.{key}" for key in ["x", *params]]},
        "tol": {key: {"scale": float(tensors[key].detach().abs().max())} for key in [*expected, *[f"grad.{key}" for key in ["x", *params]]]},
        "tensors": {key: pack(value) for key, value in tensors.items()},
    }
    with open(os.path.join(HERE, f"{name}.json"), "w") as file:
        json.dump(case, file)
    print(name, list(y.shape), f"loss {loss.item():.6f}")


def causal(T):
    return torch.triu(torch.full((T, T), float("-inf")), diagonal=1)


def rms(x, weight):
    return weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5)


def spread(module):
    """PyTorch's parameters, and biases and norms that are not 0 and 1."""
    return {name: value + 0.1 * torch.randn_like(value) for name, value in module.named_parameters()}


# torch.nn.TransformerEncoderLayer, as it is
def transformer(T, B, E, heads, ratio, activation):
    layer = torch.nn.TransformerEncoderLayer(E, heads, ratio * E, dropout=0.0, activation=activation, norm_first=True)

    def forward(x, params):
        return torch.nn.utils.stateless.functional_call(layer, params, (x,), {"src_mask": causal(T)}), {}

    return lambda: spread(layer), forward, T, B, E, "torch.nn.TransformerEncoderLayer(norm_first=True), float64, autograd"


write("transformer_gelu", "attention", {"heads": 3, "mlp": 2}, *transformer(7, 2, 12, 3, 2, "gelu"))
write("transformer_relu", "attention", {"heads": 1, "mlp": 3, "activation": "relu"}, *transformer(5, 3, 6, 1, 3, "relu"))


# torch.nn.MultiheadAttention with what stands around it written out
def attended(T, B, E, heads, norm, place):
    module = torch.nn.MultiheadAttention(E, heads)
    own = "self_attn." if norm else ""

    def params():
        values = {own + name: value for name, value in spread(module).items()}
        if norm:
            values["norm1.weight"] = 1 + 0.1 * torch.randn(E)
        if place == "learned":
            values["positions.weight"] = torch.randn(T + 2, E)
        return values

    def forward(x, params):
        if place == "learned":
            x = x + F.embedding(torch.arange(T), params["positions.weight"]).unsqueeze(1)
        if place == "sinusoidal":  # Vaswani et al. 2017, section 3.5
            t, i = torch.arange(T).unsqueeze(1), torch.arange(0, E, 2)
            angle = t / 10000 ** (i / E)
            x = x + torch.stack([angle.sin(), angle.cos()], -1).reshape(T, 1, E)
        n = rms(x, params["norm1.weight"]) if norm else x
        given = {name: params[own + name] for name, _ in module.named_parameters()}
        y, weights = torch.nn.utils.stateless.functional_call(module, given, (n, n, n), {"attn_mask": causal(T), "average_attn_weights": False})
        return (x + y if norm else y), {"attn": weights}

    return params, forward, T, B, E, "torch.nn.MultiheadAttention inside explicit RMSNorm, positions and residual, float64, autograd"


write("attention_rms_learned", "attention", {"heads": 2, "norm": "rms", "mlp": 0, "positions": "learned", "maxSteps": 8}, *attended(6, 2, 8, 2, True, "learned"))
write("attention_sinusoidal", "attention", {"heads": 2, "norm": "none", "positions": "sinusoidal"}, *attended(6, 2, 8, 2, False, "sinusoidal"))


# Rotary positions (Su et al. 2021, equation 34) as products of complex numbers
def rotary(T, B, E, heads):
    d = E // heads

    def params():
        return {"in_proj_weight": torch.randn(3 * E, E) / math.sqrt(E), "in_proj_bias": torch.randn(3 * E), "out_proj.weight": torch.randn(E, E) / math.sqrt(E), "out_proj.bias": torch.randn(E)}

    def forward(x, params):
        q, k, v = (x @ params["in_proj_weight"].T + params["in_proj_bias"]).reshape(T, B, 3, heads, d).permute(2, 1, 3, 0, 4)
        turn = torch.polar(torch.ones(T, d // 2), torch.outer(torch.arange(T).double(), 10000 ** (-torch.arange(0, d, 2).double() / d)))
        turned = lambda z: torch.view_as_real(torch.view_as_complex(z.reshape(B, heads, T, d // 2, 2).contiguous()) * turn).reshape(B, heads, T, d)
        weights = (turned(q) @ turned(k).transpose(-1, -2) / math.sqrt(d) + causal(T)).softmax(-1)
        y = (weights @ v).permute(2, 0, 1, 3).reshape(T, B, E)
        return y @ params["out_proj.weight"].T + params["out_proj.bias"], {"attn": weights}

    return params, forward, T, B, E, "explicit rotary attention by complex products, float64, autograd"


write("attention_rotary", "attention", {"heads": 2, "norm": "none", "positions": "rotary"}, *rotary(6, 2, 12, 2))


# mamba_simple.Mamba inside mamba_ssm's Block, its formula written out; frozen: Δ, B and C do not depend on the input
def mamba(T, B, E, N, R, frozen):
    D = 2 * E

    def params():
        values = {"norm.weight": 1 + 0.1 * torch.randn(E), "mixer.in_proj.weight": torch.randn(2 * D, E), "mixer.conv1d.weight": torch.randn(D, 1, 4) / 2, "mixer.conv1d.bias": torch.randn(D)}
        if frozen:
            values.update({"mixer.B": torch.randn(1, N), "mixer.C": torch.randn(1, N)})
        else:
            values.update({"mixer.x_proj.weight": torch.randn(R + 2 * N, D) / math.sqrt(D), "mixer.dt_proj.weight": torch.randn(D, R)})
        values.update({"mixer.dt_proj.bias": torch.randn(D) - 2, "mixer.A_log": torch.log(torch.arange(1, N + 1).double()).repeat(D, 1), "mixer.D": torch.randn(D), "mixer.out_proj.weight": torch.randn(E, D) / math.sqrt(D)})
        return values

    def forward(x, params):
        p = {name.removeprefix("mixer."): value for name, value in params.items()}
        u, z = (rms(x, p["norm.weight"]) @ p["in_proj.weight"].T).chunk(2, -1)
        u = F.silu(F.conv1d(F.pad(u.permute(1, 2, 0), (3, 0)), p["conv1d.weight"], p["conv1d.bias"], groups=D).permute(2, 0, 1))
        if frozen:
            delta, Bs, Cs = torch.zeros(T, B, D), p["B"].expand(T, B, N), p["C"].expand(T, B, N)
        else:
            low, Bs, Cs = (u @ p["x_proj.weight"].T).split([R, N, N], -1)
            delta = low @ p["dt_proj.weight"].T
        delta = F.softplus(delta + p["dt_proj.bias"])
        A = -torch.exp(p["A_log"])
        h, out = torch.zeros(B, D, N), []
        for t in range(T):
            h = torch.exp(delta[t].unsqueeze(-1) * A) * h + (delta[t] * u[t]).unsqueeze(-1) * Bs[t].unsqueeze(1)
            out.append((h * Cs[t].unsqueeze(1)).sum(-1) + p["D"] * u[t])
        return x + (torch.stack(out) * F.silu(z)) @ p["out_proj.weight"].T, {}

    return params, forward, T, B, E, "explicit float64 Mamba block with RMSNorm and residual, autograd"


write("mamba_rms", "mamba", {"state": 3, "rank": 2}, *mamba(7, 2, 5, 3, 2, False))
write("mamba_frozen", "mamba", {"state": 3, "frozen": True}, *mamba(7, 2, 5, 3, 2, True))


# Feng et al. 2024, algorithms 3 and 5
def minimal(T, B, I, H, gates):
    def params():
        return {"in_proj.weight": torch.randn((gates + 1) * H, I), "in_proj.bias": torch.randn((gates + 1) * H)}

    def forward(x, params):
        *pre, candidate = (x @ params["in_proj.weight"].T + params["in_proj.bias"]).split(H, -1)
        if gates == 1:
            z = torch.sigmoid(pre[0])
            keep, take = 1 - z, z
        else:
            f, i = torch.sigmoid(pre[0]), torch.sigmoid(pre[1])
            keep, take = f / (f + i), i / (f + i)
        h, out = torch.zeros(B, H), []
        for t in range(T):
            h = keep[t] * h + take[t] * candidate[t]
            out.append(h)
        return torch.stack(out), {}

    return params, forward, T, B, I, "the papers' equations in a loop, float64, autograd"


write("min_gru", "min_gru", {"hidden": 5}, *minimal(8, 3, 4, 5, 1))
write("min_lstm", "min_lstm", {"hidden": 5}, *minimal(8, 3, 4, 5, 2))
