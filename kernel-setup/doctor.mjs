// `npm run doctor -- [--full] [--json]`: what is installed, which backend runs and why, what to do about what is missing.
import { diagnose } from './bootstrap/diagnosis.mjs';
import { runCommand } from './bootstrap/entry.mjs';
import { SetupError } from './bootstrap/errors.mjs';

const known = ['--full', '--json'];

await runCommand(async (context, args) => {
  const unknown = args.find((arg) => !known.includes(arg));
  if (unknown) throw new SetupError(`The doctor does not know ${unknown}; it knows ${known.join(' and ')}.`);
  const findings = await diagnose(context, { full: args.includes('--full') });
  if (args.includes('--json')) {
    console.log(JSON.stringify(findings, undefined, 2));
    return 0;
  }
  const width = Math.max(...findings.map(({ name }) => name.length));
  for (const { name, ok, detail, advice } of findings) {
    console.log(`${ok ? '✔' : '✖'} ${name.padEnd(width)}  ${detail.replaceAll('\n', `\n${' '.repeat(width + 4)}`)}`);
    if (!ok && advice) console.log(`${' '.repeat(width + 4)}→ ${advice}`);
  }
  return 0;
});
