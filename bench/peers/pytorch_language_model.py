"""A two-layer LSTM language model trained in PyTorch as weft trains it, for perplexity against minutes.

Tied embedding, one dropout mask for a whole sequence at inputs, between layers and at outputs, dropped
words and recurrent weights, penalties on activations and their changes, Adam or plain gradient descent
with a cosine over all updates, clipped gradients, states carried on from batch to batch. Options are
named and mean as weft's. Text is read as weft's `words` tokenizer reads it: white space, and the end
of each line. Writes the JSON lines of `weft train --log` that say how a validation went, with the seconds of
training until then.
"""

import argparse
import json
import lzma
import math
import time

import torch
from torch import nn


class LanguageModel(nn.Module):
    def __init__(self, vocabulary, options):
        super().__init__()
        self.options, hidden = options, options.hidden
        self.embedding = nn.Embedding(vocabulary, hidden)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.layers = nn.ModuleList(nn.LSTM(hidden, hidden) for _ in range(2))
        for layer in self.layers:
            nn.init.zeros_(layer.bias_hh_l0)
            layer.bias_hh_l0.requires_grad_(False)  # weft has one bias
            nn.init.zeros_(layer.bias_ih_l0)
            for block in layer.weight_ih_l0.data.split(hidden):
                nn.init.xavier_uniform_(block)
            for block in layer.weight_hh_l0.data.split(hidden):
                nn.init.orthogonal_(block)
        if options.init_scale:
            for name, parameter in self.named_parameters():
                if "bias" not in name:
                    nn.init.uniform_(parameter, -options.init_scale, options.init_scale)
        for layer in self.layers:
            layer.bias_ih_l0.data[hidden:2 * hidden] = options.forget_bias
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def drop(self, x, share, mask_of=None):
        """x without a share of it; mask_of: the part of x that has the shape of the mask."""
        if not self.training or share == 0:
            return x
        kept = torch.full_like(x if mask_of is None else mask_of, 1 - share).bernoulli_()
        return x * (kept / (1 - share))

    def forward(self, ids, states):
        """The scores, the states after the last step and the penalties on activations."""
        o, words = self.options, self.embedding.weight
        words = self.drop(words, o.word_dropout, words[:, :1])
        x = nn.functional.embedding(ids, words)
        x, after = self.drop(x, o.input_dropout, x[:1]), []
        for layer, state in zip(self.layers, states):
            if after:
                x = self.drop(x, o.layer_dropout, x[:1])
            recurrent = self.drop(layer.weight_hh_l0, o.weight_drop)
            if state is None:
                zero = x.new_zeros(1, x.shape[1], layer.hidden_size)
                state = zero, zero
            x, *state = torch.lstm(
                x, state, (layer.weight_ih_l0, recurrent, layer.bias_ih_l0, layer.bias_hh_l0),
                True, 1, 0.0, self.training, False, False)
            after.append(tuple(s.detach() for s in state))
        seen = self.drop(x, o.output_dropout, x[:1])
        penalty = 0
        if self.training and o.activation_penalty:
            penalty = penalty + o.activation_penalty * seen.pow(2).mean()
        if self.training and o.temporal_penalty and len(x) > 1:
            penalty = penalty + o.temporal_penalty * (x[1:] - x[:-1]).pow(2).mean()
        return nn.functional.linear(seen, self.embedding.weight, self.bias), after, penalty


def read_ids(path, ids, growing):
    opened = lzma.open if path.endswith(".xz") else open
    result = []
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            for word in [*line.split(), "<eos>"]:
                if growing:
                    ids.setdefault(word, len(ids))
                result.append(ids.get(word, ids.get("<unk>", 0)))
    return torch.tensor(result)


def streams(ids, count):
    length = len(ids) // count
    return ids[:length * count].view(count, length).t().contiguous()


def batches(data, steps):
    for begin in range(0, len(data) - 1, steps):
        end = min(begin + steps, len(data) - 1)
        yield data[begin:end], data[begin + 1:end + 1].flatten()


def perplexity(model, data, steps):
    model.eval()
    total, count, states = 0.0, 0, [None, None]
    with torch.no_grad():
        for inputs, targets in batches(data, steps):
            logits, states, _ = model(inputs, states)
            total += nn.functional.cross_entropy(logits.flatten(0, 1), targets,
                                                 reduction="sum").item()
            count += len(targets)
    model.train()
    return math.exp(total / count)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", required=True)
    parser.add_argument("--valid", required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--epochs", type=int, default=25, help="over which the rate falls")
    parser.add_argument("--hidden", type=int, default=650)
    for share in ["input-dropout", "layer-dropout", "output-dropout"]:
        parser.add_argument("--" + share, type=float, default=0.5)
    for zero in ["word-dropout", "weight-drop", "activation-penalty", "temporal-penalty", "l2"]:
        parser.add_argument("--" + zero, type=float, default=0)
    parser.add_argument("--init-scale", type=float, default=0,
                        help="all weights uniform; 0: Xavier, orthogonal and normal")
    parser.add_argument("--forget-bias", type=float, default=1)
    parser.add_argument("--optimizer", choices=["adam", "sgd"], default="adam")
    parser.add_argument("--learning-rate", type=float, default=0.002)
    parser.add_argument("--warmup-updates", type=int, default=0)
    parser.add_argument("--batch-size", type=int, default=20)
    parser.add_argument("--bptt", type=int, default=35)
    parser.add_argument("--clip", type=float, default=5)
    parser.add_argument("--validate-every", type=int, default=0, help="updates; 0: each epoch")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()

    torch.manual_seed(1)
    torch.set_num_threads(args.threads)
    vocabulary = {}
    train = streams(read_ids(args.train, vocabulary, True), args.batch_size)
    valid = streams(read_ids(args.valid, vocabulary, False), 1)
    model = LanguageModel(len(vocabulary), args)
    parameters = [p for p in model.parameters() if p.requires_grad]
    kind = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[args.optimizer]
    optimizer = kind(parameters, lr=args.learning_rate, weight_decay=args.l2)
    total = args.epochs * math.ceil((len(train) - 1) / args.bptt)
    warm = args.warmup_updates

    def rate(done):
        share = min(1, max(0, done - warm) / max(1, total - warm))
        return min(1, (done + 1) / max(1, warm)) * (1 + math.cos(math.pi * share)) / 2

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)

    def validate():
        print(json.dumps({"epoch": epoch, "measures": {"perplexity": perplexity(model, valid, 200)},
                          "seconds": seconds, "type": "validation", "update": update}), flush=True)

    update, seconds = 0, 0.0
    every = args.validate_every or total // args.epochs
    for epoch in range(1, args.epochs + 1):
        states, start = [None, None], time.perf_counter()
        for inputs, targets in batches(train, args.bptt):
            logits, states, penalty = model(inputs, states)
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets) + penalty
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, args.clip)
            optimizer.step()
            schedule.step()
            update += 1
            seconds += time.perf_counter() - start
            over = seconds > 60 * args.minutes
            if update % every == 0 or over:
                validate()
            if over:
                return
            start = time.perf_counter()


if __name__ == "__main__":
    main()
