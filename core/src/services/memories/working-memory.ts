/** Working memory: what holds just now for a user or a session, as fields that are each changed by themselves. */
import type { Expectation, Write } from "../../contract/batch.ts";
import type { Query } from "../../contract/read.ts";
import type { CallOptions } from "../../contract/store.ts";
import type { KeyValues, Row } from "../../model/kind.ts";
import { mergePatch } from "../../schemas/merge-patch.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import {
  type WorkingMemoryOwner,
  type WorkingMemoryPatch,
  workingMemoryOwner,
  workingMemoryPatch,
} from "../../schemas/working-memory-input.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "../sessions/sessions.ts";
import { asSessionNotFound, isStatusChange, readSession, touchSession } from "../sessions/touch-session.ts";

export interface WorkingMemory {
  /** In the order of their names. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** When a field was written last; null while there is none. */
  readonly updatedAt: Date | null;
}

const kind = "working_memories";
const pageSize = 500;
/** Fields that one batch merges into: each is expected to be as it was read. */
const mergedAtOnce = 12;
const removedAtOnce = 500;

export class WorkingMemories {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** All fields. @throws ThroughlineError `invalid`; `not_found` for a session that is not there */
  async get(owner: WorkingMemoryOwner, settings: CallSettings = {}): Promise<WorkingMemory> {
    const { session, prefix } = ownerOf(owner);
    const fields: [string, unknown][] = [];
    let updatedAt = 0;
    for (let after: KeyValues | undefined; ;) {
      const { rows, next } = await this.#page(session, prefix, after, settings);
      for (const row of rows) {
        fields.push([row.field as string, JSON.parse(row.value as string)]);
        updatedAt = Math.max(updatedAt, row.updatedAt as number);
      }
      if (next === undefined) break;
      after = next;
    }
    return { fields: Object.fromEntries(fields), updatedAt: updatedAt === 0 ? null : new Date(updatedAt) };
  }

  /**
   * Changes fields by a JSON merge patch: null takes a field out, objects are merged, anything else replaces. Those who
   * change different fields, or members of one, lose nothing of each other. Up to 12 fields that are objects are changed in
   * one commit with all others; of more, each 12 are.
   *
   * @throws ThroughlineError `invalid`; `not_found` for a session that is not there
   */
  async update(
    owner: WorkingMemoryOwner,
    patch: WorkingMemoryPatch,
    settings: CallSettings = {},
  ): Promise<WorkingMemory> {
    const { session, prefix } = ownerOf(owner);
    const checked = parseInput(workingMemoryPatch, patch, "patch");
    const entries = Object.entries(checked);
    const merged = entries.filter(([, value]) => isObject(value));
    const plain = entries.filter(([, value]) => !isObject(value));
    let rest: readonly (readonly [string, unknown])[] = plain;
    let begin = 0;
    do {
      await this.#patch(session, prefix, rest, merged.slice(begin, begin + mergedAtOnce), settings);
      rest = [];
      begin += mergedAtOnce;
    } while (begin < merged.length);
    return this.get(owner, settings);
  }

  /** Takes out all fields. @throws ThroughlineError `invalid`; `not_found` for a session that is not there */
  async clear(owner: WorkingMemoryOwner, settings: CallSettings = {}): Promise<void> {
    const { session, prefix } = ownerOf(owner);
    do {
      await this.#commit(session, settings, async () => ({
        writes: [{ type: "remove-many", kind, shape: "key", prefix, limit: removedAtOnce }],
        expect: [],
      }));
    } while ((await this.#page(session, prefix, undefined, settings)).rows.length > 0);
  }

  async #patch(
    session: string,
    prefix: KeyValues,
    plain: readonly (readonly [string, unknown])[],
    merged: readonly (readonly [string, unknown])[],
    settings: CallSettings,
  ): Promise<void> {
    const { store, tenant } = this.#context;
    const [sessionId = "", userId = ""] = prefix;
    await this.#commit(session, settings, async () => {
      const keys = merged.map(([field]) => [...prefix, field]);
      const known =
        keys.length === 0
          ? []
          : (await store.read({ tenant, requests: [{ type: "get", kind, keys }] }, settings)).answers[0];
      const now = store.now();
      const put = (field: string, value: unknown): Write => {
        const set = { value: JSON.stringify(value), updatedAt: now };
        return { type: "insert", kind, record: { sessionId, userId, field, ...set }, exists: { set } };
      };
      const writes = plain.map(([field, value]): Write =>
        value === null ? { type: "remove", kind, key: [...prefix, field] } : put(field, value),
      );
      const expect = merged.map(([field, value], index): Expectation => {
        const row = known[index];
        const before: unknown = row === undefined ? undefined : JSON.parse(row.value as string);
        writes.push(put(field, mergePatch(before, value)));
        return asRead([...prefix, field], row);
      });
      return { writes, expect };
    });
  }

  /** Commits what is planned, with the session's activity: again while others are faster. */
  async #commit(
    session: string,
    options: CallOptions,
    plan: () => Promise<{ readonly writes: readonly Write[]; readonly expect: readonly Expectation[] }>,
  ): Promise<void> {
    const { store, tenant } = this.#context;
    await repeatOnConflict(
      (failed) => failed.kind === kind || isStatusChange(failed),
      async () => {
        const touched =
          session === ""
            ? undefined
            : touchSession(await readSession(this.#context, session, options), store.now());
        const { writes, expect } = await plan();
        if (writes.length === 0) return;
        const batch = {
          tenant,
          writes: [...writes, ...(touched === undefined ? [] : [touched.write])],
          expect: [...expect, ...(touched === undefined ? [] : [touched.expect])],
        };
        await store.commit(batch, options).catch((error: unknown) => {
          throw asSessionNotFound(error, session);
        });
      },
    );
  }

  async #page(
    session: string,
    prefix: KeyValues,
    after: KeyValues | undefined,
    options: CallOptions,
  ): Promise<{ readonly rows: readonly Row[]; readonly next?: KeyValues }> {
    const { store, tenant } = this.#context;
    const query: Query = {
      type: "query",
      kind,
      shape: "key",
      prefix,
      direction: "forward",
      limit: pageSize,
      ...(after === undefined ? undefined : { after }),
    };
    if (session === "") return (await store.read({ tenant, requests: [query] }, options)).answers[0];
    const { answers } = await store.read(
      { tenant, requests: [query, { type: "get", kind: "sessions", keys: [[session]] }] },
      options,
    );
    if (answers[1][0] === undefined) throw sessionNotFound(session);
    return answers[0];
  }
}

function ownerOf(given: WorkingMemoryOwner): { readonly session: string; readonly prefix: KeyValues } {
  const { user = "", session = "" } = parseInput(workingMemoryOwner, given, "owner");
  return { session, prefix: [session, user] };
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Expects a field to be as it was read. */
function asRead(key: KeyValues, row: Row | undefined): Expectation {
  return row === undefined
    ? { type: "absent", kind, key }
    : { type: "equals", kind, key, fields: { revision: row.revision } };
}
