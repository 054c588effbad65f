/** `npm run demo`: makes the models and the page, once, and serves them. The bootstrap tells where the page's parts lie. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeModels } from './make-models';
import { copyPage } from './page-files';
import { serve } from './serve';
import { fullSettings, quickSettings } from './settings';

const usualPort = 8123;

interface Arguments {
  readonly sources: string;
  readonly scripts: string;
  readonly folder: string;
  readonly quick: boolean;
  /** `undefined` unless told. */
  readonly port: number | undefined;
}

async function main(): Promise<void> {
  const { sources, scripts, folder, quick, port } = readArguments();
  const { models } = await makeModels(quick ? quickSettings : fullSettings, folder);
  await copyPage(sources, scripts, folder);
  for (const { title, parameters, accuracy } of models) {
    console.log(`${title}: ${parameters.toLocaleString('en-US')} parameters, ${(100 * accuracy).toFixed(2)} % of the test images right`);
  }
  const { url } = await serve(folder, port ?? usualPort).catch((error: NodeJS.ErrnoException) => {
    if (port !== undefined) throw new UsageError(`--port is ${port}, which cannot be used: ${error.message}; choose another, or leave it out`);
    return serve(folder, 0);
  });
  console.log(`\n${url}  (Ctrl-C ends it)`);
}

class UsageError extends Error {}

/** @throws UsageError if an option is not allowed */
function readArguments(): Arguments {
  const { values } = parse();
  const { quick = false, port } = values;
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) < 65_536)) {
    throw new UsageError(`--port is '${port}'; it must be a number from 0, for any free one, to 65535`);
  }
  const root = process.cwd();
  return {
    sources: join(root, 'kernel-setup', 'demo', 'page'),
    scripts: join(root, '.build', 'demo-page'),
    folder: resolve(values['output-dir'] ?? join(root, '.demo', quick ? 'quick' : 'full')),
    quick,
    port: port === undefined ? undefined : Number(port),
  };
}

function parse() {
  try {
    return parseArgs({ options: { quick: { type: 'boolean' }, port: { type: 'string' }, 'output-dir': { type: 'string' } } });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nusage: npm run demo -- [--quick] [--port N] [--output-dir FOLDER]`);
  }
}

main().catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
});
