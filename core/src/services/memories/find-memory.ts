/** Memories by id, or by whose they are and their key. */
import type { Get, Query } from "../../contract/read.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { Row } from "../../model/kind.ts";
import { type MemoryAddress, memoryAddress } from "../../schemas/memory-input.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { label } from "../../schemas/text.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import type { ServiceContext } from "../service-context.ts";
import { type OwnerFields, memoryNotFound, ownerFields, ownerValues } from "./memory.ts";

/** A memory by its id, or by whose it is and its key. */
export type MemoryName = string | MemoryAddress;

/** A memory, and its session where it is one's own. */
export interface FoundMemory {
  readonly row: Row | undefined;
  readonly session: Row | undefined;
}

function getByKey(owner: OwnerFields, key: string): Get {
  const values = [...ownerValues(owner), key];
  return { type: "get", kind: "project_memories", keys: [{ unique: "key", values }] };
}

export function queryById(id: string): Query {
  return {
    type: "query",
    kind: "project_memories",
    shape: "id",
    prefix: [id],
    direction: "forward",
    limit: 1,
  };
}

/** The live memory of a key, read together with its session. @throws ThroughlineError `not_found` for the session */
export async function readByKey(
  { store, tenant }: ServiceContext,
  owner: OwnerFields,
  key: string,
  options: CallOptions,
): Promise<FoundMemory> {
  const memory = getByKey(owner, key);
  if (owner.sessionId === "") {
    const { answers } = await store.read({ tenant, requests: [memory] }, options);
    return { row: answers[0][0], session: undefined };
  }
  const { answers } = await store.read(
    { tenant, requests: [memory, { type: "get", kind: "sessions", keys: [[owner.sessionId]] }] },
    options,
  );
  const [[row], [session]] = answers;
  if (session === undefined) throw sessionNotFound(owner.sessionId);
  return { row, session };
}

/** The memory that a name means. @throws ThroughlineError `not_found`, `invalid` */
export async function findMemory(
  context: ServiceContext,
  name: MemoryName,
  options: CallOptions,
): Promise<FoundMemory & { readonly row: Row }> {
  if (typeof name !== "string") {
    const { key, ...owner } = parseInput(memoryAddress, name, "memory");
    const fields = ownerFields(owner);
    const { row, session } = await readByKey(context, fields, key, options);
    if (row === undefined) throw memoryNotFound(key, fields);
    return { row, session };
  }
  const id = parseInput(label, name, "memory");
  const { store, tenant } = context;
  const { answers } = await store.read({ tenant, requests: [queryById(id)] }, options);
  const row = answers[0].rows[0];
  if (row === undefined) throw memoryNotFound(id);
  if (row.sessionId === "") return { row, session: undefined };
  const sessions = await store.read(
    { tenant, requests: [{ type: "get", kind: "sessions", keys: [[row.sessionId as string]] }] },
    options,
  );
  const [session] = sessions.answers[0];
  if (session === undefined) throw memoryNotFound(id);
  return { row, session };
}
