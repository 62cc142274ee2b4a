/** Brings the scores of a session's files back. */
import type { Write } from "../../contract/batch.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { Row, RowOf } from "../../model/kind.ts";
import type { sessionResources } from "../../model/resources.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import { asSessionNotFound } from "../sessions/touch-session.ts";
import type { Snapshot } from "./snapshot.ts";

/** Scores that one batch changes: each is expected to be as it was read. */
const changedAtOnce = 16;

/**
 * Gives the session's resources the scores of the snapshot, but for those that got another since they were read. Counts of
 * accesses stay: they happened.
 */
export async function restoreScores(
  context: ServiceContext,
  session: string,
  links: readonly Row[],
  { scores }: Snapshot,
  options: CallOptions,
): Promise<void> {
  const wanted = new Map(Object.entries(scores));
  const changed = (links as readonly (Row & RowOf<typeof sessionResources>)[])
    .map(({ resourceId, path, importanceScore }) => {
      return { resourceId, from: importanceScore, to: wanted.get(path) ?? null };
    })
    .filter(({ from, to }) => from !== to);
  for (let begin = 0; begin < changed.length; begin += changedAtOnce) {
    await changeScores(context, session, changed.slice(begin, begin + changedAtOnce), options);
  }
}

interface ScoreChange {
  readonly resourceId: string;
  readonly from: number | null;
  readonly to: number | null;
}

async function changeScores(
  { store, tenant }: ServiceContext,
  session: string,
  changes: readonly ScoreChange[],
  options: CallOptions,
): Promise<void> {
  const kind = "session_resources";
  const keyOf = ({ resourceId }: ScoreChange) => [session, resourceId];
  let waiting = changes;
  await repeatOnConflict(
    (failed) => failed.kind === kind,
    async () => {
      const { answers } = await store.read(
        { tenant, requests: [{ type: "get", kind, keys: waiting.map(keyOf) }] },
        options,
      );
      waiting = waiting.filter(({ from }, index) => answers[0][index]?.importanceScore === from);
      if (waiting.length === 0) return;
      const expect = waiting.map((change) => {
        return {
          type: "equals",
          kind,
          key: keyOf(change),
          fields: { importanceScore: change.from },
        } as const;
      });
      const writes = waiting.map((change): Write => {
        return { type: "update", kind, key: keyOf(change), set: { importanceScore: change.to } };
      });
      await store.commit({ tenant, writes, expect }, options).catch((error: unknown) => {
        throw asSessionNotFound(error, session);
      });
    },
  );
}
