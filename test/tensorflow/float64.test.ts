import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  float64Math,
  liveHandles,
  loadBackend,
  nativeTensorFlow,
  PythonRandom,
  scope,
  type Float64Math,
  type Float64Tensor,
} from '../../src/tensorflow';

const random = new PythonRandom(1);
const uniform = () => random.randint(-(2 ** 30), 2 ** 30) / 2 ** 30;
const values = (count: number) => Float64Array.from({ length: count }, uniform);

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-15): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    if (Object.is(a, e) || a === e) continue;
    assert.ok(Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e)), `element ${i} is ${a}, expected ${e}`);
  }
}

function product(a: Float64Array, b: Float64Array, rows: number, inner: number, columns: number): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a[i * inner + k]! * b[k * columns + j]!;
    return sum;
  });
}

function flipped(data: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: data.length }, (_, at) => data[(at % rows) * columns + Math.floor(at / rows)]!);
}

for (const name of ['native', 'plain'] as const) {
  const absent = name === 'native' && nativeTensorFlow() === undefined;
  describe(`float64 arithmetic, ${name}`, { skip: absent && 'the native library does not run here' }, () => {
    let math: Float64Math;
    let alive = 0;

    before(async () => {
      await loadBackend();
      math = float64Math(name);
      alive = liveHandles();
    });

    after(() => assert.equal(liveHandles(), alive, 'live handles after all tests'));

    const tensor = (data: ArrayLike<number>, ...shape: number[]) => math.tensor(data, shape);
    const check = (title: string, body: () => void) => test(title, () => scope(body));
    const result = (x: Float64Tensor) => ({ shape: [...x.shape], data: [...math.read(x)] });

    check('numbers come back bit for bit', () => {
      const special = [0, -0, 1 / 3, -Math.PI, 5e-324, Number.MAX_VALUE, Infinity, -Infinity, NaN, 2 ** -1074];
      const back = math.read(tensor(special, 2, 5));
      special.forEach((value, i) => assert.ok(Object.is(back[i], value)));
      assert.deepEqual(result(tensor([], 0, 3)), { shape: [0, 3], data: [] });
      assert.deepEqual(result(tensor([7])), { shape: [], data: [7] });
    });

    check('a tensor does not change with the array that it was made from', () => {
      const source = Float64Array.of(1, 2);
      const copy = tensor(source, 2);
      source[0] = 9;
      math.read(copy)[1] = 9;
      assert.deepEqual([...math.read(copy)], [1, 2]);
    });

    for (const [rows, inner, columns] of [[1, 1, 1], [3, 4, 5], [17, 33, 9], [0, 3, 2], [2, 0, 3], [64, 50, 10]] as const) {
      check(`products ${rows}×${inner}×${columns}, every way of transposing`, () => {
        const [a, b] = [values(rows * inner), values(inner * columns)];
        const expected = product(a, b, rows, inner, columns);
        for (const transposeA of [false, true]) {
          for (const transposeB of [false, true]) {
            const left = transposeA ? tensor(flipped(a, rows, inner), inner, rows) : tensor(a, rows, inner);
            const right = transposeB ? tensor(flipped(b, inner, columns), columns, inner) : tensor(b, inner, columns);
            const c = math.matMul(left, right, { transposeA, transposeB });
            assert.deepEqual([...c.shape], [rows, columns]);
            close(math.read(c), expected, 1e-14);
          }
        }
      });
    }

    check('zeros in a product do not hide an infinity or a NaN', () => {
      const c = math.matMul(tensor([0, 1], 1, 2), tensor([Infinity, NaN, 2, 3], 2, 2));
      assert.deepEqual([...math.read(c)], [NaN, NaN]);
    });

    check('arithmetic broadcasts as NumPy does', () => {
      const x = tensor([1, 2, 3, 4, 5, 6], 2, 3);
      assert.deepEqual(result(math.add(x, tensor([10, 20, 30], 3))).data, [11, 22, 33, 14, 25, 36]);
      assert.deepEqual(result(math.mul(x, tensor([2, -1], 2, 1))).data, [2, 4, 6, -4, -5, -6]);
      assert.deepEqual(result(math.sub(10, x)).data, [9, 8, 7, 6, 5, 4]);
      assert.deepEqual(result(math.div(x, 2)).data, [0.5, 1, 1.5, 2, 2.5, 3]);
      assert.deepEqual(result(math.maximum(x, 3)).data, [3, 3, 3, 4, 5, 6]);
      assert.deepEqual(result(math.add(tensor([1, 2], 2, 1), tensor([10, 20], 2))), {
        shape: [2, 2],
        data: [11, 21, 12, 22],
      });
      assert.deepEqual(result(math.mul(tensor(values(6), 2, 1, 3), tensor(values(4), 2, 2, 1))).shape, [2, 2, 3]);
    });

    check('elementwise functions', () => {
      const data = values(101);
      const positive = data.map((value) => Math.abs(value) + 1e-3);
      close(math.read(math.exp(tensor(data, 101))), data.map(Math.exp));
      close(math.read(math.log(tensor(positive, 101))), positive.map(Math.log));
      close(math.read(math.sqrt(tensor(positive, 101))), positive.map(Math.sqrt), 0);
      close(math.read(math.square(tensor(data, 101))), data.map((value) => value * value), 0);
      close(math.read(math.neg(tensor(data, 101))), data.map((value) => -value), 0);
      close(math.read(math.relu(tensor(data, 101))), data.map((value) => Math.max(value, 0)), 0);
    });

    check('the gradient of relu passes where the feature is positive', () => {
      const gradient = math.reluGradient(tensor([1, 2, 3, 4], 4), tensor([-1, 0, 0.5, 5], 4));
      assert.deepEqual([...math.read(gradient)], [0, 0, 3, 4]);
    });

    check('a bias is added to each row', () => {
      assert.deepEqual(result(math.biasAdd(tensor([1, 2, 3, 4], 2, 2), tensor([10, 20], 2))).data, [11, 22, 13, 24]);
    });

    check('softmax cross-entropy: −log softmax at the label, and its gradient by central differences', () => {
      const [rows, classes] = [5, 4];
      const logits = values(rows * classes).map((value) => 3 * value);
      const labels = Float64Array.from({ length: rows * classes }, (_, i) => (i % classes === 2 ? 1 : 0));
      const at = (z: Float64Array) => math.softmaxCrossEntropy(tensor(z, rows, classes), tensor(labels, rows, classes));
      const { loss, gradient } = at(logits);
      const expected = Array.from({ length: rows }, (_, i) => {
        const row = [...logits.subarray(i * classes, (i + 1) * classes)];
        return Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0)) - row[2]!;
      });
      close(math.read(loss), expected, 1e-14);
      const h = 1e-5;
      const sumAt = (i: number, step: number) =>
        math.read(math.sum(at(logits.map((z, k) => (k === i ? z + step : z))).loss))[0]!;
      close(math.read(gradient), logits.map((_, i) => (sumAt(i, h) - sumAt(i, -h)) / (2 * h)), 1e-9);
    });

    check('softmax cross-entropy of huge logits is finite', () => {
      const { loss } = math.softmaxCrossEntropy(tensor([1e300, 0, -1e300, 1000], 2, 2), tensor([1, 0, 0, 1], 2, 2));
      assert.deepEqual([...math.read(loss)], [0, 0]);
    });

    check('reductions along each axis and over all', () => {
      const x = tensor([1, 5, 3, 4, 2, 6], 2, 3);
      assert.deepEqual(result(math.sum(x, 0)), { shape: [3], data: [5, 7, 9] });
      assert.deepEqual(result(math.sum(x, -1)), { shape: [2], data: [9, 12] });
      assert.deepEqual(result(math.sum(x)), { shape: [], data: [21] });
      assert.deepEqual(result(math.mean(x, 1)), { shape: [2], data: [3, 4] });
      assert.deepEqual(result(math.mean(x)).data, [3.5]);
      assert.deepEqual(result(math.max(x, 0)), { shape: [3], data: [4, 5, 6] });
      assert.deepEqual(result(math.max(x)).data, [6]);
      assert.deepEqual([...math.argMax(x, 1)], [1, 2]);
      assert.deepEqual([...math.argMax(x, 0)], [1, 0, 1]);
      assert.deepEqual([...math.argMax(tensor([2, 7, 7], 3), 0)], [1]);
      assert.deepEqual(result(math.sum(tensor([], 0, 3), 0)).data, [0, 0, 0]);
    });

    check('reshape, transpose, gather, slice, concat', () => {
      const x = tensor([1, 2, 3, 4, 5, 6], 2, 3);
      assert.deepEqual(result(math.reshape(x, [3, 2])), { shape: [3, 2], data: [1, 2, 3, 4, 5, 6] });
      assert.deepEqual(result(math.transpose(x)), { shape: [3, 2], data: [1, 4, 2, 5, 3, 6] });
      assert.deepEqual(result(math.gather(x, Int32Array.of(1, 0, 1))).data, [4, 5, 6, 1, 2, 3, 4, 5, 6]);
      assert.deepEqual(result(math.gather(x, Int32Array.of(2, 0), 1)), { shape: [2, 2], data: [3, 1, 6, 4] });
      assert.deepEqual(result(math.slice(x, [0, 1], [2, 2])), { shape: [2, 2], data: [2, 3, 5, 6] });
      assert.deepEqual(result(math.concat([x, math.transpose(math.reshape(x, [3, 2]))], 0)).data, [
        1, 2, 3, 4, 5, 6, 1, 3, 5, 2, 4, 6,
      ]);
      assert.deepEqual(result(math.concat([tensor([1, 2], 2, 1), tensor([3, 4, 5, 6], 2, 2)], 1)), {
        shape: [2, 3],
        data: [1, 3, 4, 2, 5, 6],
      });
    });

    check('a scattered sum undoes a gather, and adds up what meets', () => {
      const parts = [
        { indices: Int32Array.of(2, 0), values: tensor([1, 2, 3, 4], 2, 2) },
        { indices: Int32Array.of(2), values: tensor([10, 20], 1, 2) },
      ];
      assert.deepEqual(result(math.scatterSum(4, parts)), { shape: [4, 2], data: [3, 4, 0, 0, 11, 22, 0, 0] });
    });

    check('a compiled loop repeats what its body does, each step with its numbers', () => {
      const [start, outside] = [tensor([1, 2, 3, 4], 2, 2), tensor([10, 20], 2)];
      const body = ([x]: readonly Float64Tensor[], rate: Float64Tensor) => {
        const next = math.biasAdd(math.mul(x!, rate), outside);
        return { state: [next], results: [math.sum(x!), math.sum(next, 0)] };
      };
      const numbers = [[0.1], [-1], [1 / 3]];
      const loop = math.compileLoop([tensor([0, 0, 0, 0], 2, 2)], 1, (state, rate) => body(state, rate!));
      const { state, results } = loop.run([start], numbers);
      let x = start;
      const expected: number[][] = [[], []];
      for (const [rate] of numbers) {
        const step = body([x], tensor([rate!]));
        step.results.forEach((value, i) => expected[i]!.push(...math.read(value)));
        x = step.state[0]!;
      }
      assert.deepEqual(math.read(state[0]!), math.read(x));
      assert.deepEqual(results.map((values) => [...values]), expected);
      loop.dispose();
    });

    check('a compiled loop goes on from the state that it gave, and may do without numbers', () => {
      const loop = math.compileLoop([tensor([0], 1)], 0, ([x]) => ({ state: [math.add(math.mul(x!, 2), 1)], results: [x!] }));
      const first = loop.run([tensor([1], 1)], [[], []]);
      const second = loop.run(first.state, [[], [], []]);
      assert.deepEqual([...first.results[0]!, ...second.results[0]!], [1, 3, 7, 15, 31]);
      assert.deepEqual([...math.read(second.state[0]!)], [63]);
      loop.dispose();
    });

    check('normal draws are the same on every call', () => {
      const draw = () => math.read(math.standardNormal([7, 9], { seed: 3, seed2: 2 ** 40 + 1 }));
      assert.deepEqual(draw(), draw());
    });

    check('what does not fit is refused, with the operation and the shapes', () => {
      const [a, b] = [tensor(values(6), 2, 3), tensor(values(4), 2, 2)];
      assert.throws(() => tensor([1, 2, 3], 2, 2), /tensor: 3 values do not fill the shape \[2,2\], which has 4/);
      assert.throws(() => math.matMul(a, b), /matMul: \[2,3\] and \[2,2\] cannot be multiplied/);
      assert.throws(() => math.add(a, b), /add: shapes \[2,3\] and \[2,2\] do not broadcast/);
      assert.throws(() => math.biasAdd(a, tensor([1, 2], 2)), /biasAdd: a bias of shape \[2\] does not fit/);
      assert.throws(() => math.reluGradient(a, b), /reluGradient: shapes \[2,3\] and \[2,2\] differ/);
      assert.throws(() => math.softmaxCrossEntropy(a, b), /softmaxCrossEntropy: shapes/);
      assert.throws(() => math.sum(a, 2), /sum: axis is 2; the shape \[2,3\] allows -2 to 1/);
      assert.throws(() => math.max(tensor([], 0)), /max: nothing to reduce in the shape \[0\]/);
      assert.throws(() => math.gather(a, Int32Array.of(2)), /gather: index 2 is outside 0 to 1/);
      assert.throws(() => math.slice(a, [1, 0], [2, 3]), /slice: begin \[1,0\] and size \[2,3\] do not lie in/);
      assert.throws(() => math.concat([a, b], 0), /concat: shapes \[2,3\] and \[2,2\] do not join along axis 0/);
      assert.throws(() => math.concat([], 0), /concat: there must be at least one tensor/);
      assert.throws(() => math.reshape(a, [4]), /reshape: 6 values do not fill/);
      assert.throws(() => math.scatterSum(2, [{ indices: Int32Array.of(0), values: a }]), /scatterSum: 1 indices/);
    });

    test('a disposed tensor is refused by name', () => {
      const x = tensor([1, 2], 2);
      x.dispose();
      assert.throws(() => math.read(x), /a disposed float64 tensor of shape \[2\] was used/);
    });
  });
}

test('native and plain tensors do not mix', { skip: nativeTensorFlow() === undefined && 'native only' }, () => {
  scope(() => {
    const [native, plain] = [float64Math('native'), float64Math('plain')];
    assert.throws(() => native.neg(plain.tensor([1], [1])), /do not mix/);
    assert.throws(() => plain.neg(native.tensor([1], [1])), /do not mix/);
  });
});

test('float64Math refuses a name that it does not know', () => {
  assert.throws(() => float64Math('gpu'), /float64Math\('gpu'\)/);
});
