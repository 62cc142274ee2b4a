import {
  type CallOptions,
  type Capabilities,
  type ChangesResult,
  type CheckedBatch,
  type CheckedChanges,
  type CheckedRead,
  type CheckedSearch,
  type CommitResult,
  type Kind,
  type Problem,
  type PruneTimes,
  type ReadResult,
  type SearchResult,
  type Store,
  type ThroughlineError,
  encodeBatch,
  productKinds,
  readReadResult,
} from "@throughline/core";
import { Connection } from "./connection.ts";
import { describeServer } from "./describe-server.ts";
import { type HttpStoreOptions, readOptions } from "./options.ts";
import { foreignAnswer } from "./refusal.ts";

export type { HttpStoreOptions } from "./options.ts";

/**
 * Opens the store behind a Throughline server. It is used as any other: put the guard before it.
 *
 * @throws ThroughlineError `invalid/option`; `unsupported` with reason `protocol` or `kinds`; `unavailable` with reason
 * `cannot_connect`, `host_not_found`, `tls`, `connection_lost`, `timeout`, `foreign_answer` or
 * `not_a_throughline_server`; what the server refuses.
 */
export async function httpStore(options: HttpStoreOptions): Promise<Store> {
  const settings = readOptions(options);
  const connection = new Connection(settings);
  const kinds = [...productKinds, ...(options.kinds ?? [])];
  const { capabilities } = await describeServer(connection, kinds, settings.server);
  return new HttpStore(connection, kinds, capabilities, settings.server);
}

class HttpStore implements Store {
  readonly capabilities: Capabilities;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly guarded = true;
  readonly #connection: Connection;
  readonly #server: string;

  constructor(connection: Connection, kinds: readonly Kind[], behind: Capabilities, server: string) {
    const { durability, search } = behind;
    this.capabilities = { name: "http", durability, unknownOutcomes: true, shared: true, search };
    this.kinds = new Map(kinds.map((kind) => [kind.name, kind]));
    this.#connection = connection;
    this.#server = server;
  }

  async commit(batch: CheckedBatch, { signal }: CallOptions): Promise<CommitResult> {
    signal?.throwIfAborted();
    const body = JSON.stringify(encodeBatch(batch));
    // Not with the signal: nobody could tell whether what was sent is written.
    const answer = await this.#connection.send({ path: "/commit", tenant: batch.tenant, body });
    return this.#expect(answer, isCommitResult);
  }

  async read({ tenant, requests }: CheckedRead, { signal }: CallOptions): Promise<ReadResult> {
    const body = JSON.stringify({ tenant, requests });
    const answer = await this.#connection.ask({ path: "/read", tenant, body, signal });
    const result = readReadResult(answer, requests);
    if (result === undefined) throw this.#foreign();
    return result;
  }

  async search(input: CheckedSearch, { signal }: CallOptions): Promise<SearchResult> {
    const body = JSON.stringify(withoutTime(input));
    const answer = await this.#connection.ask({ path: "/search", tenant: input.tenant, body, signal });
    return this.#expect(answer, isSearchResult);
  }

  async changes(input: CheckedChanges, { signal }: CallOptions): Promise<ChangesResult> {
    const body = JSON.stringify(withoutTime(input));
    const answer = await this.#connection.ask({ path: "/changes", tenant: input.tenant, body, signal });
    return this.#expect(answer, isChangesResult);
  }

  async check(): Promise<readonly Problem[]> {
    const answer = await this.#connection.ask({ path: "/check", body: "{}", isLong: true });
    return this.#expect(answer, isFindings).problems;
  }

  async prune(before: PruneTimes): Promise<void> {
    await this.#connection.ask({ path: "/prune", body: JSON.stringify(before), isLong: true });
  }

  async close(): Promise<void> {
    // Nothing is held: the guard has waited for what runs, and the runtime lets idle connections go.
  }

  #expect<Answer>(answer: unknown, isAnswer: (answer: unknown) => answer is Answer): Answer {
    if (isAnswer(answer)) return answer;
    throw this.#foreign();
  }

  #foreign(): ThroughlineError {
    return foreignAnswer(200, this.#server);
  }
}

/** The guard at the server gives the time. */
function withoutTime(input: CheckedSearch | CheckedChanges): object {
  return { ...input, now: undefined };
}

type Members = Readonly<Record<string, unknown>>;

function isCommitResult(answer: unknown): answer is CommitResult {
  const { position, replayed, results } = Object(answer) as Members;
  return Number.isSafeInteger(position) && typeof replayed === "boolean" && Array.isArray(results);
}

function isSearchResult(answer: unknown): answer is SearchResult {
  const { position, hits, more } = Object(answer) as Members;
  return Number.isSafeInteger(position) && Array.isArray(hits) && typeof more === "boolean";
}

function isChangesResult(answer: unknown): answer is ChangesResult {
  const { entries, cursor, more, startOver } = Object(answer) as Members;
  return (
    Array.isArray(entries) &&
    typeof cursor === "string" &&
    typeof more === "boolean" &&
    typeof startOver === "boolean"
  );
}

function isFindings(answer: unknown): answer is { readonly problems: readonly Problem[] } {
  return Array.isArray((Object(answer) as Members).problems);
}
