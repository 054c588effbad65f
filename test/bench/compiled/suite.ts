import type { Suite } from '../benchmark';
import { FieldSuite } from '../shared/field-suite';
import { InputFolder } from '../shared/inputs';
import { stepFlops } from '../shared/networks';
import { contestants, type Definition } from './contestants';
import { StepField } from './step-field';

const nets = ['784-100-50-10', '784-128-64-10', '784-1024-1024-1024-1024-1024-10', '784-128-10'];
const batchSizes = [1, 8, 32, 128, 512, 5000];

/** Training steps of dense networks, ours compiled, beside all others: one suite for each network. */
export function compiledSuites({ peers }: { readonly peers?: readonly string[] } = {}): Suite[] {
  const unknown = peers?.find((peer) => !contestants.some(({ name }) => name === peer));
  if (unknown !== undefined) {
    throw new RangeError(`no peer is called '${unknown}'; there are: ${contestants.map(({ name }) => name).join(', ')}`);
  }
  const field = contestants.filter(({ name }, i) => i === 0 || peers === undefined || peers.includes(name));
  return nets.map((net) => netSuite(net, field));
}

function netSuite(net: string, definitions: readonly Definition[]): Suite {
  const make = async () => new StepField('compiled: dense layers, ReLU', definitions, await InputFolder.write(net));
  return new FieldSuite(
    make,
    batchSizes.map((batch) => ({
      name: `compiled ${net} batch ${batch}`,
      unit: 'ms/step',
      rounds: stepFlops(net, batch) > 5e10 ? 3 : 5,
      warmUps: 0,
      contest: (field) => field.contest(net, batch),
    })),
  );
}
