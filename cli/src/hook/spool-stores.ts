/** The stores that events are meant for. */
import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import type { Throughline } from "@throughline/core";
import {
  type ResolvedConfiguration,
  type Settings,
  resolveConfiguration,
} from "../configuration/resolve-configuration.ts";
import { explicitSettings } from "../configuration/explicit-settings.ts";
import { openStore } from "../stores/open-store.ts";
import { type StoreLocation, parseStoreUrl } from "../stores/store-url.ts";
import { throughlineOf } from "../throughline-of.ts";
import { type KeptSettings, restoreSettings } from "./kept-settings.ts";

export interface Destination {
  /** The same for all that goes to one tenant of one store. */
  readonly name: string;
  readonly settings: Settings;
  open(): Promise<Throughline>;
}

export interface SpoolStores {
  /**
   * Where the settings of a hook lead; undefined: to none of these stores.
   *
   * @throws ThroughlineError for settings that make no sense; Error for those that name an unknown server
   */
  find(kept: KeptSettings): Promise<Destination | undefined>;
  close(): Promise<void>;
}

/** Whatever stores events are meant for, each opened when it is first needed. `store` is one that is known by its URL. */
export function everyStore(store: string | undefined): SpoolStores {
  const opened = new Map<string, Promise<Throughline>>();
  const resolved = new Map<string, Promise<Destination>>();
  const readDestination = async (kept: KeptSettings): Promise<Destination> => {
    const { name, configuration, location } = await resolveKept(kept, [store]);
    const { settings } = configuration;
    const open = async (): Promise<Throughline> =>
      throughlineOf(await openStore(location, configuration, { onWarning: () => undefined }), settings);
    return {
      name,
      settings,
      open() {
        const known = opened.get(name) ?? open();
        opened.set(name, known);
        // It may be there the next time.
        known.catch(() => opened.delete(name));
        return known;
      },
    };
  };
  return {
    find(kept) {
      const { cwd, environment, store: named } = kept;
      const key = JSON.stringify([cwd, environment, named]);
      const known = resolved.get(key) ?? readDestination(kept);
      resolved.set(key, known);
      known.catch(() => resolved.delete(key));
      return known;
    },
    async close() {
      for (const throughline of opened.values()) await (await throughline).close();
      opened.clear();
    },
  };
}

/** One store, which is open: what is meant for others waits for them. */
export function onlyStore(throughline: Throughline, { settings }: ResolvedConfiguration): SpoolStores {
  const own = nameOf(locate(settings, process.cwd()), settings);
  return {
    async find(kept) {
      // Settings that nobody can follow are for whoever records all events to tell.
      const resolved = await resolveKept(kept, [settings.store]).catch(() => undefined);
      if (resolved?.name !== own) return undefined;
      const { name, configuration } = resolved;
      return { name, settings: configuration.settings, open: () => Promise.resolve(throughline) };
    },
    close: () => Promise.resolve(),
  };
}

interface Resolved {
  readonly name: string;
  readonly configuration: ResolvedConfiguration;
  readonly location: StoreLocation;
}

async function resolveKept(kept: KeptSettings, known: readonly (string | undefined)[]): Promise<Resolved> {
  const { environment, store } = restoreSettings(kept, known);
  const explicit = explicitSettings(store === undefined ? {} : { store });
  // A repository that somebody else wrote must not say where sessions go: only a file of the user's own does.
  const configuration = await resolveConfiguration(explicit, environment, homedir());
  const location = locate(configuration.settings, kept.cwd);
  return { name: nameOf(location, configuration.settings), configuration, location };
}

/** A relative path starts where the hook was called. */
function locate({ store }: Settings, folder: string): StoreLocation {
  const location = parseStoreUrl(store);
  return location.type === "sqlite" ? { ...location, path: resolve(folder, location.path) } : location;
}

function nameOf(location: StoreLocation, { tenant, databaseName }: Settings): string {
  if (location.type === "sqlite") return JSON.stringify(["sqlite", tenant, realPath(location.path)]);
  return JSON.stringify([location.type, tenant, "url" in location ? location.url : "", databaseName]);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
