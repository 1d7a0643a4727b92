"""The rows: what is measured, beside whom, and what is asked of weft."""

import os
from dataclasses import dataclass, field

from programs import Benchmark, Command, OnnxRuntime, Program, PyTorch, run

BOW = ("--arch bow --ngrams 2 --tokenizer words --min-count 1 --no-fold-case --dropout 0 "
       "--no-checkpoint-epochs")
SMALL = "--max-updates 20 --no-checkpoint-epochs"  # its speed does not depend on what it has learnt
TRAIN_BOW = ("{weft} train classifier --train {work}/opinions.txt --model {work}/NAME.weft "
             "--embedding 100 --epochs 5 " + BOW)
# As fastText begins and trains: even numbers up to 1 / dimensions, plain gradient descent.
LIKE_FASTTEXT = (" --init uniform --init-scale 0.01 --optimizer sgd --learning-rate 3 "
                 "--schedule cosine --clip 0")
TRAIN_FASTTEXT = ("fasttext supervised -input {work}/opinions.txt -output {work}/NAME -dim 100 "
                  "-epoch 5 -wordNgrams 2 -bucket 262144 -minCount 1 -lr 0.1 -verbose 0")
OPINIONS, LINES, FEW_LINES = 60000, 100000, 10000
EPOCHS = 5


class Files:
    """Corpora and models that whole commands read, made afresh once a run."""

    RECIPES = {
        "opinions.tsv": f"{{weft}} corpora sample opinions --count {OPINIONS} --held-out 5000",
        "valid.tsv": "{weft} corpora sample opinions --part valid --count 5000 --held-out 5000",
        "emails.txt": "{weft} corpora sample emails --count 2000",
        "bow.weft": TRAIN_BOW.replace("NAME", "bow"),
        "fasttext.bin": TRAIN_FASTTEXT.replace("NAME", "fasttext"),
        "lstm.weft": "{weft} train classifier --train {work}/opinions.tsv --model {work}/lstm.weft "
                     "--arch lstm --bidirectional --hidden 128 " + SMALL,
        # Two of 50 MB.
        "start.weft": "{weft} train classifier --train {work}/opinions.txt "
                      "--model {work}/start.weft --embedding 45 --max-updates 20 " + BOW,
        "complete.weft": "{weft} train lm --train {work}/emails.txt --model {work}/complete.weft "
                         "--tokenizer words --layers 1 --hidden 1150 --batch-size 2 --bptt 2 "
                         + SMALL,
    }
    made = set()

    def __init__(self, *names):
        self.names = names

    def prepare(self, build):
        self.weft = os.path.abspath(os.path.join(build, "weft"))
        self.work = os.path.join(build, "compare")
        for name in self.names:
            if name not in Files.made:
                self.make(name)
                Files.made.add(name)

    def make(self, name):
        path = os.path.join(self.work, name)
        if name in self.RECIPES:
            words = [word.format(weft=self.weft, work=self.work)
                     for word in self.RECIPES[name].split()]
            out, _, _ = run(words)
            if out and not os.path.splitext(name)[1] == ".weft":
                self.write(path, out.splitlines())
        elif name.startswith("lines-"):
            texts = [line.split("\t", 1)[1] for line in self.lines("opinions.tsv")]
            count = int(name.split("-")[1].split(".")[0])
            self.write(path, (texts * (count // len(texts) + 1))[:count])
        else:  # fastText's format
            labelled = (line.split("\t", 1) for line in self.lines(name.replace(".txt", ".tsv")))
            self.write(path, [f"__label__{label} {text}" for label, text in labelled])

    def lines(self, name):
        with open(os.path.join(self.work, name), encoding="utf-8") as file:
            return file.read().splitlines()

    def write(self, path, lines):
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)


@dataclass
class Row:
    name: str
    title: str
    target: str
    figure: str                    # what is compared
    programs: list[Program] = field(default_factory=list)
    peak: str = ""                 # the probe's figure it is given as a share of
    work: str = "GFLOP/s"          # and the figure that is a share of it
    lower_is_better: bool = False


def training(name, title, target, case, *options):
    return Row(name, title, target, "tokens/s",
               [Benchmark(case), PyTorch(name, *options)], "f32")


def lstm_layer(case, sizes):
    return Row(case.replace("_", "-"), f"LSTM layer alone, f32, forward and backward, {sizes}",
               "no slower than oneDNN's primitive", "tokens/s",
               [Benchmark(f"lstm_layer/{case}"),
                Benchmark(f"onednn_lstm/{case}", "oneDNN's LSTM")], "f32")


def encoding(kind, title, target, *peers):
    return Row(f"tokenize-{kind}", f"encoding e-mails as {title}", target, "MB/s",
               [Benchmark(f"tokenize/{kind}"), *peers])


def bow(name, title, weft, fasttext, lines, count, files, **options):
    fasttext_options = dict(options)
    check = fasttext_options.pop("fasttext_check", None)
    weft_check = fasttext_options.pop("weft_check", None)
    return Row(name, title, "no slower than fastText a thread, same accuracy", "lines/s", [
        Command("weft", weft + " --threads {threads}", Files(*files, "bow.weft"), lines, count,
                check=weft_check, pattern=r'"accuracy": ?([\d.]+)'),
        Command("fastText", fasttext, Files(*files, "fasttext.bin"), None, count,
                check=check, pattern=r"P@1\s+([\d.]+)", **fasttext_options)])


OPINION_FILES = ("opinions.tsv", "opinions.txt", "valid.tsv", "valid.txt")
LINES_FILE, FEW_LINES_FILE = f"lines-{LINES}.txt", f"lines-{FEW_LINES}.txt"

ROWS = [
    training("lm-650", "training step, LSTM language model 2×650, V 10,000, batch 20, 35 steps",
             "85 % of the f32 peak, 3× PyTorch, two threads 1.85× one, "
             "half of PyTorch's memory", "language_model/lm_650"),
    Row("lm-650-bf16", "the same with --precision bf16", "1.6× our own f32", "tokens/s",
        [Benchmark("language_model/lm_650_bf16"), Benchmark("language_model/lm_650", "f32")],
        "bf16"),
    training("lm-200", "training step, LSTM language model 2×200, V 10,000, batch 20, 20 steps",
             "70 % of the f32 peak, 2.5× PyTorch", "language_model/lm_200"),
    training("lm-650-wide", "training step, LSTM language model 2×650, V 33,278, full softmax",
             "the yardstick of adaptive and sampled softmax", "language_model/lm_650_wide"),
    *(Row(f"lm-650-wide-{kind}", f"the same with {kind} softmax", "2.5× the full softmax", "tokens/s",
          [Benchmark(f"language_model/lm_650_wide_{kind}"),
           Benchmark("language_model/lm_650_wide", "full softmax")])
      for kind in ("adaptive", "sampled")),
    training("classifier", "training step, bidirectional LSTM classifier, embedding 300, hidden "
             "256, batch 32, lengths to 400 (mean 235)", "70 % of the f32 peak, 2.5× PyTorch",
             "bidirectional_classifier", "--padded"),
    training("dense", "training step, dense stack 784–1000–500–250–30–250–500–1000–784, "
             "batch 128 (a token is an example)", "85 % of the f32 peak, ahead of PyTorch",
             "dense_stack"),
    training("translator", "training step, English to French: embeddings 256, hidden 512, one "
             "bidirectional layer, input feeding, joint 8,000, 64 sentences of 12 to 20 tokens "
             "(source and target tokens)", "3× PyTorch", "translator_training"),
    *(Row(f"translator-beam{suffix}", f"beam search of 5 hypotheses, {what}, 16 tokens each",
          "10× PyTorch", "tokens/s", [Benchmark(f"translator_search/beam_5{case}"),
                                      PyTorch(f"translator-beam{suffix}")], "f32")
      for suffix, case, what in (("", "", "64 sentences at once"),
                                 ("-single", "_single", "one sentence at a time"))),
    *(Row(f"translator-beam{suffix}-8bit", f"the same with weights of eight bits, {what}",
          "2× our own f32", "tokens/s", [Benchmark(f"translator_search/beam_5{case}_8bit"),
                                         Benchmark(f"translator_search/beam_5{case}", "f32")])
      for suffix, case, what in (("", "", "64 sentences"), ("-single", "_single", "one sentence"))),
    lstm_layer("lstm_650", "T 35, B 20, H 650"),
    lstm_layer("lstm_512", "T 50, B 64, H 512"),
    lstm_layer("lstm_200", "T 20, B 20, H 200"),
    Row("next-token", "one more token, 2×650 language model, V 10,000, batch 1, f32",
        "80 % of the reading bandwidth, faster than onnxruntime", "tokens/s",
        [Benchmark("next_token/lm_650"), OnnxRuntime()], "read", "GB/s"),
    Row("next-token-8bit", "the same with weights of eight bits", "3× onnxruntime in f32",
        "tokens/s", [Benchmark("next_token/lm_650_8bit"), OnnxRuntime()], "read", "GB/s"),
    bow("bow-train", f"training an averaged-embedding classifier, {OPINIONS:,} lines, words and "
        "word pairs, 100 dimensions, 5 epochs: the whole command",
        TRAIN_BOW.replace("NAME", "bow-{threads}") + LIKE_FASTTEXT,
        TRAIN_FASTTEXT.replace("NAME", "fasttext-{threads}") + " -thread {threads}",
        None, OPINIONS * EPOCHS, OPINION_FILES,
        weft_check="{weft} test {work}/bow-{threads}.weft --data {work}/valid.tsv --json",
        fasttext_check="fasttext test {work}/fasttext-{threads}.bin {work}/valid.txt"),
    bow("bow-predict", f"the same classifier on {LINES:,} lines: the whole command",
        "{weft} classify {work}/bow.weft", "fasttext predict {work}/fasttext.bin {work}/"
        + LINES_FILE, LINES_FILE, LINES, (*OPINION_FILES, LINES_FILE), one_thread_only=True),
    Row("cold-start", f"classifying {FEW_LINES:,} lines with a bidirectional LSTM of 128 units: "
        "the whole command", "–", "lines/s",
        [Command("weft", "{weft} classify {work}/lstm.weft --threads {threads}",
                 Files("opinions.tsv", FEW_LINES_FILE, "lstm.weft"), FEW_LINES_FILE, FEW_LINES)]),
    Row("start", "one line from a model of 50 MB: the whole command", "within 50 ms", "ms",
        [Command("weft classify", "{weft} classify {work}/start.weft --threads {threads}",
                 Files("opinions.tsv", "opinions.txt", "start.weft", "lines-1.txt"),
                 "lines-1.txt"),
         Command("weft complete", "{weft} complete {work}/complete.weft --threads {threads}",
                 Files("opinions.tsv", "emails.txt", "complete.weft", "lines-1.txt"),
                 "lines-1.txt")], lower_is_better=True),
    encoding("words", "words", "40 MB/s a thread"),
    encoding("unicode", "Unicode words", "–"),
    encoding("subwords", "2,000 subwords", "the library's own speed on each thread",
             Benchmark("sentencepiece_itself", "SentencePiece")),
]
