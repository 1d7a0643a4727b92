"""The same training step as bench/language_model_bench.cc, in PyTorch.

Needs Debian's python3-torch:  OPENBLAS_CORETYPE=SkylakeX /usr/bin/python3 pytorch_language_model.py
"""

import argparse
import statistics
import time

import torch
from torch import nn


class LanguageModel(nn.Module):
    def __init__(self, vocabulary, hidden, dropout):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, hidden)
        self.dropout = nn.Dropout(dropout)
        self.lstm = nn.LSTM(hidden, hidden, num_layers=2, dropout=dropout)
        self.output = nn.Linear(hidden, vocabulary)

    def forward(self, ids, state):
        x, state = self.lstm(self.dropout(self.embedding(ids)), state)
        return self.output(self.dropout(x)), state


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hidden", type=int, default=650)
    parser.add_argument("--vocabulary", type=int, default=10000)
    parser.add_argument("--batch", type=int, default=20)
    parser.add_argument("--steps", type=int, default=35)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=10)
    args = parser.parse_args()

    torch.manual_seed(1)
    torch.set_num_threads(args.threads)
    model = LanguageModel(args.vocabulary, args.hidden, 0.5)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss_function = nn.CrossEntropyLoss()
    inputs = torch.randint(args.vocabulary, (args.steps, args.batch))
    targets = torch.randint(args.vocabulary, (args.steps * args.batch,))
    state = tuple(torch.zeros(2, args.batch, args.hidden) for _ in range(2))
    times = []
    for step in range(args.repeat + 2):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        logits, state = model(inputs, tuple(s.detach() for s in state))
        loss_function(logits.view(-1, args.vocabulary), targets).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimizer.step()
        if step >= 2:
            times.append(time.perf_counter() - start)
    tokens = args.batch * args.steps
    median = statistics.median(times)
    print(f"pytorch {torch.__version__} 2x{args.hidden} threads {args.threads}: "
          f"{median * 1e3:.1f} ms a step, {tokens / median:.0f} tokens/s")


if __name__ == "__main__":
    main()
