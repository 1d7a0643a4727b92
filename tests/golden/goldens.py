"""What the scripts beside this one share: inputs, and how matrices are written.

A matrix is {"rows": R, "columns": C, "data": [...]}, column by column as weft stores it: D x (T*B),
time-major, for sequences; a weight of PyTorch (outputs x inputs) is written as it is, column by
column. Numbers are drawn anew in each script, so that none depends on another.
"""

import json
import os

import torch

torch.set_default_dtype(torch.float64)
HERE = os.path.dirname(os.path.abspath(__file__))
GENERATOR = torch.Generator().manual_seed(20240)


def normal(*shape, scale=1.0):
    # Rounded, so that inputs are short to write; the results keep all their digits.
    return (torch.randn(*shape, generator=GENERATOR) * scale).mul(256).round().div(256)


def matrix(tensor):
    """A weight, R x C, or a vector as one column."""
    tensor = tensor.detach()
    if tensor.dim() == 1:
        tensor = tensor[:, None]
    return {"rows": tensor.shape[0], "columns": tensor.shape[1],
            "data": tensor.t().contiguous().flatten().tolist()}


def columns(tensor):
    """[..., D], each last dimension a column: a batch N x D or a sequence T x B x D."""
    tensor = tensor.detach()
    flat = tensor.reshape(-1, tensor.shape[-1])
    return {"rows": flat.shape[1], "columns": flat.shape[0], "data": flat.flatten().tolist()}


def write(name, content):
    with open(os.path.join(HERE, name), "w") as file:
        json.dump(content, file, separators=(",", ":"))
        file.write("\n")
