/** A step that cannot be compiled; the message names the operation and the line. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
}

/** Where the running code was called from: the first place outside TensorFlow.js and this folder. */
export function callSite(stack: string | undefined): string {
  const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const own = frames.find((line) => !foreign.test(line));
  const place = own?.match(/\(?((?:file:\/\/)?[^()\s]+:\d+:\d+)\)?$/)?.[1];
  return place === undefined ? '' : ` at ${place}`;
}

/** TensorFlow.js, also by its own sources' names, to which source maps lead; this project's part of it; Node itself. */
const foreign = /node_modules[\\/]@tensorflow|[\\/]tfjs(-[a-z]+)*[\\/](src|dist)[\\/]|[\\/]src[\\/]tensorflow[\\/]|\(?node:|<anonymous>\)?$/;
