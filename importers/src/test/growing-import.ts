import type { Importer } from "../importer.ts";
import { applyEvents, emptyResult } from "./import-result.ts";
import type { ImportResult } from "./import-result.ts";
import { memorySource } from "./memory-source.ts";

/** Imports a file as it grew: to each of the sizes, then to its end. The memo goes through JSON, as if stored. */
export async function importGrowing(
  importer: Importer,
  path: string,
  bytes: Uint8Array,
  sizes: readonly number[],
): Promise<ImportResult> {
  const result = emptyResult();
  for (const size of [...sizes, bytes.length]) {
    const last = result.checkpoints.at(-1);
    const from =
      last === undefined ? undefined : { ...last, memo: JSON.parse(JSON.stringify(last.memo)) as unknown };
    await applyEvents(importer.read(memorySource(path, bytes.subarray(0, size)), from), result);
  }
  return result;
}

/** What must not depend on when the file was read. */
export function lasting({ sessions, messages, problems }: ImportResult): unknown {
  return {
    sessions,
    messages,
    problems: problems.filter(({ message }) => !message.endsWith("it is left for the next import")),
  };
}
