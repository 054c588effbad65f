import { runsNatively } from '../backend';
import type { Float64Math } from './float64-math';
import { NativeFloat64Math } from './native-math';
import { PlainFloat64Math } from './plain-math';

export type { Float64Loop, Float64Math, Float64Step, Float64Tensor, Operand } from './float64-math';

/** Float64 arithmetic on the native library where it runs, in plain TypeScript elsewhere; or the one that is named. */
export function float64Math(name = runsNatively() ? 'native' : 'plain'): Float64Math {
  switch (name) {
    case 'native':
      return new NativeFloat64Math();
    case 'plain':
      return new PlainFloat64Math();
    default:
      throw new RangeError(`float64Math('${name}'): it must be 'native' or 'plain'`);
  }
}
