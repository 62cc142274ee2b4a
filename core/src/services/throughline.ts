import type { GuardedStore } from "../contract/store.ts";
import { newId } from "../id.ts";
import { label } from "../schemas/text.ts";
import { parseInput } from "../schemas/parse-input.ts";
import { Files } from "./files.ts";
import { Messages } from "./messages.ts";
import { type SearchOptions, type SearchPage, searchMessages } from "./search.ts";
import type { ChunkCodec } from "./blank-source.ts";
import type { ServiceContext } from "./service-context.ts";
import { type CallSettings, Sessions } from "./sessions.ts";
import { Settings } from "./settings.ts";
import { type Statistics, countAll } from "./stats.ts";

export interface ThroughlineOptions {
  /** Whose data this is. Default: `default`. */
  readonly tenant?: string;
  /** Makes ids of sessions, and of messages that bring none. Default: UUIDv7. */
  readonly generateId?: () => string;
  /** Unpacks imported files, so that a deleted message can be taken out of them. Default: none. */
  readonly codec?: ChunkCodec;
}

/** The services, above one store, for one tenant. */
export class Throughline {
  readonly sessions: Sessions;
  readonly messages: Messages;
  /** How each session is to be run. */
  readonly settings: Settings;
  /** Records of files that were uploaded to a provider. */
  readonly files: Files;
  /** The store behind the services, with its guard: for importers, adapters and tools. */
  readonly store: GuardedStore;
  readonly tenant: string;
  readonly #context: ServiceContext;

  constructor(store: GuardedStore, options: ThroughlineOptions = {}) {
    const { tenant: given = "default" } = options;
    const tenant = parseInput(label, given, "tenant");
    this.#context = { store, tenant, generateId: options.generateId ?? newId, codec: options.codec };
    this.store = store;
    this.tenant = tenant;
    this.sessions = new Sessions(this.#context);
    this.messages = new Messages(this.#context);
    this.settings = new Settings(this.#context);
    this.files = new Files(this.#context);
  }

  /** Finds messages by their text, best first. @throws ThroughlineError `invalid` */
  async search(options: SearchOptions, settings: CallSettings = {}): Promise<SearchPage> {
    return searchMessages(this.#context, options, settings);
  }

  /** Counts sessions, messages and tokens. */
  async stats(settings: CallSettings = {}): Promise<Statistics> {
    return countAll(this.#context, settings);
  }

  /** The same store, seen by another tenant. */
  withTenant(tenant: string): Throughline {
    const { generateId, codec } = this.#context;
    return new Throughline(this.store, {
      // Checked here: no tenant at all would be the default one.
      tenant: parseInput(label, tenant, "tenant"),
      generateId,
      ...(codec === undefined ? undefined : { codec }),
    });
  }

  /** Finishes acknowledged work and closes the store, for every tenant. */
  async close(): Promise<void> {
    await this.store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
