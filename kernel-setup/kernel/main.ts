/**
 * The kernel that Jupyter starts in the notebook's folder: `node main.js --config-path CONNECTION_FILE [--history FOLDER]`.
 *
 * tslab turns cells into JavaScript; around it are sockets in a thread of their own, a loader for the project's
 * TypeScript modules, and errors that speak of the source.
 */
import './environment';
import { parseArgs } from 'node:util';
import { cellHostKey } from '../../src/cell-host';
import { readConnection } from '../jupyter/connection';
import { Sockets } from './sockets';

const { values } = parseArgs({ options: { 'config-path': { type: 'string' }, history: { type: 'string' } } });
if (!values['config-path']) {
  console.error('usage: main.js --config-path CONNECTION_FILE (Jupyter gives it)');
  process.exit(2);
}
// The sockets come first: the compiler takes a second to load, and Jupyter waits for a first answer.
const sockets = new Sockets(readConnection(values['config-path']));
setImmediate(startKernel);

function startKernel(): void {
  const { CellExecutor } = require('./cell-executor') as typeof import('./cell-executor');
  const { CurrentCell } = require('./current-cell') as typeof import('./current-cell');
  const { History } = require('./history') as typeof import('./history');
  const { InputRequests } = require('./input-requests') as typeof import('./input-requests');
  const { Kernel } = require('./kernel') as typeof import('./kernel');
  const { captureOutput } = require('./output-capture') as typeof import('./output-capture');
  const { ScriptPositions } = require('./script-positions') as typeof import('./script-positions');
  const { StackTraces } = require('./stack-traces') as typeof import('./stack-traces');
  const jupyter = require('tslab/dist/jupyter') as { lastWriteDisplayData: unknown };

  const folder = process.cwd();
  const scripts = new ScriptPositions();
  const traces = new StackTraces(scripts, folder);
  const current = new CurrentCell();
  const input = new InputRequests(sockets);
  const executor = new CellExecutor(folder, scripts, sockets.state, {
    prompt: (question = '', { password = false } = {}) => input.ask(current.get(), String(question), password),
  });
  const terminal = process.stderr.write.bind(process.stderr);
  const history = new History(process.env.LOWRANK_HISTORY ?? values.history, terminal);
  const kernel = new Kernel(sockets, executor, current, traces, history, input);

  captureOutput((name, text) => kernel.write(name, text) || terminal(text));
  const uncaught = (error: unknown) =>
    kernel.reportUncaught(error) || terminal(`${(error as Error)?.stack ?? error}\n`);
  process.on('uncaughtException', uncaught);
  process.on('unhandledRejection', uncaught);
  // Jupyter interrupts by a message; from a terminal the signal arrives too.
  process.on('SIGINT', () => kernel.interrupt());

  traces.install();
  current.followTimers();
  const { cellHost } = kernel;
  (globalThis as Record<symbol, unknown>)[cellHostKey] = cellHost;
  // What the functions of the module `tslab` display by.
  jupyter.lastWriteDisplayData = cellHost.display;
  kernel.start();
}
