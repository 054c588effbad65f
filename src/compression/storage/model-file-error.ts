/** A saved model that cannot be read, or not be written; the message names the file and says what to do. No file has been changed. */
export class ModelFileError extends Error {
  override readonly name = 'ModelFileError';

  constructor(
    message: string,
    /** The file's path, or the folder's. */
    readonly file: string,
    /**
     * `corrupt`: truncated, damaged or no model. `unknown class`: it has a layer, or another part, that is not registered.
     * `mismatch`: its weights are not those of its layers. `inaccessible`: it cannot be read or written.
     */
    readonly kind: 'missing' | 'corrupt' | 'unknown class' | 'mismatch' | 'inaccessible',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
