import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { projectRoot } from '../support/project';
import { load, script, temporaryContext, temporaryFolder } from './bootstrap-support';

async function find(t: TestContext, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { findBrowser } = await load('browser');
  const { context } = await temporaryContext(t, { env, target: 'linux-x64' });
  return findBrowser(context);
}

describe('the browser', () => {
  test('is the first on the PATH that starts', async (t) => {
    const folder = temporaryFolder(t);
    script(join(folder, 'chromium'), 'echo "chromium: install the snap" >&2; exit 1');
    script(join(folder, 'chromium-browser'), 'echo "Install the snap"');
    const chrome = script(join(folder, 'google-chrome'), 'echo "Google Chrome 150.0.1.2"');
    assert.equal(await find(t, { PATH: folder }), chrome);
    assert.equal(await find(t, { PATH: temporaryFolder(t) }), undefined);
  });

  test('is the one that LOWRANK_BROWSER names, which must start', async (t) => {
    const folder = temporaryFolder(t);
    script(join(folder, 'chromium'), 'echo "Chromium 150.0.1.2"');
    const own = script(join(folder, 'own'), 'echo "Chromium 151.0.1.2"');
    assert.equal(await find(t, { PATH: folder, LOWRANK_BROWSER: own }), own);
    const missing = join(folder, 'missing');
    await assert.rejects(find(t, { PATH: folder, LOWRANK_BROWSER: missing }), {
      name: 'SetupError',
      message: `LOWRANK_BROWSER=${missing} is no browser that starts: \`--version\` cannot be started (ENOENT). ` +
        'Set it to the path of a Chromium or Chrome, or unset it.',
    });
  });

  test('is asked for in one sentence where there is none', { skip: process.platform !== 'linux' && 'elsewhere it may be in a folder of the system' }, (t) => {
    const program = join(projectRoot, 'kernel-setup', 'test-browser.mjs');
    const env = { ...process.env, PATH: temporaryFolder(t), LOWRANK_BROWSER: '' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [program], { env, encoding: 'utf8' });
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^No browser was found for the tests in JupyterLab: install Chromium .*LOWRANK_BROWSER.*\.\n$/);
  });
});
