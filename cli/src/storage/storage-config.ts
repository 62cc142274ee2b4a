/** A storage by configuration: given here, in the environment, or in a configuration file. */
import { parseInput } from "@throughline/core";
import * as v from "valibot";
import type { ExplicitSettings } from "../configuration/resolve-configuration.ts";
import { settings } from "../configuration/settings.ts";
import { type OpenedThroughline, openConfigured } from "../open-configured.ts";
import { SessionStorage } from "./session-storage.ts";

const schema = v.strictObject({
  backend: v.optional(settings.backend.schema),
  connectionString: v.optional(settings.connectionString.schema),
  databasePath: v.optional(settings.databasePath.schema),
  minPoolSize: v.optional(settings.minPoolSize.schema),
  maxPoolSize: v.optional(settings.maxPoolSize.schema),
  autoSave: v.optional(settings.autoSave.schema),
  expiryHours: v.optional(settings.expiryHours.schema),
  options: v.optional(v.strictObject({ databaseName: v.optional(settings.databaseName.schema) })),
});

/** What is left out comes from the environment (`STORAGE_…`), the configuration file, or the defaults. */
export interface StorageConfigInput {
  readonly backend?: "sqlite" | "postgresql" | "mongodb" | "memory";
  /** URL of a database server. */
  readonly connectionString?: string;
  /** Path of an SQLite file. */
  readonly databasePath?: string;
  /** Default: 5. */
  readonly minPoolSize?: number;
  /** Default: 20. */
  readonly maxPoolSize?: number;
  /** Whether a manager saves by itself. Default: true. */
  readonly autoSave?: boolean;
  /** Hours without activity after which a session expires. Default: never. */
  readonly expiryHours?: number;
  readonly options?: { readonly databaseName?: string };
}

export class StorageConfig {
  readonly values: StorageConfigInput;

  /** @throws ThroughlineError `invalid` with the name of what is wrong in `details.field` */
  constructor(values: StorageConfigInput = {}) {
    this.values = parseInput(schema, values, "storage");
  }
}

/**
 * A storage of the kind that the configuration names; without one, that the environment or the configuration file names.
 * It is opened by `initialize`.
 */
export function createStorage(config: StorageConfig | StorageConfigInput = {}): SessionStorage {
  return new ConfiguredStorage(config instanceof StorageConfig ? config : new StorageConfig(config));
}

class ConfiguredStorage extends SessionStorage {
  readonly #config: StorageConfig;

  constructor(config: StorageConfig) {
    super();
    this.#config = config;
  }

  protected override async open(): Promise<OpenedThroughline> {
    const { options, ...values } = this.#config.values;
    const named = { ...values, databaseName: options?.databaseName };
    const explicit: ExplicitSettings = Object.fromEntries(
      Object.entries(named).map(([name, value]) => [name, { value, name }]),
    );
    return openConfigured(explicit);
  }
}
