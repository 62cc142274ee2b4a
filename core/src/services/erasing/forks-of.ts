/** Which positions of a session its forks share. */
import type { Query } from "../../contract/read.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { Row } from "../../model/kind.ts";
import { everyRecord } from "../every-record.ts";
import type { ServiceContext } from "../service-context.ts";
import { findErasing } from "./erasure-job.ts";
import { type Positions, unite } from "./position-ranges.ts";

export interface SharedPositions {
  readonly positions: Positions;
  /** Forks that share some and are not deleted. */
  readonly forks: readonly string[];
}

/** The ranges of a fork's history, root first. */
function historyOf(fork: Row): readonly (readonly [session: string, from: number, to: number])[] {
  return fork.history === ""
    ? []
    : (JSON.parse(fork.history as string) as (readonly [string, number, number])[]);
}

/** The positions of a session that forks (deleted ones that can be brought back, too), and forks of these, share. What is being erased itself, or is in `alsoErased`, shares nothing. */
export async function readShared(
  context: ServiceContext,
  session: Row,
  options: CallOptions,
  alsoErased: ReadonlyMap<string, unknown> = new Map(),
): Promise<SharedPositions> {
  const id = session.id as string;
  const found = await findForks(context, session, options);
  const ranges = new Map<Row, Positions>();
  for (const fork of found) {
    const shared = historyOf(fork).filter(([owner]) => owner === id);
    if (shared.length > 0)
      ranges.set(
        fork,
        shared.map(([, from, to]) => [from, to] as const),
      );
  }
  const hidden = [...ranges.keys()].filter(({ hiddenAt }) => hiddenAt !== 0).map((fork) => fork.id as string);
  const erasing = new Set(alsoErased.keys());
  for (let begin = 0; begin < hidden.length; begin += 1_000) {
    const some = await findErasing(context, hidden.slice(begin, begin + 1_000), options);
    for (const one of some) erasing.add(one);
  }
  const holding = [...ranges].filter(([fork]) => !erasing.has(fork.id as string));
  return {
    positions: unite(holding.flatMap(([, shared]) => shared)),
    forks: holding.filter(([fork]) => fork.hiddenAt === 0).map(([fork]) => fork.id as string),
  };
}

/** The forks of a session and theirs that may share something of it, deleted ones too: from parent to child, while no session between was erased. */
async function findForks(
  context: ServiceContext,
  session: Row,
  options: CallOptions,
): Promise<readonly Row[]> {
  const found: Row[] = [];
  const waiting = [session];
  let areAllFound = true;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const before = found.length;
    for await (const child of sessionsOf(
      context,
      { shape: "parent", prefix: [next.id as string] },
      options,
    )) {
      if (child.forkedAt !== 0) found.push(child);
    }
    areAllFound &&= found.length - before >= (next.forks as number);
    for (const child of found.slice(before)) waiting.push(child);
  }
  if (areAllFound) return found;
  // A session between was erased, and its forks count as this one's: what they share names it still, however deep they are.
  const all: Row[] = [];
  const where = [
    { field: "forkedAt", test: "above", value: 0 },
    { field: "history", test: "contains", value: JSON.stringify(session.id) },
  ] as const;
  for await (const fork of sessionsOf(context, { shape: "key", prefix: [], where }, options)) all.push(fork);
  return all;
}

function sessionsOf(
  context: ServiceContext,
  selection: Pick<Query, "shape" | "prefix" | "where">,
  options: CallOptions,
): AsyncGenerator<Row, void, undefined> {
  const all = { kind: "sessions", direction: "forward", limit: 200, select: "all", hidden: true } as const;
  return everyRecord(context, { ...all, ...selection }, options);
}

/**
 * The session that counts a fork among its own: its parent, or where that was erased the nearest ancestor that is there
 * and that the fork shares history with. Undefined: nobody, or one beyond the ancestors that a record has. That one counts
 * too many then, which costs it a look at all forks.
 */
export async function findCountingAncestor(
  { store, tenant }: ServiceContext,
  fork: Row,
  options: CallOptions,
): Promise<string | undefined> {
  if (fork.forkedAt === 0 || fork.ancestors === "") return undefined;
  const ancestors = JSON.parse(fork.ancestors as string) as string[];
  const { answers } = await store.read(
    {
      tenant,
      requests: [
        {
          type: "get",
          kind: "sessions",
          keys: ancestors.map((ancestor) => [ancestor]),
          select: "key",
          hidden: true,
        },
      ],
    },
    options,
  );
  const nearest = answers[0].findIndex((row) => row !== undefined);
  if (nearest < 0) return undefined;
  // A link without shared history counts no forks: what lies beyond one is none of theirs.
  const gone = new Set(ancestors.slice(0, nearest));
  const isShared = nearest === 0 || historyOf(fork).some(([owner]) => !gone.has(owner));
  return isShared ? ancestors[nearest] : undefined;
}
