// `npm run build`: compiles what the npm package holds to dist/; `npm pack` then makes the tarball.
import { runCommand } from './bootstrap/entry.mjs';
import { npmPackages } from './bootstrap/npm-packages.mjs';
import { ensure } from './bootstrap/part.mjs';
import { buildPackage } from './package/build-package.mjs';

await runCommand(async (context) => {
  await ensure(npmPackages, context);
  await buildPackage(context);
  context.say('dist/: the package is built; `npm pack` makes the tarball');
  return 0;
});
