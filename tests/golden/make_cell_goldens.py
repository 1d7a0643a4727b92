#!/usr/bin/env python3
"""Writes the numbers that weft's kinds of LSTM are compared with, as their papers' equations say in PyTorch.

    python3 make_cell_goldens.py     # beside goldens.py; needs torch (made with 1.13)
"""

import torch
import torch.nn.functional as F

from goldens import columns, matrix, normal, write

LENGTHS = [3, 5, 1]
STEPS, EXAMPLES, INPUTS, HIDDEN = 5, 3, 2, 3


def split(sums, gates):
    return torch.split(sums, HIDDEN, dim=1)[:gates]


class Cifg:
    """Greff et al. 2017: the input gate is one minus the forget gate."""

    shapes = {"W": (3 * HIDDEN, INPUTS), "U": (3 * HIDDEN, HIDDEN), "b": (3 * HIDDEN,)}

    def step(self, p, x, h, c):
        f, g, o = split(x @ p["W"].T + h @ p["U"].T + p["b"], 3)
        f = torch.sigmoid(f)
        c = f * c + (1 - f) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class Mogrifier:
    """Melis et al. 2020, equations 2 and 3."""

    def __init__(self, rounds):
        self.rounds = rounds
        self.shapes = {"W": (4 * HIDDEN, INPUTS), "U": (4 * HIDDEN, HIDDEN), "b": (4 * HIDDEN,)}
        for r in range(rounds):
            self.shapes[f"round{r}"] = (INPUTS, HIDDEN) if r % 2 == 0 else (HIDDEN, INPUTS)

    def step(self, p, x, h, c):
        for r in range(self.rounds):
            if r % 2 == 0:
                x = 2 * torch.sigmoid(h @ p[f"round{r}"].T) * x
            else:
                h = 2 * torch.sigmoid(x @ p[f"round{r}"].T) * h
        i, f, g, o = split(x @ p["W"].T + h @ p["U"].T + p["b"], 4)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class LayerNorm:
    """Ba et al. 2016, equations 20 to 22."""

    shapes = {"W": (4 * HIDDEN, INPUTS), "U": (4 * HIDDEN, HIDDEN), "b": (4 * HIDDEN,),
              "input_gain": (4 * HIDDEN,), "recurrent_gain": (4 * HIDDEN,),
              "cell_gain": (HIDDEN,), "cell_bias": (HIDDEN,)}

    def step(self, p, x, h, c):
        wide = (4 * HIDDEN,)
        sums = (F.layer_norm(x @ p["W"].T, wide, p["input_gain"]) +
                F.layer_norm(h @ p["U"].T, wide, p["recurrent_gain"]) + p["b"])
        i, f, g, o = split(sums, 4)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        normalised = F.layer_norm(c, (HIDDEN,), p["cell_gain"], p["cell_bias"])
        return torch.sigmoid(o) * torch.tanh(normalised), c


def golden(cell, backward):
    parameters = {name: normal(*shape, scale=0.6).requires_grad_()
                  for name, shape in cell.shapes.items()}
    x = normal(STEPS, EXAMPLES, INPUTS).requires_grad_()
    h0, c0 = (normal(EXAMPLES, HIDDEN).requires_grad_() for _ in range(2))
    h, c, outputs = h0, c0, [None] * STEPS
    for t in reversed(range(STEPS)) if backward else range(STEPS):
        new_h, new_c = cell.step(parameters, x[t], h, c)
        real = torch.tensor([[t < length] for length in LENGTHS])
        h, c = torch.where(real, new_h, h), torch.where(real, new_c, c)
        outputs[t] = h
    y = torch.stack(outputs)
    weight_y, weight_h, weight_c = normal(*y.shape), normal(*h.shape), normal(*c.shape)
    loss = (y * weight_y).sum() + (h * weight_h).sum() + (c * weight_c).sum()
    loss.backward()
    return {"backward": backward, "x": columns(x), "dx": columns(x.grad), "loss": loss.item(),
            "h0": columns(h0), "dh0": columns(h0.grad), "c0": columns(c0),
            "dc0": columns(c0.grad), "y": columns(y), "c": columns(c),
            "weight_y": columns(weight_y), "weight_h": columns(weight_h),
            "weight_c": columns(weight_c),
            "parameters": {n: matrix(p) for n, p in parameters.items()},
            "gradients": {n: matrix(p.grad) for n, p in parameters.items()}}


CELLS = {"cifg": Cifg(), "mogrifier1": Mogrifier(1), "mogrifier4": Mogrifier(4),
         "mogrifier5": Mogrifier(5), "layer_norm": LayerNorm()}
write("cells.json", {"lengths": LENGTHS,
                     "cells": {name: [golden(cell, backward) for backward in (False, True)]
                               for name, cell in CELLS.items()}})
