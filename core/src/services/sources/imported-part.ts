/**
 * Where a session lies in a file that holds many, such as an export of a whole account. Imports write it; an export in
 * the tool's own format gives these bytes again, and an erasure takes them away.
 *
 * Of such a file only the parts are kept: the chunks of a part begin at its offset, hold 64 KiB each but for the last,
 * and belong to no other part.
 */
import type { KeyValues } from "../../model/kind.ts";
import type { ServiceContext } from "../service-context.ts";

/** A place in an imported source, in bytes. */
export interface SourcePart {
  readonly source: string;
  readonly offset: number;
  readonly length: number;
}

export interface ImportedPart {
  /** The session's bytes as its newest import has them: one value of the tool's own format. */
  readonly part: SourcePart;
  /** Bytes that are being replaced or written at this moment, or were when an import was cut short. */
  readonly others: readonly SourcePart[];
}

/** The key of the record in `state` whose value is an `ImportedPart`, with what imports note besides. */
export function importedPartKey(session: string): KeyValues {
  return ["import", "session parts", session];
}

/** Where a session lies in its source; undefined where it has a file of its own, or was not imported. */
export async function readImportedPart(
  { store, tenant }: Pick<ServiceContext, "store" | "tenant">,
  session: string,
): Promise<ImportedPart | undefined> {
  const { answers } = await store.read({
    tenant,
    requests: [{ type: "get", kind: "state", keys: [importedPartKey(session)] }],
  });
  const row = answers[0][0];
  return row === undefined ? undefined : (JSON.parse(row.value as string) as ImportedPart);
}
