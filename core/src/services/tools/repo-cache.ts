/** The repo cache: where repositories were cloned to. */
import { ThroughlineError, isThroughlineError } from "../../error.ts";
import type { Row, RowOf } from "../../model/kind.ts";
import type { repoCache } from "../../model/tool-records.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { keyText } from "../../schemas/text.ts";
import { type RepoInput, type RepoListInput, repoInput, repoList } from "../../schemas/tool-input.ts";
import { everyRecord } from "../every-record.ts";
import { listPage } from "../list-page.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings, Page } from "../sessions/sessions.ts";
import { touchesFor } from "../touches.ts";

export interface CachedRepo {
  readonly key: string;
  readonly url: string;
  readonly ref: string | null;
  readonly searchPath: string | null;
  readonly localPath: string;
  readonly commit: string | null;
  readonly clonedAt: Date;
  readonly lastUpdated: Date;
  /** When it was looked up last, before this time. */
  readonly lastAccessed: Date;
}

const kind = "repo_cache";
const defaultLimit = 50;
const accessFields = { kind, last: "lastAccessed" } as const;

export class RepoCache {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /**
   * Notes where a repository lies. One that is known keeps the time of its cloning, unless it lies elsewhere now.
   *
   * @throws ThroughlineError `invalid`
   */
  async set(input: RepoInput, settings: CallSettings = {}): Promise<CachedRepo> {
    const { key, url, ref, searchPath, localPath, commit } = parseInput(repoInput, input, "repository");
    const { store, tenant } = this.#context;
    const known = await this.#row(key, settings);
    const now = store.now();
    const set = {
      url,
      ref: ref ?? "",
      searchPath: searchPath ?? "",
      localPath,
      commit: commit ?? "",
      lastUpdated: now,
      ...(known?.localPath === localPath ? undefined : { clonedAt: now }),
    };
    const record = { resourceKey: key, clonedAt: now, ...set, lastAccessed: now };
    await store.commit(
      {
        tenant,
        writes: [{ type: "insert", kind, record, exists: { set, maximum: { lastAccessed: now } } }],
      },
      settings,
    );
    return this.get(key, settings);
  }

  /** A clone by its key, which is a touch. @throws ThroughlineError `not_found` with reason `repository` */
  async get(key: string, settings: CallSettings = {}): Promise<CachedRepo> {
    const checked = parseInput(keyText, key, "repository");
    const { store, tenant } = this.#context;
    const touches = touchesFor(store);
    const row = await touches.reading(() => this.#row(checked, settings));
    if (row === undefined) throw repoNotFound(checked);
    const repo = this.#known(row);
    touches.note(tenant, accessFields, [checked], store.now());
    return repo;
  }

  /** Clones, updated last first. @throws ThroughlineError `invalid` */
  async list(options: RepoListInput = {}, settings: CallSettings = {}): Promise<Page<CachedRepo>> {
    const { limit = defaultLimit, cursor } = parseInput(repoList, options, "repositories");
    return touchesFor(this.#context.store).reading(() =>
      listPage(
        this.#context,
        {
          list: "repositories",
          query: { kind, shape: "updated", prefix: [], direction: "backward" },
          limit,
          cursor,
          toItem: (row) => this.#known(row),
        },
        settings,
      ),
    );
  }

  /** Forgets a clone; the folder stays as it is. @throws ThroughlineError `not_found` with reason `repository` */
  async delete(key: string, settings: CallSettings = {}): Promise<void> {
    const checked = parseInput(keyText, key, "repository");
    const { store, tenant } = this.#context;
    const { results } = await store.commit(
      { tenant, writes: [{ type: "remove", kind, key: [checked] }] },
      settings,
    );
    if (results[0]?.outcome === "absent") throw repoNotFound(checked);
  }

  /**
   * Forgets clones whose folder is gone, which `isThere` says: what it throws ends the check. One that was noted anew
   * meanwhile stays. Answers the keys of those that were forgotten.
   */
  async validate(
    isThere: (localPath: string) => boolean | Promise<boolean>,
    settings: CallSettings = {},
  ): Promise<readonly string[]> {
    const { store, tenant } = this.#context;
    const gone: string[] = [];
    const query = { kind, shape: "key", prefix: [], direction: "forward", limit: 500 } as const;
    for await (const row of everyRecord(this.#context, query, settings)) {
      const { resourceKey, localPath } = row as RowOf<typeof repoCache>;
      if (await isThere(localPath)) continue;
      const key = [resourceKey];
      const { revision } = row;
      try {
        await store.commit(
          {
            tenant,
            expect: [{ type: "equals", kind, key, fields: { revision } }],
            writes: [{ type: "remove", kind, key }],
          },
          settings,
        );
        gone.push(resourceKey);
      } catch (error) {
        if (!isThroughlineError(error) || error.reason !== "expectation") throw error;
      }
    }
    return gone;
  }

  async #row(key: string, settings: CallSettings): Promise<Row | undefined> {
    const { store, tenant } = this.#context;
    const { answers } = await store.read(
      { tenant, requests: [{ type: "get", kind, keys: [[key]] }] },
      settings,
    );
    return answers[0][0];
  }

  #known(row: Row): CachedRepo {
    const record = row as RowOf<typeof repoCache>;
    const { store, tenant } = this.#context;
    const { at } = touchesFor(store).waiting(tenant, kind, [record.resourceKey]);
    return {
      key: record.resourceKey,
      url: record.url,
      ref: textOf(record.ref),
      searchPath: textOf(record.searchPath),
      localPath: record.localPath,
      commit: textOf(record.commit),
      clonedAt: new Date(record.clonedAt),
      lastUpdated: new Date(record.lastUpdated),
      lastAccessed: new Date(Math.max(record.lastAccessed, at)),
    };
  }
}

function textOf(text: string): string | null {
  return text === "" ? null : text;
}

function repoNotFound(key: string): ThroughlineError {
  return new ThroughlineError("not_found", `There is no repository ${key} in the cache.`, {
    reason: "repository",
    outcome: "refused",
    details: { repository: key },
  });
}
