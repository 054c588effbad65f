import { type Content, protocolVersion } from '../jupyter/message';

/** The content of `kernel_info_reply`. Versions are read without loading what they are of. */
export function kernelInfo(): Content {
  const tslab = require('tslab/package.json') as { version: string; dependencies: Record<string, string> };
  const typescript = tslab.dependencies['@tslab/typescript-for-tslab']!;
  return {
    status: 'ok',
    protocol_version: protocolVersion,
    implementation: 'tslab',
    implementation_version: tslab.version,
    language_info: {
      name: 'typescript',
      version: typescript,
      mimetype: 'text/typescript',
      file_extension: '.ts',
      codemirror_mode: 'typescript',
      pygments_lexer: 'typescript',
      nbconvert_exporter: 'script',
    },
    banner: `TypeScript ${typescript} (tslab ${tslab.version}) on Node.js ${process.version}`,
    help_links: [
      { text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/handbook/intro.html' },
      { text: 'TensorFlow.js', url: 'https://js.tensorflow.org/api/latest/' },
    ],
    debugger: false,
  };
}
