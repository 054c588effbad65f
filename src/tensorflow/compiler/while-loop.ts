import { scope } from '../handles';
import { type } from '../native/attributes';
import { NativeTensor } from '../native/native-tensor';
import { runOp } from '../native/run-op';
import { activeRecorder } from './recorder';

/**
 * Repeats `body` on a state while the state's first tensor, a boolean scalar, is true, also inside a step that is compiled:
 * there the loop becomes part of the graph. Shapes and types stay the same from one repetition to the next.
 *
 * The body must compute with tensors alone. It is run once where a step is recorded, whatever the state says.
 *
 * @returns The last state, as new tensors.
 */
export function whileLoop(
  start: readonly NativeTensor[],
  body: (state: readonly NativeTensor[]) => readonly NativeTensor[],
): NativeTensor[] {
  const recorder = activeRecorder();
  return recorder?.isListening ? recordedLoop(start, body) : executedLoop(start, body);
}

function recordedLoop(...[start, body]: Parameters<typeof whileLoop>): NativeTensor[] {
  return scope(() => {
    const ids = (state: readonly NativeTensor[]) => state.map(({ id }) => id);
    const last = activeRecorder()!.loop(ids(start), (state) => ids(body(state.map((tensor) => new NativeTensor(tensor)))));
    return last.map((tensor) => new NativeTensor(tensor));
  });
}

function executedLoop(...[start, body]: Parameters<typeof whileLoop>): NativeTensor[] {
  const copies = (state: readonly NativeTensor[]) =>
    state.map((tensor) => runOp('Identity', { inputs: [tensor], attributes: { T: type(tensor.dtype) } }));
  let state = scope(() => copies(start));
  while (state[0]!.read()[0]) {
    const next = scope(() => copies(body(state)));
    state.forEach((tensor) => tensor.dispose());
    state = next;
  }
  return state;
}
