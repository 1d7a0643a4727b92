"""Writes the language model of the row next-token (2 x 650, vocabulary 10,000) for onnxruntime, with
PyTorch's own exporter. Its weights are random: only its speed is of interest."""

import sys
import warnings

import torch
from torch import nn

HIDDEN, VOCABULARY = 650, 10000


class NextToken(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, HIDDEN)
        self.lstm = nn.LSTM(HIDDEN, HIDDEN, num_layers=2)
        self.output = nn.Linear(HIDDEN, VOCABULARY)

    def forward(self, token, hidden, cell):
        x, (hidden, cell) = self.lstm(self.embedding(token), (hidden, cell))
        return torch.log_softmax(self.output(x), -1), hidden, cell


warnings.filterwarnings("ignore")
state = torch.zeros(2, 1, HIDDEN)
torch.onnx.export(NextToken().eval(), (torch.zeros(1, 1, dtype=torch.long), state, state),
                  sys.argv[1], opset_version=14, input_names=["token", "hidden", "cell"],
                  output_names=["log_probabilities", "next_hidden", "next_cell"])
