#!/usr/bin/env python3
"""Writes the numbers that tests/train/measures/translation_metrics_test.cc compares weft with.

    python3 make_translation_goldens.py     # beside this script; needs nothing but Python

Written from the definitions alone: BLEU (Papineni et al. 2002) with the tokenisation of NIST's
mteval-v13a.pl and its smoothing of orders without a match, as sacreBLEU has it (Post 2018); BLEU
of lower-cased words without smoothing, as multi-bleu.perl has it; chrF2 (Popović 2016) over a
corpus, orders 1 to 6, white space left out.
"""

import json
import math
import os
import random
import re
from collections import Counter
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))

HARD = [
    "", " ", ".", "...", "Hello, world!", "It's 3.14, isn't it?", "1,234.5 - 6-7", "well-known",
    "state-of-the-art (SOTA) & more", "&quot;quoted&quot; &amp; &lt;tag&gt; &amp;lt;",
    "&#39;entity&#39; &nbsp;", "<skipped>gone", "a<skipped>b", "C'est l'été… n'est-ce pas ?",
    "Où est\u00a0? Là\u202f!", "«\u00a0Bonjour\u00a0»", "„Straße“ – Größe 12,5 cm.", "A.B.C. U.S.A.",
    "5.", ".5", "5,", ",5", "5.x", "x.5", "5-", "-5", "a-5", "5-a", "5--5", "1.,2", ".,.,", "..5",
    "http://example.org/a_b?c=d#e", "100% $5 €7 [x] {y} ~z` ^w | v \\ u @home *s* +1 =2",
    "tab\tseparated\x0bwords\x1cand\x85more\u2003spaces ", "\u3000全角、日本語。", "emoji 😀, ok",
    "ends with space ", "  begins with spaces", "ÉCOLE Σίσυφος ΣΊΣΥΦΟΣ İstanbul ǅ", "e\u0301 é",
]


def tokenize_13a(text):
    text = text.rstrip().replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for entity, sign in (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")):
        text = text.replace(entity, sign)
    text = f" {text} "
    alone = "".join(re.escape(chr(c)) for c in range(0x20, 0x7F)
                    if not chr(c).isalnum() and chr(c) not in "',-.")
    text = re.sub(f"([{alone}])", r" \1 ", text)
    text = re.sub(r"([^0-9])([.,])", r"\1 \2 ", text)
    text = re.sub(r"([.,])([^0-9])", r" \1 \2", text)
    text = re.sub(r"([0-9])(-)", r"\1 \2 ", text)
    return text.split()


def grams(items, n):
    return Counter(tuple(items[i:i + n]) for i in range(len(items) - n + 1))


def bleu(hypotheses, references, smooth):
    matches, totals, ours, theirs = [0] * 4, [0] * 4, 0, 0
    for hypothesis, reference in zip(hypotheses, references):
        ours += len(hypothesis)
        theirs += len(reference)
        for n in range(1, 5):
            counted = grams(hypothesis, n)
            totals[n - 1] += sum(counted.values())
            matches[n - 1] += sum((counted & grams(reference, n)).values())
    if matches[0] == 0 or 0 in totals or (not smooth and 0 in matches):
        return 0.0
    logarithms, halves = 0.0, Fraction(1)
    for match, total in zip(matches, totals):
        if match == 0:
            halves /= 2
        logarithms += math.log(Fraction(match) / total if match else halves / total)
    return 100 * math.exp(min(0.0, 1 - theirs / ours) + logarithms / 4)


def chrf(hypotheses, references):
    precisions, recalls = [], []
    for n in range(1, 7):
        match = ours = theirs = 0
        for hypothesis, reference in zip(hypotheses, references):
            a = grams("".join(hypothesis.split()), n)
            b = grams("".join(reference.split()), n)
            match += sum((a & b).values())
            ours += sum(a.values()) if b else 0
            theirs += sum(b.values())
        if ours and theirs:
            precisions.append(match / ours)
            recalls.append(match / theirs)
    if not any(precisions) and not any(recalls):
        return 0.0
    p, r = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    return 100 * 5 * p * r / (4 * p + r)


def measures(name, pairs):
    hypotheses, references = [h for h, _ in pairs], [r for _, r in pairs]
    return {"name": name, "hypotheses": hypotheses, "references": references,
            "bleu": bleu([tokenize_13a(h) for h in hypotheses],
                         [tokenize_13a(r) for r in references], True),
            "bleu_lowercase_tokenized": bleu([h.lower().split() for h in hypotheses],
                                             [r.lower().split() for r in references], False),
            "chrf": chrf(hypotheses, references)}


def spoiled(text, chance, strength):
    """Words left out, doubled, exchanged with a neighbour or changed in case."""
    words = text.split(" ")
    for _ in range(strength):
        i = chance.randrange(len(words))
        what = chance.randrange(5)
        if what == 0 and len(words) > 1:
            del words[i]
        elif what == 1:
            words.insert(i, words[i])
        elif what == 2:
            words[i - 1], words[i] = words[i], words[i - 1]
        elif what == 3:
            words[i] = words[i].swapcase()
        else:
            words[i] = chance.choice(["the", "l'eau,", "12.5", "x-y", "…"])
    return " ".join(words)


def sentence(chance):
    words = ["the", "a", "man", "dog", "l'homme", "noir,", "3.5", "1,000", "well-known", "(red)",
             "says:", "“no”", "über", "Straße.", "at", "home", "&amp;", "is", "in", "it's"]
    return " ".join(chance.choice(words) for _ in range(chance.randrange(1, 25))) + "."


def main():
    chance = random.Random(4)
    corpora = []
    for strength in (0, 1, 3, 8):
        references = [sentence(chance) for _ in range(30)]
        corpora.append(measures(f"spoiled {strength} times",
                                [(spoiled(r, chance, strength), r) for r in references]))
    corpora.append(measures("hard texts with themselves", [(t, t) for t in HARD]))
    corpora.append(measures("hard texts with others", list(zip(HARD, HARD[1:] + HARD[:1]))))
    corpora.append(measures("no common word", [("a b c d e", "v w x y z")]))
    corpora.append(measures("no common pair", [("a b c d e", "a x b y c")]))
    corpora.append(measures("too short for four", [("a b c", "a b c")]))
    corpora.append(measures("empty hypothesis", [("", "a b c d e")]))
    corpora.append(measures("empty reference", [("a b c d e", ""), ("a b c d", "a b c d")]))
    content = {"tokens": [{"text": t, "tokens": " ".join(tokenize_13a(t))} for t in HARD],
               "corpora": corpora}
    with open(os.path.join(HERE, "translation_metrics.json"), "w") as file:
        json.dump(content, file, separators=(",", ":"))
        file.write("\n")


main()
