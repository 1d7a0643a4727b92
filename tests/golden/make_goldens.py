#!/usr/bin/env python3
"""Writes the numbers that golden tests of layers and training compare weft with, by PyTorch in double.

    python3 make_goldens.py     # beside goldens.py; needs torch (made with 1.13)
"""

import random

import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from goldens import columns, matrix, normal, write

# ---- Functions of single columns.

def activations():
    x = torch.cat([normal(16, scale=2.0), torch.tensor([-30.0, -8.0, 8.0, 30.0])])
    dy = normal(20)
    functions = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": F.relu,
                 "leaky_relu": lambda v: F.leaky_relu(v, 0.01),
                 # PyTorch cuts softplus off at 20 by default; weft does not.
                 "softplus": lambda v: F.softplus(v, threshold=1000), "gelu": F.gelu}
    cases = {}
    for name, function in functions.items():
        v = x.clone().requires_grad_()
        y = function(v)
        y.backward(dy)
        cases[name] = {"y": matrix(y), "dx": matrix(v.grad)}
    return {"x": matrix(x), "dy": matrix(dy), "cases": cases}


def softmax():
    x, dy = normal(4, 5).requires_grad_(), normal(4, 5)
    y = torch.softmax(x, 1)
    y.backward(dy)
    return {"x": columns(x), "dy": columns(dy), "y": columns(y), "dx": columns(x.grad)}


def losses():
    logits = normal(6, 5, scale=2.0)
    targets = torch.tensor([2, -1, 0, 4, -1, 2])
    cases = []
    for smoothing in (0.0, 0.1):
        z = logits.clone().requires_grad_()
        loss = F.cross_entropy(z, targets, ignore_index=-1, label_smoothing=smoothing)
        loss.backward()
        cases.append({"smoothing": smoothing, "loss": loss.item(), "d_logits": columns(z.grad)})
    binary = (normal(6, 5) > 0).double()
    z = logits.clone().requires_grad_()
    bce = F.binary_cross_entropy_with_logits(z, binary, reduction="sum") / 6
    bce.backward()
    d_bce = z.grad
    z = logits.clone().requires_grad_()
    square = F.mse_loss(z, binary, reduction="sum") / 6
    square.backward()
    return {"logits": columns(logits), "targets": targets.tolist(), "cross_entropy": cases,
            "binary": columns(binary),
            "binary_cross_entropy": {"loss": bce.item(), "d_logits": columns(d_bce)},
            "squared_error": {"loss": square.item(), "d_logits": columns(z.grad)}}


# ---- Recurrent layers on packed ragged sequences.

LENGTHS = [3, 5, 1]
STEPS, EXAMPLES, INPUTS, HIDDEN = 5, 3, 2, 3


def recurrent(kind):
    """Two layers in both directions. The loss weighs each real output and each final state."""
    net = getattr(torch.nn, kind)(INPUTS, HIDDEN, num_layers=2, bidirectional=True)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            parameter.copy_(normal(*parameter.shape, scale=0.6))
            if name.startswith("bias_hh") and kind != "GRU":
                parameter.zero_()  # weft has one bias where two would only be added
    x = normal(STEPS, EXAMPLES, INPUTS).requires_grad_()
    h0 = normal(4, EXAMPLES, HIDDEN).requires_grad_()
    c0 = normal(4, EXAMPLES, HIDDEN).requires_grad_()
    packed = pack_padded_sequence(x, LENGTHS, enforce_sorted=False)
    if kind == "LSTM":
        y, (h, c) = net(packed, (h0, c0))
    else:
        y, h = net(packed, h0)
        c = None
    y, _ = pad_packed_sequence(y, total_length=STEPS)
    weight_y, weight_h, weight_c = normal(*y.shape), normal(*h.shape), normal(*h.shape)
    for b, length in enumerate(LENGTHS):
        weight_y[length:, b] = 0
    loss = (y * weight_y).sum() + (h * weight_h).sum()
    if c is not None:
        loss = loss + (c * weight_c).sum()
    loss.backward()

    result = {"x": columns(x), "y": columns(y), "weight_y": columns(weight_y),
              "loss": loss.item(), "dx": columns(x.grad), "layers": []}
    for layer in range(2):
        for direction, suffix in enumerate(("", "_reverse")):
            k = 2 * layer + direction
            entry = {"h0": columns(h0[k]), "dh0": columns(h0.grad[k]), "h": columns(h[k]),
                     "weight_h": columns(weight_h[k])}
            if c is not None:
                entry.update({"c0": columns(c0[k]), "dc0": columns(c0.grad[k]),
                              "c": columns(c[k]), "weight_c": columns(weight_c[k])})
            names = {"W": "weight_ih", "U": "weight_hh", "b": "bias_ih"}
            if kind == "GRU":
                names["d"] = "bias_hh"
            for ours, theirs in names.items():
                parameter = getattr(net, f"{theirs}_l{layer}{suffix}")
                entry[ours] = matrix(parameter)
                entry["d" + ours] = matrix(parameter.grad)
            result["layers"].append(entry)
    return result


# ---- A classifier: embedding, LSTM, each kind of pooling, a dense layer, cross-entropy.

def pooling():
    vocabulary, classes = 7, 3
    ids = torch.tensor([[1, 2, 3], [4, 5, 0], [6, 2, 0], [0, 1, 0], [0, 2, 0]])  # T x B
    targets = torch.tensor([2, 0, 1])
    table = normal(vocabulary, INPUTS)
    net = torch.nn.LSTM(INPUTS, HIDDEN)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            parameter.copy_(normal(*parameter.shape, scale=0.6))
            if name.startswith("bias_hh"):
                parameter.zero_()
    score, output, bias = normal(1, HIDDEN), normal(classes, HIDDEN), normal(classes)
    real = torch.arange(STEPS)[:, None] < torch.tensor(LENGTHS)[None, :]  # T x B

    def last(y, parameters):
        return torch.stack([y[length - 1, b] for b, length in enumerate(LENGTHS)])

    def mean(y, parameters):
        return (y * real[:, :, None]).sum(0) / torch.tensor(LENGTHS)[:, None]

    def largest(y, parameters):
        return y.masked_fill(~real[:, :, None], float("-inf")).max(0).values

    def attention(y, parameters):
        scores = (y @ parameters["score"].t()).squeeze(2).masked_fill(~real, float("-inf"))
        return (torch.softmax(scores, 0)[:, :, None] * y).sum(0)

    cases = {}
    for name, pool in {"last": last, "mean": mean, "max": largest, "attention": attention}.items():
        parameters = {"table": table, "score": score, "output": output, "output_bias": bias}
        parameters = {k: v.clone().requires_grad_() for k, v in parameters.items()}
        net.zero_grad()
        packed = pack_padded_sequence(parameters["table"][ids], LENGTHS, enforce_sorted=False)
        y, _ = pad_packed_sequence(net(packed)[0], total_length=STEPS)
        logits = pool(y, parameters) @ parameters["output"].t() + parameters["output_bias"]
        loss = F.cross_entropy(logits, targets, label_smoothing=0.1)
        loss.backward()
        parameters.update({"W": net.weight_ih_l0, "U": net.weight_hh_l0, "b": net.bias_ih_l0})
        gradients = {k: matrix(v.grad) for k, v in parameters.items() if v.grad is not None}
        gradients["table"] = columns(parameters["table"].grad)
        cases[name] = {"logits": columns(logits), "loss": loss.item(), "gradients": gradients}
    return {"ids": ids.flatten().tolist(), "lengths": LENGTHS, "targets": targets.tolist(),
            "table": columns(table), "W": matrix(net.weight_ih_l0), "U": matrix(net.weight_hh_l0),
            "b": matrix(net.bias_ih_l0), "score": matrix(score), "output": matrix(output),
            "output_bias": matrix(bias), "cases": cases}


# ---- Ten updates of a small LSTM language model by each optimizer.

OPTIMIZERS = {
    "sgd": (dict(kind="sgd", rate=0.5), lambda p: torch.optim.SGD(p, 0.5)),
    "sgd_l2_clip": (dict(kind="sgd", rate=0.5, l2=0.02, clip=0.3),
                    lambda p: torch.optim.SGD(p, 0.5, weight_decay=0.02)),
    "momentum": (dict(kind="momentum", rate=0.1, momentum=0.9, l2=0.01, clip=0.4),
                 lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=0.01)),
    "nesterov": (dict(kind="nesterov", rate=0.1, momentum=0.9, l2=0.01, clip=0.4),
                 lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=0.01,
                                           nesterov=True)),
    "adagrad": (dict(kind="adagrad", rate=0.1, epsilon=1e-10, l2=0.01, clip=0.4),
                lambda p: torch.optim.Adagrad(p, 0.1, eps=1e-10, weight_decay=0.01)),
    "rmsprop": (dict(kind="rmsprop", rate=0.01, decay=0.95, epsilon=1e-8, l2=0.01, clip=0.4),
                lambda p: torch.optim.RMSprop(p, 0.01, alpha=0.95, eps=1e-8, weight_decay=0.01)),
    "adam": (dict(kind="adam", rate=0.02, beta1=0.9, beta2=0.99, epsilon=1e-8, l2=0.01, clip=0.4),
             lambda p: torch.optim.Adam(p, 0.02, betas=(0.9, 0.99), eps=1e-8,
                                        weight_decay=0.01)),
    "adamw": (dict(kind="adamw", rate=0.02, beta1=0.9, beta2=0.99, epsilon=1e-8, l2=0.1, clip=0.4),
              lambda p: torch.optim.AdamW(p, 0.02, betas=(0.9, 0.99), eps=1e-8,
                                          weight_decay=0.1)),
}


def training():
    vocabulary, steps, examples, updates = 6, 4, 3, 10
    chooser = random.Random(5)
    batches = []
    for _ in range(updates):
        # Every word is in every batch: weft leaves the columns of absent words alone, PyTorch's
        # dense optimizers move them by momentum and decay.
        ids = [chooser.randrange(vocabulary) for _ in range(steps * examples)]
        places = chooser.sample(range(steps * examples), vocabulary)
        for word, place in enumerate(places):
            ids[place] = word
        targets = [chooser.randrange(-1, vocabulary) for _ in ids]
        batches.append({"ids": ids, "targets": targets})
    start = {"table": normal(vocabulary, 3), "W": normal(16, 3, scale=0.5),
             "U": normal(16, 4, scale=0.5), "b": normal(16, scale=0.1),
             "output": normal(vocabulary, 4), "output_bias": normal(vocabulary, scale=0.1)}

    def loss_of(parameters, batch):
        x = parameters["table"][torch.tensor(batch["ids"]).reshape(steps, examples)]
        h = torch.zeros(examples, 4)
        c = torch.zeros(examples, 4)
        outputs = []
        for t in range(steps):
            sums = x[t] @ parameters["W"].t() + parameters["b"] + h @ parameters["U"].t()
            i, f, g, o = sums.chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            outputs.append(h)
        logits = torch.cat(outputs) @ parameters["output"].t() + parameters["output_bias"]
        return F.cross_entropy(logits, torch.tensor(batch["targets"]), ignore_index=-1)

    cases = {}
    for name, (options, make) in OPTIMIZERS.items():
        parameters = {k: v.clone().requires_grad_() for k, v in start.items()}
        optimizer = make(list(parameters.values()))
        case = {"options": options, "losses": [], "norms": []}
        for batch in batches:
            optimizer.zero_grad()
            loss = loss_of(parameters, batch)
            loss.backward()
            norm = torch.sqrt(sum((p.grad ** 2).sum() for p in parameters.values())).item()
            # Not clip_grad_norm_, which adds 1e-6 to the norm.
            if "clip" in options and norm > options["clip"]:
                for p in parameters.values():
                    p.grad.mul_(options["clip"] / norm)
            optimizer.step()
            case["losses"].append(loss.item())
            case["norms"].append(norm)
        case["table"] = columns(parameters["table"])  # after the last update
        cases[name] = case
    start = {k: columns(v) if k == "table" else matrix(v) for k, v in start.items()}
    return {"steps": steps, "examples": examples, "batches": batches, "start": start,
            "cases": cases}


# ---- An adaptive softmax; one column does not count.

def adaptive():
    vocabulary, inputs, cutoffs = 12, 16, [4, 8]
    net = torch.nn.AdaptiveLogSoftmaxWithLoss(inputs, vocabulary, cutoffs, div_value=4.0,
                                              head_bias=True)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(normal(*parameter.shape, scale=0.6))
    hidden = normal(7, inputs).requires_grad_()
    targets = torch.tensor([1, 11, 4, -1, 7, 0, 8])
    counted = targets >= 0
    loss = net(hidden[counted], targets[counted]).loss
    loss.backward()
    parameters = {"output.head.weight": net.head.weight, "output.head.bias": net.head.bias}
    for i, tail in enumerate(net.tail):
        parameters[f"output.cluster.{i}.projection"] = tail[0].weight
        parameters[f"output.cluster.{i}.weight"] = tail[1].weight
    return {"vocabulary": vocabulary, "cutoffs": cutoffs, "hidden": columns(hidden),
            "targets": targets.tolist(), "loss": loss.item(),
            "log_probabilities": columns(net.log_prob(hidden)), "d_hidden": columns(hidden.grad),
            "parameters": {k: matrix(v) for k, v in parameters.items()},
            "gradients": {k: matrix(v.grad) for k, v in parameters.items()}}


# ---- A Gaussian process: five points of three coordinates, two of which share a length scale.

def gaussian_process():
    generator = torch.Generator().manual_seed(5)
    points = torch.rand(5, 3, generator=generator)
    asked = torch.rand(4, 3, generator=generator)
    values = torch.randn(5, generator=generator)
    groups, best = [0, 1, 1], -0.7
    logs = torch.tensor([0.4, 0.9, 1.3, 0.1]).log()  # two lengths, amplitude, noise
    standard = torch.distributions.Normal(0.0, 1.0)

    def squared_distances(a, b, lengths):
        difference = (a[:, None, :] - b[None, :, :]) / lengths[groups]
        return (difference ** 2).sum(2)

    def matern(squared):
        # The derivative of the root at 0 is no number, and what it is multiplied by is 0.
        r = torch.where(squared > 0, squared, torch.full_like(squared, 1e-300)).sqrt() * 5 ** 0.5
        return (1 + r + r ** 2 / 3) * torch.exp(-r)

    kernels = {"matern": matern, "squared_exponential": lambda squared: torch.exp(-squared / 2)}
    cases = {}
    for name, kernel in kernels.items():
        theta = logs.clone().requires_grad_()
        lengths, amplitude, noise = theta[:2].exp(), theta[2].exp(), theta[3].exp()
        # 1e-8 amplitude^2 on the diagonal is weft's jitter.
        covariance = amplitude ** 2 * kernel(squared_distances(points, points, lengths)) + (
            noise ** 2 + 1e-8 * amplitude ** 2) * torch.eye(5)
        likelihood = torch.distributions.MultivariateNormal(torch.zeros(5),
                                                            covariance).log_prob(values)
        likelihood.backward()
        inverse = covariance.inverse()
        across = amplitude ** 2 * kernel(squared_distances(asked, points, lengths))
        means = across @ inverse @ values
        deviations = (amplitude ** 2 - (across @ inverse * across).sum(1)).sqrt()
        z = (best - means) / deviations
        # By erfc, as Normal.cdf loses its digits far below.
        cdf = torch.special.erfc(-z / 2 ** 0.5) / 2
        improvements = deviations * (standard.log_prob(z).exp() + z * cdf)
        cases[name] = {"log_likelihood": likelihood.item(), "gradient": theta.grad.tolist(),
                       "means": means.tolist(), "deviations": deviations.tolist(),
                       "log_improvements": improvements.log().tolist()}
    return {"points": columns(points), "values": matrix(values), "asked": columns(asked),
            "groups": groups, "lengths": logs[:2].exp().tolist(),
            "amplitude": logs[2].exp().item(), "noise": logs[3].exp().item(), "best": best,
            "kernels": cases}


# ---- A mixture of softmaxes; one column does not count.

def mixture():
    vocabulary, inputs, depth, components = 8, 5, 4, 3
    parameters = {"output.prior": normal(components, inputs, scale=0.6),
                  "output.latent.weight": normal(components * depth, inputs, scale=0.6),
                  "output.latent.bias": normal(components * depth, scale=0.6),
                  "output.weight": normal(vocabulary, depth, scale=0.9),
                  "output.bias": normal(vocabulary, scale=0.6)}
    for parameter in parameters.values():
        parameter.requires_grad_()
    hidden = normal(7, inputs).requires_grad_()
    targets = torch.tensor([1, 7, 4, -1, 6, 0, 1])
    latent = torch.tanh(F.linear(hidden, parameters["output.latent.weight"],
                                 parameters["output.latent.bias"]))
    logits = F.linear(latent.view(-1, components, depth), parameters["output.weight"],
                      parameters["output.bias"])
    prior = torch.softmax(F.linear(hidden, parameters["output.prior"]), 1)
    log_probabilities = (prior[:, :, None] * torch.softmax(logits, 2)).sum(1).log()
    loss = F.nll_loss(log_probabilities, targets, ignore_index=-1)
    loss.backward()
    return {"vocabulary": vocabulary, "depth": depth, "components": components,
            "hidden": columns(hidden), "targets": targets.tolist(), "loss": loss.item(),
            "log_probabilities": columns(log_probabilities), "d_hidden": columns(hidden.grad),
            "parameters": {k: matrix(v) for k, v in parameters.items()},
            "gradients": {k: matrix(v.grad) for k, v in parameters.items()}}


write("functions.json", {"activations": activations(), "softmax": softmax(), "losses": losses()})
write("recurrent.json", {"lengths": LENGTHS, "rnn": recurrent("RNN"), "gru": recurrent("GRU"),
                         "lstm": recurrent("LSTM")})
write("pooling.json", pooling())
write("training.json", training())
write("adaptive.json", adaptive())
write("gaussian_process.json", gaussian_process())
write("mixture.json", mixture())
