#!/usr/bin/env python3
"""Writes translator.json by PyTorch in double: a bidirectional encoder, a bridge, and an attention
decoder with input feeding.

    python3 make_translator_goldens.py     # beside goldens.py; needs torch (made with 1.13)
"""

import torch
import torch.nn.functional as F

from goldens import columns, matrix, normal, write


class Translator:
    """The model as the papers write it: the context is made first, then multiplied by W_c."""

    WORDS, EMBEDDING, HIDDEN, ENCODER = 9, 3, 4, 2
    SOURCES = [[4, 5, 6, 3], [8, 3], [7, 7, 4, 5, 8, 3]]
    WORDS_OUT = [[5, 6], [4, 8, 7, 6, 5], []]

    def __init__(self, cell, attention, layers, tied):
        self.cell, self.attention, self.layers, self.tied = cell, attention, layers, tied
        self.p = {}
        gates, H, E, M = (4 if cell == "LSTM" else 3), self.HIDDEN, self.EMBEDDING, 2 * self.ENCODER
        self.encoder = getattr(torch.nn, cell)(E, self.ENCODER, layers, bidirectional=True)
        with torch.no_grad():
            for name, parameter in self.encoder.named_parameters():
                parameter.copy_(normal(*parameter.shape, scale=0.6))
                if name.startswith("bias_hh") and cell == "LSTM":
                    parameter.zero_()

        def add(name, *shape):
            self.p[name] = normal(*shape, scale=0.6).requires_grad_()
        for name in ("source_embedding.table", "target_embedding.table"):
            add(name, self.WORDS, E)
        for layer in range(layers):
            add(f"decoder.{layer}.input", gates * H, H if layer else E)
            if layer == 0:
                add("decoder.0.feed", gates * H, H)
            add(f"decoder.{layer}.recurrent", gates * H, H)
            add(f"decoder.{layer}.bias", gates * H)
            if cell == "GRU":
                add(f"decoder.{layer}.recurrent_bias", gates * H)
            for state in ("hidden", "cell") if cell == "LSTM" else ("hidden",):
                add(f"bridge.{layer}.{state}.weight", H, M)
                add(f"bridge.{layer}.{state}.bias", H)
        if attention != "dot":
            add("decoder.attention.key", H, M)
        if attention == "additive":
            add("decoder.attention.query", H, H)
            add("decoder.attention.score", H)
        add("decoder.context", H, M)
        add("decoder.output", H, H)
        add("decoder.output_bias", H)
        if tied:
            add("projection.weight", E, H)
            add("projection.bias", E)
        else:
            add("output.weight", self.WORDS, H)
        add("output.bias", self.WORDS)

    def read(self, source):
        x = self.p["source_embedding.table"][torch.tensor(source)][:, None]
        memory, state = self.encoder(x)
        hidden, cell = state if self.cell == "LSTM" else (state, state)
        start = []
        for layer in range(self.layers):
            pair = []
            for name, finals in (("hidden", hidden), ("cell", cell)):
                if f"bridge.{layer}.{name}.weight" not in self.p:
                    continue
                both = torch.cat([finals[2 * layer, 0], finals[2 * layer + 1, 0]])
                pair.append(torch.tanh(self.p[f"bridge.{layer}.{name}.weight"] @ both
                                       + self.p[f"bridge.{layer}.{name}.bias"]))
            start.append(pair)
        return memory[:, 0], start

    def step(self, layer, x, feed, state):
        p, prefix = self.p, f"decoder.{layer}."
        sums = p[prefix + "input"] @ x + p[prefix + "bias"]
        if layer == 0:
            sums = sums + p[prefix + "feed"] @ feed
        recurrent = p[prefix + "recurrent"] @ state[0]
        if self.cell == "LSTM":
            i, f, g, o = (sums + recurrent).chunk(4)
            c = torch.sigmoid(f) * state[1] + torch.sigmoid(i) * torch.tanh(g)
            return [torch.sigmoid(o) * torch.tanh(c), c]
        r, z, n = sums.chunk(3)
        ur, uz, un = (recurrent + p[prefix + "recurrent_bias"]).chunk(3)
        r, z = torch.sigmoid(r + ur), torch.sigmoid(z + uz)
        n = torch.tanh(n + r * un)
        return [(1 - z) * n + z * state[0]]

    def attended(self, h, memory):
        p = self.p
        if self.attention == "dot":
            scores = memory @ h
        elif self.attention == "general":
            scores = (memory @ p["decoder.attention.key"].t()) @ h
        else:
            keys = memory @ p["decoder.attention.key"].t()
            query = p["decoder.attention.query"] @ h
            scores = torch.tanh(keys + query) @ p["decoder.attention.score"]
        context = torch.softmax(scores, 0) @ memory
        weight = torch.cat([p["decoder.context"], p["decoder.output"]], 1)
        return torch.tanh(weight @ torch.cat([context, h]) + p["decoder.output_bias"])

    def loss(self, smoothing):
        p, logits, targets = self.p, [], []
        for source, words in zip(self.SOURCES, self.WORDS_OUT):
            memory, states = self.read(source)
            feed = torch.zeros(self.HIDDEN)
            for word, target in zip([2] + words, words + [3]):
                x = p["target_embedding.table"][word]
                for layer in range(self.layers):
                    states[layer] = self.step(layer, x, feed, states[layer])
                    x = states[layer][0]
                feed = self.attended(x, memory)
                y = feed
                if self.tied:
                    y = p["projection.weight"] @ y + p["projection.bias"]
                output = p["target_embedding.table"] if self.tied else p["output.weight"]
                logits.append(output @ y + p["output.bias"])
                targets.append(target)
        return F.cross_entropy(torch.stack(logits), torch.tensor(targets),
                               label_smoothing=smoothing)

    def parameters(self):
        """By weft's names, those of the encoder included."""
        yield from self.p.items()
        names = {"input": "weight_ih", "recurrent": "weight_hh", "bias": "bias_ih"}
        if self.cell == "GRU":
            names["recurrent_bias"] = "bias_hh"
        for layer in range(self.layers):
            for ours, theirs in names.items():
                for place, suffix in ((".", ""), (".backward.", "_reverse")):
                    yield (f"encoder.{layer}{place}{ours}",
                           getattr(self.encoder, f"{theirs}_l{layer}{suffix}"))


def translator():
    cases = []
    for cell, attention, layers, tied in (("LSTM", "general", 1, True), ("GRU", "additive", 2, False),
                                          ("LSTM", "dot", 2, False), ("GRU", "general", 1, False)):
        model = Translator(cell, attention, layers, tied)
        loss = model.loss(0.1)
        loss.backward()

        def store(name, value):
            return columns(value) if name.endswith(".table") else matrix(value)
        cases.append({"cell": cell.lower(), "attention": attention, "layers": layers, "tied": tied,
                      "loss": loss.item(),
                      "parameters": {n: store(n, v) for n, v in model.parameters()},
                      "gradients": {n: store(n, v.grad) for n, v in model.parameters()}})
    return {"words": Translator.WORDS, "embedding": Translator.EMBEDDING,
            "hidden": Translator.HIDDEN, "encoder_hidden": Translator.ENCODER,
            "sources": Translator.SOURCES, "targets": Translator.WORDS_OUT, "smoothing": 0.1,
            "cases": cases}


write("translator.json", translator())
