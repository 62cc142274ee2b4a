/** Verifies the keys that requests carry. */
import {
  type GuardedStore,
  type Row,
  SYSTEM_TENANT,
  type ThroughlineError,
  apiKeys,
} from "@throughline/core";
import { type Caller, unauthorized } from "../caller.ts";
import { hashOf, isKey } from "./key-text.ts";
import { type ApiKey, isOfOneTenant, keepsKeys, knowsKeys, toApiKey } from "./key-store.ts";
import { WrongKeys } from "./wrong-keys.ts";

/** How long an answer of the store counts. Revoked elsewhere, a key is refused here after this time. */
const FRESH_MS = 750;
/** How often the time of a key's last use is written. */
const USE_MS = 60_000;
/** Keys that are remembered; beyond that the one that was looked up longest ago is forgotten. */
const REMEMBERED = 10_000;
/** Keys that are looked up by one request to the store. */
const AT_ONCE = 500;

interface Verified {
  readonly key: ApiKey;
  readonly at: number;
}

type Waiting = PromiseWithResolvers<ApiKey | undefined>;

export class KeyRing {
  readonly #store: () => GuardedStore;
  /** By hash. One that is here was in the store once, so its hash was no guess. */
  readonly #verified = new Map<string, Verified>();
  /** By hash: asked for since the last turn, for one read together. */
  #waiting = new Map<string, Waiting>();
  /** When the use of a key was written last, by this process. */
  readonly #used = new Map<string, number>();
  readonly #wrongKeys = new WrongKeys();
  #needed: { readonly isNeeded: Promise<boolean>; readonly at: number } | undefined;
  /** What the store said before this moment does not count any more. */
  #clearedAt = Number.NEGATIVE_INFINITY;

  /** @param store the store when it is open; throws until then */
  constructor(store: () => GuardedStore) {
    this.#store = store;
  }

  /** Whether the store knows a key, so that callers need one. */
  isNeeded(): Promise<boolean> {
    const store = this.#store();
    const known = this.#needed;
    if (known !== undefined && this.#isFresh(known.at)) return known.isNeeded;
    const isNeeded = knowsKeys(store);
    this.#needed = { isNeeded, at: performance.now() };
    // What failed is asked again by the next request.
    isNeeded.catch(() => {
      if (this.#needed?.isNeeded === isNeeded) this.#needed = undefined;
    });
    return isNeeded;
  }

  /**
   * Who a key belongs to. `address` is where the request came from.
   *
   * @throws ThroughlineError `unauthorized` with reason `credentials`, `key_expired` or `key_revoked`; `rate_limited`
   */
  async verify(text: string, address: string | undefined): Promise<Caller> {
    const store = this.#store();
    if (!isKey(text)) {
      this.#wrongKeys.check(address);
      throw this.#wrong(address);
    }
    // The hash is looked up in an index. How long that takes tells about the hash, which nobody can choose the key by,
    // so there is nothing here to compare in constant time.
    const hash = hashOf(text);
    // One that was right before is looked up whoever else sends wrong ones from behind the same proxy.
    if (!this.#verified.has(hash)) this.#wrongKeys.check(address);
    const key = await this.#find(store, hash);
    if (key === undefined || key.tenant.startsWith("@")) throw this.#wrong(address);
    // Told only to who has the whole key.
    if (key.revokedAt !== null) throw unauthorized("key_revoked", "This key was revoked.");
    if (key.expiresAt !== null && key.expiresAt.getTime() <= store.now()) {
      throw unauthorized("key_expired", "This key has expired.");
    }
    this.#noteUse(store, key);
    return { tenant: key.tenant, role: key.role };
  }

  /** Forgets what the store said: keys have changed in this process. */
  clear(): void {
    this.#clearedAt = performance.now();
  }

  #isFresh(at: number): boolean {
    return at > this.#clearedAt && performance.now() - at < FRESH_MS;
  }

  #wrong(address: string | undefined): ThroughlineError {
    this.#wrongKeys.count(address);
    return unauthorized("credentials", "This key is wrong.");
  }

  async #find(store: GuardedStore, hash: string): Promise<ApiKey | undefined> {
    const known = this.#verified.get(hash);
    if (known !== undefined && this.#isFresh(known.at)) return known.key;
    if (!keepsKeys(store)) return undefined;
    let waiting = this.#waiting.get(hash);
    if (waiting === undefined) {
      waiting = Promise.withResolvers();
      if (this.#waiting.size === 0) queueMicrotask(() => void this.#lookUp(store));
      this.#waiting.set(hash, waiting);
    }
    return waiting.promise;
  }

  /** Answers all that wait, with one read for many: a thousand streams ask together. */
  async #lookUp(store: GuardedStore): Promise<void> {
    const all = [...this.#waiting];
    this.#waiting = new Map();
    for (let index = 0; index < all.length; index += AT_ONCE) {
      const some = all.slice(index, index + AT_ONCE);
      // As of before the read: what is written while it runs may not be seen.
      const at = performance.now();
      try {
        const rows = await readByHash(store, some);
        some.forEach(([hash, { resolve }], place) => resolve(this.#remember(hash, rows[place], at)));
      } catch (error) {
        for (const [, { resolve, reject }] of some) {
          if (isOfOneTenant(error)) resolve(undefined);
          else reject(error);
        }
      }
    }
  }

  #remember(hash: string, row: Row | undefined, at: number): ApiKey | undefined {
    this.#verified.delete(hash);
    if (row === undefined) return undefined;
    const key = toApiKey(row);
    this.#verified.set(hash, { key, at });
    const oldest = this.#verified.keys().next().value;
    if (this.#verified.size > REMEMBERED && oldest !== undefined) this.#verified.delete(oldest);
    return key;
  }

  /** Quietly: nobody waits for it, and where it can't be written nothing is lost but a time. */
  #noteUse(store: GuardedStore, { keyId, lastUsedAt }: ApiKey): void {
    const now = store.now();
    const last = Math.max(this.#used.get(keyId) ?? 0, lastUsedAt?.getTime() ?? 0);
    if (now - last < USE_MS) return;
    if (this.#used.size >= REMEMBERED) this.#used.clear();
    this.#used.set(keyId, now);
    const maximum = { lastUsedAt: now };
    store
      .commit({
        tenant: SYSTEM_TENANT,
        writes: [{ type: "update", kind: apiKeys.name, key: [keyId], maximum }],
        quiet: { durable: false },
      })
      .catch(() => undefined);
  }
}

async function readByHash(
  store: GuardedStore,
  asked: readonly (readonly [hash: string, waiting: Waiting])[],
): Promise<readonly (Row | undefined)[]> {
  const keys = asked.map(([hash]) => ({ unique: "hash", values: [hash] }));
  const { answers } = await store.read({
    tenant: SYSTEM_TENANT,
    requests: [{ type: "get", kind: apiKeys.name, keys }],
  });
  return answers[0];
}
