/** How long a native call should take: the process hears nothing else meanwhile. */
const callMilliseconds = 100;

/** Chooses how many steps the next native call does, from how long the last ones took. */
export class Pace {
  #steps = 1;

  /** How many steps the next call should do. @param left steps that remain */
  next(left: number): number {
    return Math.min(this.#steps, left);
  }

  /** Says how long the last call took. */
  took(steps: number, milliseconds: number): void {
    const fitting = Math.floor((steps * callMilliseconds) / Math.max(milliseconds, 0.01));
    this.#steps = Math.max(1, Math.min(fitting, 8 * steps));
  }
}
