import type { GuardedStore } from "../contract/store.ts";
import { newId } from "../id.ts";
import { label } from "../schemas/text.ts";
import { parseInput } from "../schemas/parse-input.ts";
import { contentOptions } from "./blobs/kept-content.ts";
import { Checkpoints } from "./checkpoints/checkpoints.ts";
import { packingFor } from "./context/background-packing.ts";
import { Context, packingOptions } from "./context/context.ts";
import { Files } from "./files/files.ts";
import { Memories } from "./memories/memories.ts";
import { WorkingMemories } from "./memories/working-memory.ts";
import { Messages } from "./messages/messages.ts";
import { Projects } from "./projects/projects.ts";
import { type SearchOptions, type SearchPage, searchMessages } from "./search.ts";
import type { ChunkCodec } from "./sources/blank-source.ts";
import { type CleanUpOptions, type CleanUpReport, cleanUp } from "./retention/clean-up.ts";
import { type PolicyInput, completePolicy } from "./retention/policy.ts";
import { type NativeExport, exportNative } from "./sources/export-native.ts";
import type { ServiceContext } from "./service-context.ts";
import { type CallSettings, Sessions } from "./sessions/sessions.ts";
import { Settings } from "./sessions/settings.ts";
import { Commands } from "./tools/commands.ts";
import { RepoCache } from "./tools/repo-cache.ts";
import { ToolSessions } from "./tools/tool-sessions.ts";
import { touchesFor } from "./touches.ts";
import { backgroundContentOf } from "./resources/background-content.ts";
import { Resources } from "./resources/resources.ts";
import { familyOfOption } from "./tokens/count-tokens.ts";
import { TokenCounter } from "./tokens/token-counter.ts";
import { type Statistics, countAll } from "./stats.ts";
import { Users } from "./projects/users.ts";

export interface ThroughlineOptions {
  /** Whose data this is. Default: `default`. */
  readonly tenant?: string;
  /** Makes ids of sessions, and of messages that bring none. Default: UUIDv7. */
  readonly generateId?: () => string;
  /** Unpacks imported files, so that a deleted message can be taken out of them. Default: none. */
  readonly codec?: ChunkCodec;
  /**
   * Bytes of a session's context, as JSON, above which older entries of it are packed in the background; null: never.
   * Default: 64 KiB.
   */
  readonly packContextAbove?: number | null;
  /** Bytes that content which is kept may have, of a file or of an upload. Default: 16 MiB. */
  readonly contentBytes?: number;
  /**
   * The model, or the family of models, whose tokens are counted where nobody says: `o200k`, `cl100k`, `claude`, `claude5`,
   * `gemini`, `llama`, or a model's name. Default: `o200k`.
   */
  readonly tokenModel?: string;
  /** How long `gc` keeps things. Default: the trash and the change feed 30 days, operation ids 7, all else for ever. */
  readonly retention?: PolicyInput;
}

/** The services, above one store, for one tenant. */
export class Throughline {
  readonly sessions: Sessions;
  readonly messages: Messages;
  /** How each session is to be run. */
  readonly settings: Settings;
  /** What happened in each session beside its messages. */
  readonly context: Context;
  /** Named snapshots of what happened in a session. */
  readonly checkpoints: Checkpoints;
  /** Files and other content that sessions touch. */
  readonly resources: Resources;
  /** Records of files that were uploaded to a provider. */
  readonly files: Files;
  /** Tokens of texts, as models count them. */
  readonly tokens: TokenCounter;
  /** Keyed facts of a project, a user or a session. */
  readonly memories: Memories;
  /** What holds just now for a user or a session. */
  readonly workingMemory: WorkingMemories;
  readonly projects: Projects;
  readonly users: Users;
  /** The ids under which tools keep their own state for sessions. */
  readonly toolSessions: ToolSessions;
  /** Where repositories were cloned to. */
  readonly repoCache: RepoCache;
  /** How often users gave their commands. */
  readonly commands: Commands;
  /** The store behind the services, with its guard: for importers, adapters and tools. */
  readonly store: GuardedStore;
  readonly tenant: string;
  readonly #context: ServiceContext;

  constructor(store: GuardedStore, options: ThroughlineOptions = {}) {
    const { tenant: given = "default" } = options;
    const tenant = parseInput(label, given, "tenant");
    const { packContextAbove } = parseInput(packingOptions, options, "options");
    const { contentBytes } = parseInput(contentOptions, options, "options");
    const { tokenModel } = options;
    this.#context = {
      store,
      tenant,
      generateId: options.generateId ?? newId,
      codec: options.codec,
      ...(packContextAbove === undefined ? undefined : { packContextAbove }),
      ...(contentBytes === undefined ? undefined : { contentBytes }),
      ...(tokenModel === undefined ? undefined : { tokenFamily: familyOfOption(tokenModel) }),
      retention: completePolicy(options.retention ?? {}),
    };
    this.store = store;
    this.tenant = tenant;
    this.sessions = new Sessions(this.#context);
    this.messages = new Messages(this.#context);
    this.settings = new Settings(this.#context);
    this.context = new Context(this.#context);
    this.checkpoints = new Checkpoints(this.#context);
    this.resources = new Resources(this.#context);
    this.files = new Files(this.#context);
    this.tokens = new TokenCounter(this.#context);
    this.memories = new Memories(this.#context);
    this.workingMemory = new WorkingMemories(this.#context);
    this.projects = new Projects(this.#context);
    this.users = new Users(this.#context);
    this.toolSessions = new ToolSessions(this.#context);
    this.repoCache = new RepoCache(this.#context);
    this.commands = new Commands(this.#context);
  }

  /** Finds messages by their text, best first. @throws ThroughlineError `invalid` */
  async search(options: SearchOptions, settings: CallSettings = {}): Promise<SearchPage> {
    return searchMessages(this.#context, options, settings);
  }

  /** Counts sessions, messages and tokens. */
  async stats(settings: CallSettings = {}): Promise<Statistics> {
    return countAll(this.#context, settings);
  }

  /**
   * Cleans up for this tenant by the policy: marks sessions expired, puts them into the trash, erases what was there for
   * long enough, goes on with erasures that were cut short; removes memories that have ended, and of each kind that
   * sessions carry what nobody used for long or is too much; drops large values that nobody holds; then old feed entries
   * and operation ids, for all tenants. It works in small commits, and may be stopped at any time. Sessions that are
   * pinned or held stay as they are, with all that belongs to them.
   *
   * @throws ThroughlineError `invalid`; what the first erasure that failed threw, when all others are done
   */
  async gc(options: CleanUpOptions = {}): Promise<CleanUpReport> {
    return cleanUp(this.#context, options);
  }

  /**
   * The bytes that a session was imported from, in its own tool's format.
   *
   * @throws ThroughlineError `not_found`; `unsupported` with reason `no_native` for a session that was not imported. Reading
   *   the bytes: `unsupported` with reason `encoding`, `unavailable` with reason `missing_bytes`.
   */
  async exportNative(session: string, settings: CallSettings = {}): Promise<NativeExport> {
    return exportNative(this.#context, session, settings);
  }

  /** The same store, seen by another tenant. */
  withTenant(tenant: string): Throughline {
    const { generateId, codec, retention, packContextAbove, contentBytes, tokenFamily } = this.#context;
    return new Throughline(this.store, {
      // Checked here: no tenant at all would be the default one.
      tenant: parseInput(label, tenant, "tenant"),
      generateId,
      ...(codec === undefined ? undefined : { codec }),
      ...(packContextAbove === undefined ? undefined : { packContextAbove }),
      ...(contentBytes === undefined ? undefined : { contentBytes }),
      ...(tokenFamily === undefined ? undefined : { tokenModel: tokenFamily }),
      ...(retention === undefined ? undefined : { retention }),
    });
  }

  /** Writes down now which records were read, which is otherwise done within a second, and by `close`. */
  async flushReads(): Promise<void> {
    await touchesFor(this.store).flush();
  }

  /**
   * Resolves when nothing is left of what is done behind the back of callers, for every tenant: packing contexts, counting
   * tokens, finding dependencies. `close` waits for it, too.
   */
  async settled(): Promise<void> {
    await packingFor(this.store).settled();
    await backgroundContentOf(this.store).settled();
  }

  /** Finishes acknowledged work and closes the store, for every tenant. */
  async close(): Promise<void> {
    await this.flushReads();
    await this.settled();
    await this.store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
