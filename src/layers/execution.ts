/**
 * How a layer multiplies with its low-rank kernel:
 * - `factorised`: with one factor after the other;
 * - `reconstructed`: with the product of the factors, formed in each call;
 * - `auto`: whichever takes fewer multiply-adds for the input at hand.
 */
export type Execution = 'auto' | 'factorised' | 'reconstructed';

const executions: readonly Execution[] = ['auto', 'factorised', 'reconstructed'];

/** @throws RangeError if there is no such execution */
export function checkExecution(name: string, execution: Execution): void {
  if (executions.includes(execution)) return;
  throw new RangeError(`${name}: execution is ${JSON.stringify(execution)}; it must be 'auto', 'factorised' or 'reconstructed'`);
}

/** Multiply-adds of a forward pass, without bias and activation. */
export interface MultiplyAdds {
  /** With a dense kernel. */
  readonly dense: number;
  /** With one factor after the other. */
  readonly factorised: number;
  /** Forming the product of the factors, and with it. */
  readonly reconstructed: number;
}

/** Whether a layer multiplies with one factor after the other. */
export function runsFactorised(execution: Execution, count: () => MultiplyAdds): boolean {
  if (execution !== 'auto') return execution === 'factorised';
  const { factorised, reconstructed } = count();
  return factorised <= reconstructed;
}
