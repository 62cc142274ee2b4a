/**
 * How the changes of a feed entry are written down: those one after another that differ in nothing but their keys as one run
 * of keys. A batch may change a thousand records, and the kind and the session would stand there as often.
 */
import type { FeedChange } from "@throughline/core";

type Key = FeedChange["key"];

/** Changes that differ in their keys, in order. */
interface Run {
  readonly kind: string;
  readonly change: FeedChange["change"];
  readonly session: string;
  readonly keys: Key[];
  /** Present where each key begins with the session, which is left out of them. */
  readonly owned?: 1;
}

/** The text of changes. */
export function packChanges(changes: readonly FeedChange[]): string {
  const packed: (FeedChange | Run)[] = [];
  let run: Run | undefined;
  for (const change of changes) {
    if (change.change === "append") {
      run = undefined;
      packed.push(change);
      continue;
    }
    if (run === undefined || !goesOn(run, change)) packed.push((run = beginRun(change)));
    run.keys.push(run.owned === undefined ? change.key : change.key.slice(1));
  }
  return JSON.stringify(packed);
}

function beginRun({ kind, change, session, key }: FeedChange): Run {
  return { kind, change, session, keys: [], ...(isOwned(session, key) && { owned: 1 }) };
}

function goesOn(run: Run, { kind, change, session, key }: FeedChange): boolean {
  const isLike = run.kind === kind && run.change === change && run.session === session;
  return isLike && (run.owned === 1) === isOwned(session, key);
}

function isOwned(session: string, [first]: Key): boolean {
  return session !== "" && first === session;
}

/** Changes from their text, also as it was before there were runs. */
export function unpackChanges(text: string): FeedChange[] {
  return (JSON.parse(text) as (FeedChange | Run)[]).flatMap((packed) => {
    if (!("keys" in packed)) return packed;
    const { kind, change, session, keys, owned } = packed;
    return keys.map((key) => ({
      kind,
      change,
      key: owned === undefined ? key : [session, ...key],
      session,
    }));
  });
}
