// `npm run docs`: writes the API reference, from the docstrings of what the package exports, to .docs/.
import { runCommand } from './bootstrap/entry.mjs';
import { npmPackages } from './bootstrap/npm-packages.mjs';
import { ensure } from './bootstrap/part.mjs';
import { buildDocs } from './docs/build-docs.mjs';

await runCommand(async (context) => {
  await ensure(npmPackages, context);
  context.say('The API reference: reading the docstrings');
  await buildDocs(context);
  context.say('.docs/index.html: the API reference is written');
  return 0;
});
