/** One test's store, behind its guard, with the clock in the test's hands and short ways to use it. */
import type {
  Batch,
  ChangesInput,
  ChangesResult,
  CommitResult,
  Count,
  FeedEntry,
  Get,
  GuardedStore,
  GuardOptions,
  Key,
  KeyValues,
  Kind,
  Page,
  Query,
  Row,
  Store,
  Write,
} from "@throughline/core";
import { guardStore } from "@throughline/core";
import { BrokenRule } from "./assertions.ts";
import type { OpenStore } from "./conformance-test.ts";
import type { TestClock } from "./test-clock.ts";

/** The tenant that tests use, unless they name another. */
export const TENANT = "tenant-a";

type QueryParts = Partial<Omit<Query, "type" | "kind" | "shape">>;

export class Bench {
  readonly clock: TestClock;
  raw: Store;
  store: GuardedStore;
  readonly #opened: OpenStore;

  constructor(opened: OpenStore, clock: TestClock) {
    this.clock = clock;
    this.#opened = opened;
    this.raw = opened.store;
    this.store = this.guard(opened.store);
  }

  /** A guard with the test's clock. */
  guard(store: Store, options: GuardOptions = {}): GuardedStore {
    return guardStore(store, { clock: () => this.clock.now, ...options });
  }

  /** Closes the store and opens its database again. */
  async reopen(): Promise<void> {
    await this.store.close();
    if (this.#opened.reopen === undefined) throw new BrokenRule("this store can't be opened again");
    this.raw = await this.#opened.reopen();
    this.store = this.guard(this.raw);
  }

  /** A second store over the same database. */
  async openAnother(): Promise<GuardedStore> {
    if (this.#opened.openAnother === undefined) throw new BrokenRule("this store can't be shared");
    return this.guard(await this.#opened.openAnother());
  }

  /** Commits writes, for the tests' tenant unless `more` names another. */
  async commit(writes: Write | readonly Write[], more: Partial<Batch> = {}): Promise<CommitResult> {
    return this.store.commit({ tenant: TENANT, writes: "type" in writes ? [writes] : writes, ...more });
  }

  /** One record, or undefined. */
  async get(
    kind: Kind,
    key: Key | string,
    more: Partial<Get> & { tenant?: string } = {},
  ): Promise<Row | undefined> {
    const { tenant = TENANT, ...request } = more;
    const keys = [typeof key === "string" ? [key] : key];
    const { answers } = await this.store.read({
      tenant,
      requests: [{ type: "get", kind: kind.name, keys, select: "all", ...request }],
    });
    return answers[0][0];
  }

  /** A page of a shape; the first 1,000 forward, if nothing else is asked for. */
  async query(kind: Kind, shape: string, parts: QueryParts = {}, tenant = TENANT): Promise<Page> {
    const { answers } = await this.store.read({
      tenant,
      requests: [
        { type: "query", kind: kind.name, shape, prefix: [], direction: "forward", limit: 1_000, ...parts },
      ],
    });
    return answers[0];
  }

  /** Every row of a selection, page by page. */
  async queryAll(kind: Kind, shape: string, parts: QueryParts = {}, tenant = TENANT): Promise<Row[]> {
    const rows: Row[] = [];
    let after: KeyValues | undefined = parts.after;
    for (let pages = 0; pages < 10_000; pages += 1) {
      const page = await this.query(kind, shape, after === undefined ? parts : { ...parts, after }, tenant);
      rows.push(...page.rows);
      if (page.next === undefined) return rows;
      after = page.next;
    }
    throw new BrokenRule(`pages of ${kind.name} do not end`);
  }

  async count(kind: Kind, shape: string, parts: Partial<Count> = {}, tenant = TENANT): Promise<number> {
    const { answers } = await this.store.read({
      tenant,
      requests: [{ type: "count", kind: kind.name, shape, prefix: [], ...parts }],
    });
    return answers[0];
  }

  async changes(input: Partial<ChangesInput> = {}): Promise<ChangesResult> {
    return this.store.changes({ tenant: TENANT, limit: 1_000, ...input });
  }

  /** Every entry of the feed, page by page. */
  async feed(input: Partial<ChangesInput> = {}): Promise<FeedEntry[]> {
    const entries: FeedEntry[] = [];
    let since = input.since;
    for (let pages = 0; pages < 10_000; pages += 1) {
      const page = await this.changes(since === undefined ? input : { ...input, since });
      entries.push(...page.entries);
      if (!page.more) return entries;
      since = page.cursor;
    }
    throw new BrokenRule("the feed does not end");
  }
}
