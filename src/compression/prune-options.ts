/** How many singular values stay; exactly one of these is given. */
export interface PruneChoice {
  /** The share of Σ s² that each layer keeps at the least, in (0, 1]. */
  readonly energy?: number;
  /** How many each layer keeps at the most; an integer above 0. */
  readonly keep?: number;
}

/** @throws TypeError if an option is none of those allowed, or not exactly one of the choices is given; RangeError if one is out of range */
export function checkPruneChoice(name: string, options: object, choices: readonly string[], others: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${name}: options is ${String(options)}; it must be an object with one of ${choices.join(', ')}`);
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined) as [string, number][];
  const unknown = given.find(([option]) => ![...choices, ...others].includes(option));
  if (unknown !== undefined) {
    throw new TypeError(`${name}: there is no option ${unknown[0]}; the options are ${[...choices, ...others].join(', ')}`);
  }
  const chosen = given.filter(([option]) => choices.includes(option));
  if (chosen.length !== 1) {
    const found = chosen.length === 0 ? 'no option tells how much stays' : `${chosen.map(([option]) => option).join(' and ')} exclude each other`;
    throw new TypeError(`${name}: ${found}; give exactly one of ${choices.join(', ')}`);
  }
  const [option, value] = chosen[0]!;
  if (option === 'energy' && !(value > 0 && value <= 1)) {
    throw new RangeError(`${name}: energy is ${String(value)}; it must be above 0 and at most 1`);
  }
  if (option !== 'energy') checkCount(name, option, value, 1);
}

/** @throws RangeError if it is no integer from `least` on */
export function checkCount(name: string, option: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(`${name}: ${option} is ${String(value)}; it must be an integer from ${least} on`);
}
