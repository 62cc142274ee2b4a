import type { GuardedStore } from "@throughline/core";
import { guardStore } from "@throughline/core";
import { sqliteStore } from "../../sqlite-store.ts";
import { tenant } from "../../test/records.ts";
import { dumpStore, sortedJson } from "./dump-store.ts";
import type { Answered, Reference } from "./reference.ts";
import { stagedHash, timeOf } from "./workloads.ts";

/** What is wrong with a database file, and what of that which was acknowledged it has lost. */
export interface ImageFindings {
  /** Damage, half a batch, another answer: never to be found. */
  readonly wrong: readonly string[];
  /** Names of acknowledged batches that are not there. */
  readonly lost: readonly string[];
}

/** Operations that are sent again to each image. */
const RESENT = 3;

/**
 * Opens a file as the next start of a program would. It must be sound, and exactly what the reference was at one
 * position: no batch is there in part, or without one that came before it.
 */
export async function checkImage(
  path: string,
  reference: Reference,
  acknowledged: readonly string[],
): Promise<ImageFindings> {
  let store: GuardedStore;
  try {
    store = guardStore(await sqliteStore({ path, durability: "process-crash" }), {
      clock: () => timeOf(100_000),
    });
  } catch (error) {
    return { wrong: [`it can't be opened: ${String(error)}`], lost: [] };
  }
  try {
    const problems = (await store.check()).map(({ problem, message }) => `${problem}: ${message}`);
    const { position, text } = await dumpStore(store);
    const answered = [...reference.answers.values()];
    const written = answered.filter(({ batch, result }) => !batch.quiet && result.position <= position);
    const told = new Set(acknowledged);
    const staged = await findStaged(store, answered);
    const lost = answered.filter(({ name, batch, result }) => {
      if (!told.has(name)) return false;
      const hash = stagedHash(batch);
      return hash === undefined ? result.position > position : !staged.has(hash);
    });
    const isState = text === reference.states.get(position);
    return {
      wrong: [
        ...problems,
        ...(isState ? [] : [`it is not the state at position ${position}`]),
        ...(await checkOperations(store, written)),
      ],
      lost: lost.map(({ name }) => name),
    };
  } catch (error) {
    return { wrong: [`it can't be read: ${String(error)}`], lost: [] };
  } finally {
    await store.close();
  }
}

/** The blobs that are there whole. */
async function findStaged(store: GuardedStore, answered: readonly Answered[]): Promise<Set<string>> {
  const staged = answered.filter(({ batch }) => stagedHash(batch) !== undefined);
  const hashes = staged.map(({ batch }) => stagedHash(batch) as string);
  if (hashes.length === 0) return new Set();
  const { answers } = await store.read({
    tenant,
    requests: [
      { type: "get", kind: "blobs", keys: hashes.map((hash) => [hash]) },
      { type: "get", kind: "blob_pieces", keys: hashes.map((hash) => [hash, 0]), select: "all" },
    ],
  });
  return new Set(
    hashes.filter((_, index) => {
      const piece = staged[index]?.batch.writes[1];
      const given = piece?.type === "insert" ? piece.record["bytes"] : undefined;
      const found = answers[1][index]?.["bytes"];
      const isSame =
        found instanceof Uint8Array && given instanceof Uint8Array && Buffer.compare(found, given) === 0;
      return answers[0][index] !== undefined && isSame;
    }),
  );
}

/** The last operations answer what they answered first, and write nothing. */
async function checkOperations(store: GuardedStore, written: readonly Answered[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const { batch, result } of written
    .filter(({ batch: one }) => one.operation !== undefined)
    .slice(-RESENT)) {
    const again = await store.commit(batch);
    if (sortedJson(again) !== sortedJson({ ...result, replayed: true }))
      wrong.push(`the operation ${batch.operation?.id} answers ${sortedJson(again)}`);
  }
  return wrong;
}
