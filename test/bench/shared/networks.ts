/** A layer of a network and the size of its kernel. */
export interface NetworkLayer {
  readonly isConvolution: boolean;
  /** Of the kernel as a matrix: [inputs, units] or [3·3·channels, filters]. */
  readonly shape: [rows: number, columns: number];
  /** At how many places of its input the kernel acts. */
  readonly places: number;
}

const svdForm = 'svd ';

/** Whether each kernel is U·diag(s)·Vᵀ, of full rank, and U, s and V are the weights: the name begins with 'svd'. */
export function isInSvdForm(net: string): boolean {
  return net.startsWith(svdForm);
}

/** The name of the same network with plain kernels. */
function standardForm(net: string): string {
  return isInSvdForm(net) ? net.slice(svdForm.length) : net;
}

/** Whether its input, in rows of pixels, is first made an image. */
export function takesImages(net: string): boolean {
  return standardForm(net).includes('x');
}

/**
 * The layers of a network by its name: '784-128-10' has dense ones. '28x28-16c-10' begins with a convolution of 16 filters 3 × 3 that keeps
 * the image's size, followed by a max pooling 2 × 2. Between layers stands ReLU.
 */
export function networkLayers(net: string): NetworkLayer[] {
  const [input, ...layers] = standardForm(net).split('-') as [string, ...string[]];
  const extents = input.split('x').map(Number);
  let [places, channels] = takesImages(net) ? [extents[0]! * extents[1]!, 1] : [1, extents[0]!];
  return layers.map((layer) => {
    const isConvolution = layer.endsWith('c');
    const outputs = parseInt(layer, 10);
    const made: NetworkLayer = isConvolution
      ? { isConvolution, shape: [9 * channels, outputs], places }
      : { isConvolution, shape: [places * channels, outputs], places: 1 };
    [places, channels] = [isConvolution ? places / 4 : 1, outputs];
    return made;
  });
}

/** Of a training step: two for each number of a kernel, place and example in each of the three passes. */
export function stepFlops(net: string, batch: number): number {
  const numbers = ([rows, columns]: readonly [number, number]) =>
    isInSvdForm(net) ? Math.min(rows, columns) * (rows + columns) : rows * columns;
  return 6 * batch * networkLayers(net).reduce((sum, { shape, places }) => sum + places * numbers(shape), 0);
}
