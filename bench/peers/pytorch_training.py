"""The training steps of bench/*_bench.cc in PyTorch, and its beam search, one a run; prints a JSON
line.

Same sizes, same data, plain gradient descent, clipping where weft clips. The settings that decide its
speed are tried by bench/compare.sh: threads, OPENBLAS_CORETYPE, the build of OpenBLAS, and whether
ragged sequences are packed.
"""

import argparse
import json
import time

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from pytorch_translator import Search, Translator

LANGUAGE_MODELS = {  # hidden, vocabulary, batch, steps
    "lm-200": (200, 10000, 20, 20),
    "lm-650": (650, 10000, 20, 35),
    "lm-650-wide": (650, 33278, 20, 35),
}
DENSE_SIZES = (784, 1000, 500, 250, 30, 250, 500, 1000, 784)


class LanguageModel(nn.Module):
    def __init__(self, hidden, vocabulary, batch, steps):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, hidden)
        self.dropout = nn.Dropout(0.5)
        self.lstm = nn.LSTM(hidden, hidden, num_layers=2, dropout=0.5)
        self.output = nn.Linear(hidden, vocabulary)
        self.inputs = torch.randint(vocabulary, (steps, batch))
        self.targets = torch.randint(vocabulary, (steps * batch,))
        self.state = tuple(torch.zeros(2, batch, hidden) for _ in range(2))
        self.tokens = steps * batch

    def losses(self):
        x, state = self.lstm(self.dropout(self.embedding(self.inputs)), self.state)
        self.state = tuple(s.detach() for s in state)
        logits = self.output(self.dropout(x))
        yield nn.functional.cross_entropy(logits.flatten(0, 1), self.targets)


class Classifier(nn.Module):
    """Packed, or padded with the final states read as if there were no padding: less work than
    weft does, and not quite the same model."""

    def __init__(self, packed):
        super().__init__()
        self.packed = packed
        self.embedding = nn.Embedding(20000, 300)
        self.lstm = nn.LSTM(300, 256, bidirectional=True)
        self.output = nn.Linear(512, 2)
        self.lengths = [self.review_lengths(batch) for batch in (10, 30, 50, 70, 90)]
        self.inputs = [torch.randint(20000, (lengths[0], 32)) for lengths in self.lengths]
        self.targets = torch.arange(32) % 2
        self.tokens = sum(map(sum, self.lengths))

    @staticmethod
    def review_lengths(batch):
        quantiles = [(batch * 32 + n + 0.5) / 3200 for n in range(32)]
        return sorted((min(400, int(215 * (u / (1 - u)) ** 0.3)) for u in quantiles), reverse=True)

    def losses(self):
        for inputs, lengths in zip(self.inputs, self.lengths):
            x = self.embedding(inputs)
            _, (hidden, _) = self.lstm(pack_padded_sequence(x, lengths) if self.packed else x)
            logits = self.output(hidden.transpose(0, 1).flatten(1))
            yield nn.functional.cross_entropy(logits, self.targets)


class DenseStack(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for inputs, outputs in zip(DENSE_SIZES, DENSE_SIZES[1:]):
            layers += [nn.Linear(inputs, outputs), nn.Sigmoid()]
        del layers[-1], layers[7]  # code and output are linear
        self.layers = nn.Sequential(*layers)
        self.pictures = torch.rand(128, DENSE_SIZES[0])
        self.tokens = 128

    def losses(self):
        yield (self.layers(self.pictures) - self.pictures).square().sum(1).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("row", choices=[*LANGUAGE_MODELS, "classifier", "dense", "translator",
                                        "translator-beam", "translator-beam-single"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--padded", action="store_true", help="the classifier's sequences")
    args = parser.parse_args()

    torch.manual_seed(1)
    torch.set_num_threads(args.threads)
    if args.row == "classifier":
        model = Classifier(not args.padded)
    elif args.row == "dense":
        model = DenseStack()
    elif args.row == "translator":
        model = Translator()
    elif args.row.startswith("translator-beam"):
        model = Search(1 if args.row.endswith("single") else 64)
    else:
        model = LanguageModel(*LANGUAGE_MODELS[args.row])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1 if args.row != "dense" else 1e-4)

    def step():
        if isinstance(model, Search):
            model.search()
            return
        for loss in model.losses():
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            if args.row != "dense":
                nn.utils.clip_grad_norm_(model.parameters(), 5)
            optimizer.step()

    step()
    start, steps = time.perf_counter(), 0
    while steps == 0 or time.perf_counter() - start < args.seconds:
        step()
        steps += 1
    speed = model.tokens * steps / (time.perf_counter() - start)
    print(json.dumps({"tokens/s": speed, "version": torch.__version__}))


if __name__ == "__main__":
    main()
