/** The settings that hold, and where each came from. */
import { type RetentionPolicy, defaultPolicy } from "@throughline/core";
import { configurationError } from "./configuration-error.ts";
import { findConfigurationFile } from "./configuration-file.ts";
import { type GivenSetting, type Layer, type Origin, checkSetting } from "./given-setting.ts";
import { readConfigurationFile } from "./read-configuration-file.ts";
import { type Environment, readEnvironment } from "./read-environment.ts";
import { resolveStore } from "./resolve-store.ts";
import type { SettingName, durabilities, repoChecks } from "./settings.ts";

/** What holds when nobody says otherwise; for the store see `defaultStore`. */
const defaults = {
  tenant: "default",
  durability: "power-loss",
  host: "127.0.0.1",
  port: 8003,
  allowHosts: null,
  apiKey: null,
  databaseName: null,
  minPoolSize: 5,
  maxPoolSize: 20,
  autoSave: true,
  ...defaultPolicy,
  cleanUpMinutes: 60,
  packContextAbove: 65_536,
  contentBytes: 16_777_216,
  tokenModel: "o200k",
  hookImportTranscripts: true,
  hookLingerSeconds: 10,
  checkRepos: "auto",
} as const;

export interface Settings extends RetentionPolicy {
  /** The store's URL. */
  readonly store: string;
  readonly tenant: string;
  readonly durability: (typeof durabilities)[number];
  readonly host: string;
  readonly port: number;
  /** Null: none beside those of this machine. */
  readonly allowHosts: readonly string[] | null;
  readonly apiKey: string | null;
  readonly databaseName: string | null;
  readonly minPoolSize: number;
  readonly maxPoolSize: number;
  readonly autoSave: boolean;
  /** 0: never. */
  readonly cleanUpMinutes: number;
  /** Bytes; null: never. */
  readonly packContextAbove: number | null;
  /** Bytes. */
  readonly contentBytes: number;
  /** A model's name, or that of a family. */
  readonly tokenModel: string;
  readonly hookImportTranscripts: boolean;
  readonly hookLingerSeconds: number;
  /** `auto`: where the store is a file that no other machine reaches. */
  readonly checkRepos: (typeof repoChecks)[number];
}

export interface ResolvedConfiguration {
  readonly settings: Settings;
  readonly origins: ReadonlyMap<keyof Settings, Origin>;
  /** The configuration file that was found. */
  readonly file: string | undefined;
}

/** A value given explicitly, and what its giver calls it: `--store`, or `store` in a call. */
export type ExplicitSettings = Partial<
  Record<SettingName, { readonly value: unknown; readonly name: string }>
>;

/**
 * Looks each setting up by itself: explicit values first, then the environment, the configuration file, defaults.
 *
 * @throws ThroughlineError `invalid` with reason `configuration`, `unknown_setting` or `missing_variable`
 */
export async function resolveConfiguration(
  explicit: ExplicitSettings = {},
  environment: Environment = process.env,
  directory: string = process.cwd(),
): Promise<ResolvedConfiguration> {
  const file = await findConfigurationFile(directory);
  const layers: Layer[] = [
    readExplicit(explicit),
    readEnvironment(environment),
    ...(file === undefined ? [] : [readConfigurationFile(file, environment)]),
  ];
  const origins = new Map<keyof Settings, Origin>();
  const store = await resolveStore(layers);
  origins.set("store", store.origin);
  const values: Record<string, unknown> = { store: store.value };
  for (const [name, value] of Object.entries(defaults) as [keyof typeof defaults, unknown][]) {
    const given = layers.find((layer) => layer.has(name))?.get(name);
    values[name] = given === undefined ? value : given.value;
    origins.set(name, given?.origin ?? { source: "default", name: "" });
  }
  // Every value was checked against its setting, or is a default.
  const settings = fitPool(values as unknown as Settings, origins);
  if (settings.minPoolSize > settings.maxPoolSize) {
    throw configurationError(
      "configuration",
      `The smallest pool (min_pool_size, ${settings.minPoolSize}) must not be larger than the largest ` +
        `(max_pool_size, ${settings.maxPoolSize}).`,
    );
  }
  return { settings, origins, file: file?.path };
}

/** The default of the smallest pool is no more than the largest that somebody asked for. */
function fitPool(settings: Settings, origins: ReadonlyMap<keyof Settings, Origin>): Settings {
  if (origins.get("minPoolSize")?.source !== "default") return settings;
  return { ...settings, minPoolSize: Math.min(settings.minPoolSize, settings.maxPoolSize) };
}

function readExplicit(explicit: ExplicitSettings): Layer {
  const layer = new Map<SettingName, GivenSetting>();
  for (const [name, given] of Object.entries(explicit) as [SettingName, ExplicitSettings[SettingName]][]) {
    if (given?.value === undefined) continue;
    layer.set(name, checkSetting(name, given.value, { source: "option", name: given.name }));
  }
  return layer;
}
