import * as layers from '../../layers';

/** Registers the layers of this library, which a saved model may name: whatever `layers` exports as a `…Class` makes a class and registers it. */
export function registerLayers(): void {
  for (const [name, value] of Object.entries(layers)) {
    if (name.endsWith('Class')) (value as () => unknown)();
  }
}
