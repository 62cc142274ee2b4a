/** Messages: append, replace, read, delete. */
import * as v from "valibot";
import type { Append, Batch, Write } from "../../contract/batch.ts";
import { blobsOfMessage } from "../../contract/staged-text.ts";
import { ThroughlineError } from "../../error.ts";
import { appendOptions } from "../../schemas/append-options.ts";
import type { MessageInput } from "../../schemas/message-input.ts";
import { parseInput, refuseNonObject } from "../../schemas/parse-input.ts";
import { keyText } from "../../schemas/text.ts";
import { fetchStagedFields, isStaged } from "../blobs/fetch-staged-fields.ts";
import { removedReferences } from "../blobs/staged-blobs.ts";
import { asAppendError, withStagedBlobs } from "../blobs/with-staged-blobs.ts";
import { blankSources } from "../sources/blank-source.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { sessionNotFound } from "../sessions/find-session.ts";
import { type ListOptions, type MessagePage, listMessages, readPage } from "./list-messages.ts";
import { type Message, messageNotFound, toMessage } from "./message.ts";
import {
  readShared,
  refuseShared,
  refuseSharedIds,
  resolveSharedParents,
} from "../message-path/shared-messages.ts";
import { APPEND_MESSAGES, newMessageRecords } from "./new-messages.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "../sessions/sessions.ts";
import { sweepBlobs } from "../blobs/sweep-blobs.ts";

export interface AppendOptions extends CallSettings {
  /** The position of the session's last message as the caller knows it (0: none). Another one is a conflict. */
  readonly expectedSeq?: number;
  /** Makes a retry safe also where messages bring no ids: kept for 7 days. */
  readonly operationId?: string;
  /** `move`: the conversation goes on after these messages even where they did not follow its end. */
  readonly head?: "move";
}

export interface AppendResult {
  /** One for each message, in order. */
  readonly items: readonly { readonly id: string; readonly seq: number }[];
  /** True when all of it had been stored before. */
  readonly replayed: boolean;
}

/** Which messages a stream gives, as for `list`. */
export type StreamOptions = Pick<
  ListOptions,
  "afterSeq" | "native" | "branch" | "all" | "tombstones" | "signal"
>;

const streamPage = 500;
const firstStreamPage = 50;

export class Messages {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /**
   * Appends messages to a session: all or none, durable when it resolves. Message ids given, or an operation id, make it
   * safe to repeat: the same again stores once and answers the same.
   *
   * @throws ThroughlineError `not_found` for a session or parent that is not there; `invalid` with reason `position` for
   *   a parent of an ancestor that a fork does not share; `conflict` with reason `position`
   *   (another `expectedSeq`), `different_content` (an id that is there with other content), `shared_history` (an id that
   *   a fork shares) or `operation_reused`; `invalid`, `too_large`.
   */
  async append(
    session: string,
    messages: readonly MessageInput[],
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    return this.#append(session, messages, "same", options);
  }

  /**
   * Writes messages by id: what is there is replaced and keeps its position, the rest is appended. Every message needs
   * an id.
   *
   * @throws as `append`; `conflict` with reason `expectation` (another `expectedRevision`), `removed`, or
   *   `shared_history` (a fork shares the message, and does not own it).
   */
  async put(
    session: string,
    messages: readonly MessageInput[],
    options: AppendOptions & { readonly expectedRevision?: number } = {},
  ): Promise<AppendResult> {
    // What is no message at all is refused by its schema.
    const given: readonly unknown[] = Array.isArray(messages) ? messages : [];
    for (const message of given) {
      if (typeof message !== "object" || message === null) continue;
      if ("id" in message && typeof message.id === "string") continue;
      throw new ThroughlineError("invalid", "A message that is put needs an id.", {
        reason: "id",
        outcome: "refused",
      });
    }
    const ids = given
      .map((message) => (Object(message) as MessageInput).id)
      .filter((id) => v.is(keyText, id));
    const settings = options.signal === undefined ? {} : { signal: options.signal };
    if (ids.length > 0 && ids.length <= APPEND_MESSAGES) {
      await refuseShared(this.#context, session, ids, settings);
    }
    return this.#append(session, messages, "replace", options);
  }

  async #append(
    session: string,
    inputs: readonly MessageInput[],
    exists: Append["exists"],
    options: AppendOptions & { readonly expectedRevision?: number },
  ): Promise<AppendResult> {
    const { store, tenant } = this.#context;
    refuseNonObject(options, "append");
    const { signal, ...given } = options;
    const checkedOptions = parseInput(appendOptions, given, "append");
    const { expectedSeq, operationId, head, expectedRevision } = checkedOptions;
    const settings = signal === undefined ? {} : { signal };
    const result = await withStagedBlobs(this.#context, async (blobs) => {
      const { messages, checked } = await newMessageRecords(this.#context, inputs, blobs);
      if (exists === "same") await refuseSharedIds(this.#context, session, checked, settings);
      const beside = await blobs.besideAppend(session, messages);
      const append: Append = {
        type: "append",
        session: [session],
        messages,
        exists,
        ...(expectedSeq === undefined ? undefined : { at: expectedSeq + 1 }),
        ...(head === undefined ? undefined : { moveHead: true }),
      };
      const expected =
        expectedRevision === undefined ? [] : [expectedMessage(session, inputs, expectedRevision)];
      const batch: Batch = {
        tenant,
        writes: [append, ...beside.writes],
        expect: [...expected, ...beside.expect],
        ...(operationId === undefined
          ? undefined
          : {
              operation: {
                id: operationId,
                fingerprint: fingerprintOf([session, checked, exists, expectedSeq, head, expectedRevision]),
              },
            }),
      };
      return store.commit(batch, settings).catch(async (error: unknown) => {
        // Only a fork knows parents that its own log does not have: it is asked when the log has refused one.
        const resolved = await resolveSharedParents(this.#context, session, messages, error, settings);
        if (resolved === undefined) throw asAppendError(error, session);
        const writes = [{ ...append, messages: resolved }, ...beside.writes];
        return store.commit({ ...batch, writes }, settings);
      });
    });
    const [appended] = result.results;
    const items =
      appended?.outcome === "appended" ? appended.messages.map(({ id, seq }) => ({ id, seq })) : [];
    const isRepeat =
      appended?.outcome === "appended" && appended.messages.every(({ outcome }) => outcome === "kept");
    return { items, replayed: result.replayed || isRepeat };
  }

  /** A message by its id; in a fork also one that it shares. @throws ThroughlineError `not_found` */
  async get(
    session: string,
    id: string,
    options: CallSettings & { readonly native?: boolean } = {},
  ): Promise<Message> {
    const { store, tenant } = this.#context;
    const { answers } = await store.read(
      {
        tenant,
        requests: [
          {
            type: "get",
            kind: "messages",
            keys: [{ unique: "id", values: [session, id] }],
            select: options.native === true ? "all" : "plain",
          },
        ],
      },
      options,
    );
    const row =
      answers[0][0] ??
      (await readShared(this.#context, session, id, options.native === true ? "all" : "plain", options));
    if (row === undefined || row.removedAt !== 0) throw messageNotFound(session, id);
    const [whole] = await fetchStagedFields(this.#context, [row]);
    if (whole === undefined) throw messageNotFound(session, id);
    return toMessage(whole);
  }

  /**
   * A page of the current branch, in order of position: the last ones, those after or before a position, or where a
   * cursor goes on. By default the first 50. `branch` names another path by its end; `all` asks for every message of
   * the session itself.
   *
   * @throws ThroughlineError `not_found`, `invalid` (reason `position`: there is no such `branch`)
   */
  async list(session: string, options: ListOptions = {}): Promise<MessagePage> {
    return listMessages(this.#context, session, options);
  }

  /** Every message of the current branch, or of what is asked for, without holding them in memory at once. */
  async *stream(session: string, options: StreamOptions = {}): AsyncGenerator<Message, void, undefined> {
    refuseNonObject(options, "messages");
    const { afterSeq = 0, ...rest } = options;
    let page = await readPage(this.#context, session, { ...rest, afterSeq, limit: firstStreamPage });
    for (;;) {
      // One by one: what is staged may be large.
      for (const row of page.rows) {
        const whole = isStaged(row) ? (await fetchStagedFields(this.#context, [row]))[0] : row;
        if (whole !== undefined) yield toMessage(whole);
      }
      if (page.next === undefined) return;
      const last = page.rows.at(-1)?.seq as number;
      page = await readPage(this.#context, session, { ...rest, afterSeq: last, limit: streamPage });
    }
  }

  /**
   * Deletes a message: its content is gone from the session, from search and from the file it was imported from;
   * position and id stay, and can't be written again.
   *
   * @throws ThroughlineError `not_found`; `conflict` with reason `shared_history` (a fork shares it, and does not own it)
   */
  async delete(session: string, id: string, options: CallSettings = {}): Promise<void> {
    const { store, tenant } = this.#context;
    const key = { unique: "id", values: [session, id] };
    const { answers } = await store.read(
      {
        tenant,
        requests: [
          { type: "get", kind: "sessions", keys: [[session]] },
          { type: "get", kind: "messages", keys: [key], select: "all" },
        ],
      },
      options,
    );
    const [[log], [row]] = answers;
    if (log === undefined) throw sessionNotFound(session);
    if (row === undefined && log.forkedAt !== 0) await refuseShared(this.#context, session, [id], options);
    if (row === undefined || row.removedAt !== 0) throw messageNotFound(session, id);
    await blankSources(this.#context, [row], options);
    const hashes = blobsOfMessage(row);
    const writes: Write[] = [{ type: "remove", kind: "messages", key }, ...removedReferences(row, hashes)];
    const result = await store.commit({ tenant, writes }, options);
    if (result.results[0]?.outcome === "absent") throw messageNotFound(session, id);
    if (hashes.length > 0) await sweepBlobs(this.#context, { hashes });
  }
}

function expectedMessage(session: string, inputs: readonly MessageInput[], revision: number) {
  if (inputs.length !== 1) {
    throw new ThroughlineError("invalid", "expectedRevision goes with one message.", {
      reason: "type",
      outcome: "refused",
      details: { field: "expectedRevision" },
    });
  }
  const key = { unique: "id", values: [session, inputs[0]?.id ?? ""] };
  return { type: "equals", kind: "messages", key, fields: { revision } } as const;
}
