/** Every setting: its names, what it may be, what it is when nobody says. The documentation is tested against this. */
import {
  type KindLimits,
  limitedKinds,
  limitsOf,
  toSnakeCase,
  tokenFamilies,
  tokenFamilyOf,
} from "@throughline/core";
import * as v from "valibot";

const text = v.pipe(v.string("must be text"), v.nonEmpty("must not be empty"));
const isOneOf = (names: readonly string[]) => `must be ${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;

const backends = ["sqlite", "memory", "postgresql", "mongodb"] as const;
export const durabilities = ["power-loss", "process-crash"] as const;
export const repoChecks = ["auto", "always", "never"] as const;

function wholeNumber(from: number, to: number) {
  const message = `must be a whole number from ${from} to ${to}`;
  return v.pipe(
    v.number(message),
    v.safeInteger(message),
    v.minValue(from, message),
    v.maxValue(to, message),
  );
}

/** A number of days or the like, or `never`, which holds as null. */
function orNever(number: v.GenericSchema<number>, expected: string) {
  const never = v.pipe(
    v.literal("never"),
    v.transform(() => null),
  );
  return v.union([never, number], expected);
}

function days(expected: string, from: (value: number) => boolean) {
  return orNever(v.pipe(v.number(), v.check(from, expected), v.maxValue(100_000, expected)), expected);
}

function countOrNever(from: number) {
  const expected = `must be a whole number from ${from}, or never`;
  return orNever(v.pipe(v.number(), v.safeInteger(expected), v.minValue(from, expected)), expected);
}

const aboveNothing = "must be a number above 0, at most 100000, or never";
const fromNothing = "must be a number from 0, at most 100000, or never";

export interface Setting {
  /** Where it stands in a configuration file. */
  readonly path: readonly string[];
  /** Its environment variable. */
  readonly variable?: string;
  readonly schema: v.GenericSchema;
  /** How its text in the environment is read. */
  readonly reads: "text" | "number" | "boolean" | "list";
  /** Whether it is never shown. */
  readonly isSecret?: true;
}

/** `retention.memories_ttl_days` and `retention.max_memories`, and the like for every kind that has limits of its own. */
const kindLimits = Object.fromEntries(
  limitedKinds.flatMap((kind) => {
    const { ttlDays, max } = limitsOf(kind);
    const schemas = [
      [ttlDays, days(aboveNothing, (value) => value > 0)],
      [max, countOrNever(1)],
    ] as const;
    return schemas.map(([name, schema]): [string, Setting] => {
      const inFile = toSnakeCase(name);
      const variable = `THROUGHLINE_RETENTION_${inFile.toUpperCase()}`;
      return [name, { path: ["retention", inFile], variable, schema, reads: "number" }];
    });
  }),
) as Readonly<Record<keyof KindLimits, Setting>>;

const hostNames = "must be a list of host names, each with a port where only that one counts";

export const settings = {
  /** URL of the store. */
  store: {
    path: ["store"],
    variable: "THROUGHLINE_STORE",
    schema: text,
    reads: "text",
  },
  /** Whose data this is, where one store holds several customers'. */
  tenant: {
    path: ["tenant"],
    variable: "THROUGHLINE_TENANT",
    schema: text,
    reads: "text",
  },
  /** What an acknowledged write survives. */
  durability: {
    path: ["durability"],
    variable: "THROUGHLINE_DURABILITY",
    schema: v.picklist(durabilities, isOneOf(durabilities)),
    reads: "text",
  },
  /** Address that the server listens on. */
  host: {
    path: ["host"],
    variable: "THROUGHLINE_HOST",
    schema: text,
    reads: "text",
  },
  /** Port that the server listens on; 0 takes a free one. */
  port: {
    path: ["port"],
    variable: "THROUGHLINE_PORT",
    schema: wholeNumber(0, 65_535),
    reads: "number",
  },
  /** Host names that requests may be sent to, beside those of this machine. */
  allowHosts: {
    path: ["allow_hosts"],
    variable: "THROUGHLINE_ALLOW_HOSTS",
    schema: v.array(
      v.pipe(
        v.string(hostNames),
        v.regex(/^(?:[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i, hostNames),
      ),
      hostNames,
    ),
    reads: "list",
  },
  /** The API key that a Throughline server is asked with, where one is the store. */
  apiKey: {
    path: ["api_key"],
    variable: "THROUGHLINE_API_KEY",
    schema: v.pipe(
      v.string("must be text"),
      v.regex(/^[\x21-\x7e]+$/, "must have printable ASCII characters without spaces"),
    ),
    reads: "text",
    isSecret: true,
  },
  /** Bytes of a session's context above which older entries are packed. */
  packContextAbove: {
    path: ["context", "pack_above_bytes"],
    variable: "THROUGHLINE_CONTEXT_PACK_ABOVE_BYTES",
    schema: countOrNever(0),
    reads: "number",
  },
  /** Whether hooks import what was said, from the files of the tool that calls them. */
  hookImportTranscripts: {
    path: ["hook", "import_transcripts"],
    variable: "THROUGHLINE_HOOK_IMPORT_TRANSCRIPTS",
    schema: v.boolean("must be true or false"),
    reads: "boolean",
  },
  /** Seconds that the process which records for hooks waits for more events. */
  hookLingerSeconds: {
    path: ["hook", "linger_seconds"],
    variable: "THROUGHLINE_HOOK_LINGER_SECONDS",
    schema: wholeNumber(0, 3_600),
    reads: "number",
  },
  /** When clones whose folder is gone are forgotten without being asked to. */
  checkRepos: {
    path: ["repos", "check"],
    variable: "THROUGHLINE_REPOS_CHECK",
    schema: v.picklist(repoChecks, isOneOf(repoChecks)),
    reads: "text",
  },
  /** Bytes that kept content may have. */
  contentBytes: {
    path: ["content", "max_bytes"],
    variable: "THROUGHLINE_CONTENT_MAX_BYTES",
    schema: wholeNumber(0, 1_073_741_824),
    reads: "number",
  },
  /** The model, or the family of models, whose tokens are counted. */
  tokenModel: {
    path: ["tokens", "model"],
    variable: "THROUGHLINE_TOKENS_MODEL",
    schema: v.pipe(
      text,
      v.check(
        (name) => tokenFamilies.some((family) => family === name) || tokenFamilyOf(name) !== undefined,
        `must be ${tokenFamilies.join(", ")}, or the name of such a model`,
      ),
    ),
    reads: "text",
  },
  /** Kind of the store, where there is no store URL. */
  backend: {
    path: ["storage", "backend"],
    variable: "STORAGE_BACKEND",
    schema: v.picklist(backends, isOneOf(backends)),
    reads: "text",
  },
  /** URL of a database server, where there is no store URL. */
  connectionString: {
    path: ["storage", "connection_string"],
    variable: "STORAGE_CONNECTION_STRING",
    schema: text,
    reads: "text",
  },
  /** Path of an SQLite file, where there is no store URL. */
  databasePath: {
    path: ["storage", "database_path"],
    variable: "STORAGE_DATABASE_PATH",
    schema: text,
    reads: "text",
  },
  /** Name of the database on a MongoDB server. */
  databaseName: {
    path: ["storage", "options", "database_name"],
    schema: text,
    reads: "text",
  },
  /** Connections to a database server that are kept open. */
  minPoolSize: {
    path: ["storage", "min_pool_size"],
    variable: "STORAGE_MIN_POOL_SIZE",
    schema: wholeNumber(0, 10_000),
    reads: "number",
  },
  /** Connections to a database server at most. */
  maxPoolSize: {
    path: ["storage", "max_pool_size"],
    variable: "STORAGE_MAX_POOL_SIZE",
    schema: wholeNumber(1, 10_000),
    reads: "number",
  },
  /** Whether changes are saved as they are made. */
  autoSave: {
    path: ["storage", "auto_save"],
    variable: "STORAGE_AUTO_SAVE",
    schema: v.boolean("must be true or false"),
    reads: "boolean",
  },
  /** Hours without activity after which a session expires. */
  expiryHours: {
    path: ["storage", "expiry_hours"],
    variable: "STORAGE_EXPIRY_HOURS",
    schema: v.pipe(v.number("must be a number above 0"), v.gtValue(0, "must be a number above 0")),
    reads: "number",
  },
  /** Days without activity after which a session goes to the trash. */
  ttlDays: {
    path: ["retention", "ttl_days"],
    variable: "THROUGHLINE_RETENTION_TTL_DAYS",
    schema: days(aboveNothing, (value) => value > 0),
    reads: "number",
  },
  /** Listed sessions that are kept; beyond them those go to the trash that were active longest ago. */
  maxSessions: {
    path: ["retention", "max_sessions"],
    variable: "THROUGHLINE_RETENTION_MAX_SESSIONS",
    schema: countOrNever(1),
    reads: "number",
  },
  ...kindLimits,
  /** Days after its own expiry after which the record of a file goes. */
  expiredFilesDays: {
    path: ["retention", "expired_files_days"],
    variable: "THROUGHLINE_RETENTION_EXPIRED_FILES_DAYS",
    schema: days(fromNothing, (value) => value >= 0),
    reads: "number",
  },
  /** Days in the trash after which a session is erased. */
  trashDays: {
    path: ["retention", "trash_days"],
    variable: "THROUGHLINE_RETENTION_TRASH_DAYS",
    schema: days(fromNothing, (value) => value >= 0),
    reads: "number",
  },
  /** Days for which the change feed is kept. */
  feedDays: {
    path: ["retention", "feed_days"],
    variable: "THROUGHLINE_RETENTION_FEED_DAYS",
    schema: days(fromNothing, (value) => value >= 0),
    reads: "number",
  },
  /** Days for which operation ids are remembered. */
  operationsDays: {
    path: ["retention", "operations_days"],
    variable: "THROUGHLINE_RETENTION_OPERATIONS_DAYS",
    schema: days(fromNothing, (value) => value >= 0),
    reads: "number",
  },
  /** Minutes between two clean-ups of a server; 0: it makes none. */
  cleanUpMinutes: {
    path: ["retention", "interval_minutes"],
    variable: "THROUGHLINE_RETENTION_INTERVAL_MINUTES",
    schema: wholeNumber(0, 1_000_000),
    reads: "number",
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof settings;

export const settingNames = Object.keys(settings) as readonly SettingName[];

/** `storage.min_pool_size`: the setting's name for people. */
export function fileName(name: SettingName): string {
  return settings[name].path.join(".");
}
