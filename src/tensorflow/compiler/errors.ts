/** A step that cannot be compiled; the message names the operation and the line. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
}

/** Where the running code was called from: the first place outside TensorFlow.js and this folder. */
export function callSite(stack: string | undefined): string {
  const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const own = frames.find((line) => !/node_modules[\\/]@tensorflow|[\\/]src[\\/]tensorflow[\\/]|\(?node:|<anonymous>\)?$/.test(line));
  const place = own?.match(/\(?((?:file:\/\/)?[^()\s]+:\d+:\d+)\)?$/)?.[1];
  return place === undefined ? '' : ` at ${place}`;
}
