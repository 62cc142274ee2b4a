/**
 * The store contract, kept in memory: read this first to write a backend. It does what every store must and nothing
 * fast: a commit is resolved against the records and its images are applied in one turn, so that nobody sees half; a
 * query sorts what it selects; a search reads every message.
 */
import type {
  Capabilities,
  ChangesResult,
  CheckedBatch,
  CheckedChanges,
  CheckedRead,
  CheckedSearch,
  CommitResult,
  FeedEntry,
  Kind,
  PortableSearchOptions,
  Problem,
  PruneTimes,
  ReadAnswer,
  ReadRequest,
  ReadResult,
  SearchResult,
  Store,
} from "@throughline/core";
import {
  PortableSearch,
  driveResolution,
  formatFeedCursor,
  isUniqueName,
  isExpired,
  matchesFeedFilter,
  newId,
  parseFeedCursor,
  portableSearchKinds,
  productKinds,
  resolveBatch,
  selectFields,
} from "@throughline/core";
import { lookUp } from "./look-up.ts";
import { countRows, queryPage } from "./query.ts";
import { searchMessages } from "./search-messages.ts";
import { Space } from "./space.ts";

export interface MemoryStoreOptions {
  /** Record kinds beside the product's. */
  readonly kinds?: readonly Kind[];
  /** Read every message, or keep the portable index, as stores do that have none of their own. Default: `scan`. */
  readonly search?: "scan" | "index";
  /** How the portable index is kept. */
  readonly index?: PortableSearchOptions;
}

/** Opens an empty store in memory. It promises nothing beyond the life of the process. */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  return new MemoryStore(options);
}

class MemoryStore implements Store {
  readonly capabilities: Capabilities;
  readonly kinds: ReadonlyMap<string, Kind>;
  /** With those that nobody but the index reads and writes. */
  readonly #kinds: ReadonlyMap<string, Kind>;
  readonly #spaces = new Map<string, Space>();
  readonly #incarnation = newId();
  readonly #index: PortableSearch | undefined;

  constructor({ kinds = [], search = "scan", index }: MemoryStoreOptions) {
    this.capabilities = {
      name: "memory",
      durability: "none",
      unknownOutcomes: false,
      shared: false,
      search,
    };
    this.kinds = byName([...productKinds, ...kinds]);
    this.#kinds = byName([...this.kinds.values(), ...portableSearchKinds]);
    this.#index = search === "index" ? new PortableSearch(this, index) : undefined;
  }

  async commit(batch: CheckedBatch): Promise<CommitResult> {
    const space = this.#space(batch.tenant);
    const resolution = driveResolution(resolveBatch(batch, this.#kinds), (lookup) => lookUp(space, lookup));
    const { images, results, changes, user, replayed } = resolution;
    if (resolution.replayOf !== undefined) return { position: resolution.replayOf, replayed, results };
    for (const image of images) space.apply(image, batch.now);
    if (changes.length > 0) {
      space.position += 1;
      space.feed.push({ position: space.position, at: batch.now, user, changes });
      this.#index?.schedule(batch.tenant, batch.now);
    }
    const { position } = space;
    if (batch.operation !== undefined) {
      const { id, fingerprint } = batch.operation;
      space.operations.set(id, { fingerprint, position, results, at: batch.now });
    }
    return { position, replayed, results };
  }

  async read({ tenant, requests, now }: CheckedRead): Promise<ReadResult> {
    const space = this.#space(tenant);
    const answers = requests.map((request) => this.#answer(space, request, now));
    // Copies: what a caller does to an answer must not reach the records.
    return { position: space.position, answers: structuredClone(answers) };
  }

  #answer(space: Space, request: ReadRequest, now: number): ReadAnswer {
    const kind = this.#kinds.get(request.kind) as Kind;
    if (request.type === "query") return queryPage(space, kind, request, now);
    if (request.type === "count") return countRows(space, kind, request, now);
    return request.keys.map((key) => {
      const row = isUniqueName(key) ? space.getUnique(kind, key.unique, key.values) : space.get(kind, key);
      return row === undefined || isExpired(kind, row, now)
        ? undefined
        : selectFields(kind, row, request.select);
    });
  }

  async search(input: CheckedSearch): Promise<SearchResult> {
    if (this.#index !== undefined) return this.#index.search(input);
    const space = this.#space(input.tenant);
    const { position } = space;
    return { position, ...(await searchMessages(space, this.kinds, input)) };
  }

  async changes({ tenant, since, where, limit }: CheckedChanges): Promise<ChangesResult> {
    const space = this.#space(tenant);
    const cursor = since === undefined ? undefined : parseFeedCursor(since);
    const from = cursor?.position ?? space.pruned;
    const known = cursor === undefined || cursor.incarnation === this.#incarnation;
    if (!known || from < space.pruned || from > space.position) {
      return { entries: [], cursor: this.#cursor(space.position), more: false, startOver: true };
    }
    const entries: FeedEntry[] = [];
    for (const entry of space.feed) {
      if (entry.position <= from || !matchesFeedFilter(entry, where)) continue;
      if (entries.length === limit) {
        return {
          entries,
          cursor: this.#cursor(entries.at(-1)?.position ?? from),
          more: true,
          startOver: false,
        };
      }
      entries.push(entry);
    }
    return { entries, cursor: this.#cursor(space.position), more: false, startOver: false };
  }

  async check(): Promise<readonly Problem[]> {
    return [];
  }

  async prune(before: PruneTimes): Promise<void> {
    for (const space of this.#spaces.values()) space.prune(before);
  }

  async close(): Promise<void> {
    await this.#index?.close();
    this.#spaces.clear();
  }

  #cursor(position: number): string {
    return formatFeedCursor({ incarnation: this.#incarnation, position });
  }

  #space(tenant: string): Space {
    let space = this.#spaces.get(tenant);
    if (space === undefined) {
      space = new Space();
      this.#spaces.set(tenant, space);
    }
    return space;
  }
}

function byName(kinds: readonly Kind[]): ReadonlyMap<string, Kind> {
  return new Map(kinds.map((kind) => [kind.name, kind]));
}
