import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/project';

test('pictures are drawn by the same plotly.js that JupyterLab uses', (context) => {
  const bundle = pythonPlotly();
  if (bundle === undefined) {
    const reason = "the project's Python environment (.venv) has no plotly to compare with";
    context.skip(reason);
    return;
  }
  const [, inPython] = /plotly\.js v(\d+\.\d+\.\d+)/.exec(readFileSync(bundle, 'utf8').slice(0, 1000)) ?? [];
  const { version } = require('plotly.js-dist/package.json') as { version: string };
  assert.equal(version, inPython);
});

function pythonPlotly(): string | undefined {
  const lib = join(projectRoot, '.venv', 'lib');
  const versions = existsSync(lib) ? readdirSync(lib) : [];
  return versions.map((python) => join(lib, python, 'site-packages/plotly/package_data/plotly.min.js')).find(existsSync);
}
