import type { WriteResult } from "@throughline/core";

/** What an append answered that wrote new messages only. */
export interface AppendedResult {
  readonly session: string;
  readonly firstSeq: number;
  readonly ids: readonly string[];
}

/** The compact form of a batch's results, where the batch was such an append; undefined for all others. */
export function appendedResult(results: readonly WriteResult[]): AppendedResult | undefined {
  const [result] = results;
  if (results.length !== 1 || result?.outcome !== "appended") return undefined;
  const firstSeq = result.messages[0]?.seq ?? 0;
  const isPlain = result.messages.every(
    ({ outcome, seq }, index) => outcome === "inserted" && seq === firstSeq + index,
  );
  if (!isPlain) return undefined;
  return { session: result.session, firstSeq, ids: result.messages.map(({ id }) => id) };
}

/** The results that a compact form stands for. */
export function resultsOfAppend({ session, firstSeq, ids }: AppendedResult): readonly WriteResult[] {
  const messages = ids.map(
    (id, index) => ({ id, seq: firstSeq + index, revision: 1, outcome: "inserted" }) as const,
  );
  return [{ outcome: "appended", session, messages }];
}
