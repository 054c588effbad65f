/** A checkpoint that cannot be used; the message says why and what to do. The file is left as it is. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';

  constructor(
    /** The checkpoint's path. */
    readonly path: string,
    /** Not a whole checkpoint; one of another training; or one that cannot be read or written. */
    readonly reason: 'corrupt' | 'mismatch' | 'inaccessible',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
