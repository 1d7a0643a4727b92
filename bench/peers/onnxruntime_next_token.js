// The next token of a language model in onnxruntime, batch 1: prints a JSON line.
// node onnxruntime_next_token.js FOLDER-WITH-node_modules MODEL.onnx THREADS SECONDS
const path = require("path");
const { createRequire } = require("module");
const [folder, model, threads, seconds] = process.argv.slice(2);
const requireThere = createRequire(path.resolve(folder, "package.json"));
const ort = requireThere("onnxruntime-node");

async function main() {
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: Number(threads), interOpNumThreads: 1,
    executionMode: "sequential", graphOptimizationLevel: "all",
  });
  const zeros = () => new ort.Tensor("float32", new Float32Array(2 * 650), [2, 1, 650]);
  let hidden = zeros(), cell = zeros(), word = 4;
  async function step() {
    const token = new ort.Tensor("int64", BigInt64Array.of(BigInt(word)), [1, 1]);
    const result = await session.run({ token, hidden, cell });
    [hidden, cell] = [result.next_hidden, result.next_cell];
    word = 4 + (word + 1) % 9996;
  }
  for (let n = 0; n < 10; ++n) await step();
  const start = performance.now();
  let steps = 0;
  while (steps === 0 || performance.now() - start < 1000 * seconds) {
    await step();
    ++steps;
  }
  const speed = steps / ((performance.now() - start) / 1000);
  const { version } = requireThere("onnxruntime-node/package.json");
  console.log(JSON.stringify({ "tokens/s": speed, version }));
}

main();
