"""The translator of bench/translator_bench.cc in PyTorch: a training step, and batched beam search.

What can be done for all steps at once is: the products with the target words, keys and values of the
attention (the context's part of W_c is taken of the encoder's states), the output layer.
"""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

HIDDEN, EMBEDDING, VOCABULARY, BATCH, BEAM = 512, 256, 8000, 64, 5
SEARCHED, STEPS = 16, 16


class Translator(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, EMBEDDING)
        self.dropout = nn.Dropout(0.2)
        self.encoder = nn.LSTM(EMBEDDING, HIDDEN, bidirectional=True)
        self.bridge_hidden = nn.Linear(2 * HIDDEN, HIDDEN)
        self.bridge_cell = nn.Linear(2 * HIDDEN, HIDDEN)
        self.key = nn.Linear(2 * HIDDEN, HIDDEN, bias=False)
        self.value = nn.Linear(2 * HIDDEN, HIDDEN, bias=False)
        self.word = nn.Linear(EMBEDDING, 4 * HIDDEN)
        self.state = nn.Linear(2 * HIDDEN, 4 * HIDDEN, bias=False)  # of [h̃; h]
        self.output = nn.Linear(HIDDEN, HIDDEN)
        self.projection = nn.Linear(HIDDEN, EMBEDDING)
        self.bias = nn.Parameter(torch.zeros(VOCABULARY))
        self.source_lengths = torch.tensor([12 + n * 5 % 9 for n in range(BATCH)])
        self.target_lengths = torch.tensor([20 - n * 9 // BATCH for n in range(BATCH)])
        self.source = torch.randint(VOCABULARY, (20, BATCH))
        self.inputs = torch.randint(VOCABULARY, (20, BATCH))
        self.real = torch.arange(20)[:, None] < self.target_lengths[None, :]
        self.targets = torch.randint(VOCABULARY, (20, BATCH))[self.real]
        self.tokens = int(self.source_lengths.sum() + self.target_lengths.sum())

    def encode(self, source, lengths):
        packed = pack_padded_sequence(self.dropout(self.embedding(source)), lengths,
                                      enforce_sorted=False)
        states, (hidden, cell) = self.encoder(packed)
        states, _ = pad_packed_sequence(states)
        states = states.transpose(0, 1)  # sentences × positions × 2H
        start = [torch.tanh(bridge(final.transpose(0, 1).flatten(1)))
                 for bridge, final in ((self.bridge_hidden, hidden), (self.bridge_cell, cell))]
        padding = torch.arange(states.shape[1])[None, :] >= lengths[:, None]
        return self.key(states), self.value(states), padding[:, None, :], start

    def step(self, sums, feed, hidden, cell, keys, values, padding):
        """One step of N columns, N / sentences of each sentence side by side."""
        i, f, g, o = (sums + self.state(torch.cat([feed, hidden], 1))).chunk(4, 1)
        cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
        hidden = torch.sigmoid(o) * torch.tanh(cell)
        query = hidden.view(keys.shape[0], -1, HIDDEN)
        scores = torch.bmm(query, keys.transpose(1, 2)).masked_fill(padding, float("-inf"))
        context = torch.bmm(torch.softmax(scores, 2), values).view(-1, HIDDEN)
        return torch.tanh(context + self.output(hidden)), hidden, cell

    def logits(self, attended):
        return nn.functional.linear(self.projection(attended), self.embedding.weight, self.bias)

    def losses(self):
        keys, values, padding, (hidden, cell) = self.encode(self.source, self.source_lengths)
        sums = self.word(self.dropout(self.embedding(self.inputs)))
        feed, attended = torch.zeros(BATCH, HIDDEN), []
        for step_sums in sums:
            feed, hidden, cell = self.step(step_sums, feed, hidden, cell, keys, values, padding)
            attended.append(feed)
        logits = self.logits(self.dropout(torch.stack(attended))[self.real])
        yield nn.functional.cross_entropy(logits, self.targets, label_smoothing=0.1)


class Search(Translator):
    """Beam search of STEPS tokens, all hypotheses of all sentences in one batch."""

    def __init__(self, sentences):
        super().__init__()
        self.eval()
        with torch.no_grad():
            self.bias[3] = -1000  # nothing ends
        self.source = torch.randint(4, VOCABULARY, (SEARCHED, sentences))
        self.source_lengths = torch.full((sentences,), SEARCHED)
        self.tokens = sentences * STEPS

    @torch.inference_mode()
    def search(self):
        keys, values, padding, (hidden, cell) = self.encode(self.source, self.source_lengths)
        sentences = keys.shape[0]
        first = torch.arange(sentences)[:, None]
        feed, tokens = torch.zeros(sentences, HIDDEN), torch.full((sentences,), 2)
        scores = torch.zeros(sentences, 1)
        written = torch.empty(sentences, BEAM, 0, dtype=torch.long)
        for step in range(STEPS):
            sums = self.word(self.embedding(tokens))
            feed, hidden, cell = self.step(sums, feed, hidden, cell, keys, values, padding)
            logs = torch.log_softmax(self.logits(feed), 1).view(sentences, -1, VOCABULARY)
            scores, best = (scores[:, :, None] + logs).flatten(1).topk(BEAM, 1)
            parents, words = best.div(VOCABULARY, rounding_mode="floor"), best % VOCABULARY
            columns = (first * (BEAM if step else 1) + parents).flatten()
            feed, hidden, cell = feed[columns], hidden[columns], cell[columns]
            tokens = words.flatten()
            written = torch.cat([written.gather(1, parents[:, :, None].expand(-1, -1, step)),
                                 words[:, :, None]], 2)
        return written[:, 0]
