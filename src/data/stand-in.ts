import { DownloadError } from './download';

export interface StandIn<T> {
  /** Whether it may stand in. */
  readonly allowed: boolean;
  /** What it is, in words. */
  readonly banner: string;
  /** What the user can do to have the real data. */
  readonly advice: string;
  draw(): T;
}

/**
 * What `load` gives; where no mirror has it, what stands in for it, aloud.
 *
 * @throws DownloadError, with the advice, if nothing may stand in, or a mirror delivered a wrong file; else what `load` throws.
 */
export async function orStandIn<T>(load: () => Promise<T>, { allowed, banner, advice, draw }: StandIn<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    if (!allowed || error.mirrors.some(({ deliveredWrongFile }) => deliveredWrongFile)) {
      throw new DownloadError(error.file, error.mirrors, advice, { cause: error });
    }
    console.warn(`${banner}\n${error.message}\n${advice}`);
    return draw();
  }
}
