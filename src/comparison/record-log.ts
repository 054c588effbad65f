import { existsSync } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Plain values, which tell one record from all others. */
export type RecordKey = Readonly<Record<string, string | number | null>>;

/**
 * Results in a file of JSON lines, one record a line: only ever added to, so that what a killed process had finished stays. A last line
 * that was cut off is left out, and removed when the next record is added. Of two records with the same key the later one counts.
 */
export class RecordLog<R extends RecordKey, V extends object> {
  readonly #path: string;
  readonly #keyNames: readonly (keyof R & string)[];
  readonly #records = new Map<string, R & V>();

  private constructor(path: string, keyNames: readonly (keyof R & string)[]) {
    this.#path = path;
    this.#keyNames = keyNames;
  }

  /**
   * @param path of the file, which need not exist
   * @param keyNames the fields that make up a record's key
   * @throws RangeError that names the line, if one other than a last one that was cut off is no record
   */
  static async open<R extends RecordKey, V extends object>(path: string, keyNames: readonly (keyof R & string)[]): Promise<RecordLog<R, V>> {
    const log = new RecordLog<R, V>(path, keyNames);
    const text = existsSync(path) ? await readFile(path, 'utf8') : '';
    const lines = text.slice(0, wholeLength(text)).split('\n').slice(0, -1);
    lines.forEach((line, at) => log.#keep(parsed<R & V>(path, keyNames, line, at + 1)));
    return log;
  }

  get records(): readonly (R & V)[] {
    return [...this.#records.values()];
  }

  get(key: R): (R & V) | undefined {
    return this.#records.get(recordId(key, this.#keyNames));
  }

  /** Writes the record to the disk before it returns. */
  async add(record: R & V): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    const file = await open(this.#path, existsSync(this.#path) ? 'r+' : 'w+');
    try {
      const end = wholeLength(await file.readFile('utf8'), Buffer.byteLength);
      await file.truncate(end);
      await file.write(`${JSON.stringify(record)}\n`, end, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
    this.#keep(record);
  }

  #keep(record: R & V): void {
    this.#records.set(recordId(record, this.#keyNames), record);
  }
}

/** The same for two keys whose fields are the same. */
export function recordId<R extends RecordKey>(key: R, keyNames: readonly (keyof R & string)[]): string {
  return JSON.stringify(keyNames.map((name) => key[name]));
}

/** Up to the end of the last line that is complete. */
function wholeLength(text: string, length: (text: string) => number = (part) => part.length): number {
  return length(text.slice(0, text.lastIndexOf('\n') + 1));
}

function parsed<R extends object>(path: string, keyNames: readonly string[], line: string, number: number): R {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new RangeError(`${path}, line ${number} is no JSON: ${line.slice(0, 60)}; take the line out, and its result is made again`);
  }
  const missing = keyNames.find((name) => (value as Record<string, unknown> | null)?.[name] === undefined);
  if (missing === undefined) return value as R;
  throw new RangeError(`${path}, line ${number} has no field '${missing}'; take the line out, and its result is made again`);
}
