// Loads tfjs-node's binding, the first argument, multiplies two matrices with it, and loads a graph with a configuration
// of its own (sessions.h); prints TensorFlow's version.
const { mkdirSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');

const binding = require(resolve(process.argv[2]));

const { TF_FLOAT, TF_ATTR_TYPE, TF_ATTR_BOOL } = binding;
const a = binding.createTensor([2, 2], TF_FLOAT, new Float32Array([1, 2, 3, 4]));
const b = binding.createTensor([2, 2], TF_FLOAT, new Float32Array([5, 6, 7, 8]));
const attributes = [
  { name: 'transpose_a', type: TF_ATTR_BOOL, value: false },
  { name: 'transpose_b', type: TF_ATTR_BOOL, value: false },
  { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
];
const [product] = binding.executeOp('MatMul', attributes, [a, b], 1);
const values = Array.from(binding.tensorDataSync(product.id));
if (values.join() !== '19,22,43,50') throw new Error(`a matrix product is [${values}] instead of [19,22,43,50]`);

/** Loads a graph without nodes, tagged `serve`. @param {number[]} config a serialized ConfigProto */
function loadGraph(config) {
  const folder = mkdtempSync(join(tmpdir(), 'graph-'));
  try {
    for (const name of ['variables', 'assets.extra']) mkdirSync(join(folder, name));
    const model = [0x08, 1, 0x12, 11, 0x0a, 7, 0x22, 5, ...Buffer.from('serve'), 0x12, 0];
    writeFileSync(join(folder, 'saved_model.pb'), Buffer.from(model));
    writeFileSync(join(folder, 'assets.extra', 'session_config.pb'), Buffer.from(config));
    binding.deleteSavedModel(binding.loadSavedModel(folder, 'serve'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const oneThread = [0x10, 1]; // intra_op_parallelism_threads
const damaged = [0x10];
loadGraph(oneThread);
let refused = false;
try {
  loadGraph(damaged);
} catch (error) {
  refused = String(error).includes('session_config.pb was refused');
}
if (!refused) throw new Error('it was compiled without sessions.h');
console.log(binding.TF_Version);
