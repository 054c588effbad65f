// Loads tfjs-node's binding, the first argument, and multiplies two matrices with it; prints TensorFlow's version.
const binding = require(require('node:path').resolve(process.argv[2]));

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
console.log(binding.TF_Version);
