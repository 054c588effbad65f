/**
 * A reporter for node:test: one line of JSON for each skipped test.
 * @param {AsyncIterable<{ type: string, data: any }>} source
 */
export default async function* leftOut(source) {
  for await (const { type, data } of source) {
    if (type !== 'test:pass' || data.skip === undefined) continue;
    yield `${JSON.stringify({ name: data.name, reason: typeof data.skip === 'string' ? data.skip : '' })}\n`;
  }
}
