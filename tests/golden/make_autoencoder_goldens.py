#!/usr/bin/env python3
"""Writes autoencoder.json by PyTorch in double: five updates of small deep autoencoders by Adam.

    python3 make_autoencoder_goldens.py     # beside goldens.py; needs torch (made with 1.13)
"""

import torch
import torch.nn.functional as F

from goldens import GENERATOR, columns, matrix, normal, write


def autoencoder(tied, loss_name, sparsity):
    """5-4-2-4-5 with sigmoid units; a code of sigmoids where its mean activity is held down."""
    sizes = [5, 4, 2]
    parameters = {}
    for layer in range(2):
        parameters[f"encoder.{layer}.weight"] = normal(sizes[layer + 1], sizes[layer])
        parameters[f"encoder.{layer}.bias"] = normal(sizes[layer + 1], scale=0.1)
    for layer in (1, 0):
        if not tied:
            parameters[f"decoder.{layer}.weight"] = normal(sizes[layer], sizes[layer + 1])
        parameters[f"decoder.{layer}.bias"] = normal(sizes[layer], scale=0.1)
    start = {k: matrix(v) for k, v in parameters.items()}
    for parameter in parameters.values():
        parameter.requires_grad_()
    batches = [torch.rand(6, 5, generator=GENERATOR).mul(256).round().div(256) for _ in range(5)]
    optimizer = torch.optim.Adam(list(parameters.values()), 0.02)
    losses = []
    for x in batches:
        h = torch.sigmoid(x @ parameters["encoder.0.weight"].t() + parameters["encoder.0.bias"])
        code = h @ parameters["encoder.1.weight"].t() + parameters["encoder.1.bias"]
        if sparsity == "kl":
            code = torch.sigmoid(code)
        y = code
        for layer in (1, 0):
            weight = parameters[f"encoder.{layer}.weight"].t() if tied else \
                parameters[f"decoder.{layer}.weight"]
            y = y @ weight.t() + parameters[f"decoder.{layer}.bias"]
            if layer == 1:
                y = torch.sigmoid(y)
        if loss_name == "squared":
            loss = ((torch.sigmoid(y) - x) ** 2).sum() / len(x)
        elif loss_name == "binary":
            loss = F.binary_cross_entropy_with_logits(y, x, reduction="sum") / len(x)
        else:
            shares = x / x.sum(1, keepdim=True)
            loss = -(shares * torch.log_softmax(y, 1)).sum() / len(x)
        if sparsity == "l1":
            loss = loss + 0.3 * code.abs().sum() / len(x)
        if sparsity == "kl":
            rho, mean = 0.1, code.mean(0)
            loss = loss + 0.5 * (rho * torch.log(rho / mean)
                                 + (1 - rho) * torch.log((1 - rho) / (1 - mean))).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"tied": tied, "loss": loss_name, "sparsity": sparsity, "start": start,
            "batches": [columns(x) for x in batches], "losses": losses,
            "last": {k: matrix(v) for k, v in parameters.items()}}


write("autoencoder.json", {"cases": [autoencoder(False, "squared", "none"),
                                     autoencoder(True, "binary", "l1"),
                                     autoencoder(True, "squared", "kl"),
                                     autoencoder(False, "shares", "none")]})
