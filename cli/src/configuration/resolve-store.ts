/** The store's URL from the settings that may name it. */
import { dirname, isAbsolute, resolve } from "node:path";
import { defaultStore } from "../stores/default-store.ts";
import { storeUrlOf } from "../stores/store-url.ts";
import { configurationError } from "./configuration-error.ts";
import type { GivenSetting, Layer } from "./given-setting.ts";
import type { SettingName } from "./settings.ts";

const byBackend = ["backend", "connectionString", "databasePath"] as const satisfies readonly SettingName[];

const schemes = {
  postgresql: /^postgres(ql)?:/i,
  mongodb: /^mongodb(\+srv)?:/i,
};

/**
 * The first layer that names a store decides: by its URL, or by the backend and what goes with it, of which layers
 * below may complete what is left out.
 */
export async function resolveStore(layers: readonly Layer[]): Promise<GivenSetting> {
  for (const [index, layer] of layers.entries()) {
    const url = layer.get("store");
    const named = byBackend.filter((name) => layer.has(name));
    if (url !== undefined) {
      if (url.origin.source === "file" && named[0] !== undefined) throw saidTwice(url, layer.get(named[0]));
      if (url.origin.source === "environment") return { ...url, value: storeUrlOf(url.value as string) };
      return fromFile(url);
    }
    if (named.length > 0) return storeOfBackend(layers.slice(index));
  }
  return { value: await defaultStore(), origin: { source: "default", name: "" } };
}

async function storeOfBackend(layers: readonly Layer[]): Promise<GivenSetting> {
  const find = (name: SettingName) => layers.find((layer) => layer.has(name))?.get(name);
  const [backend, connection, path] = byBackend.map(find);
  if (backend?.value === "memory") return { value: "memory:", origin: backend.origin };
  if (backend?.value === "postgresql" || backend?.value === "mongodb") {
    const isFitting = connection !== undefined && schemes[backend.value].test(connection.value as string);
    if (isFitting) return connection;
    throw configurationError(
      "configuration",
      `${backend.origin.name} says ${backend.value}, so the connection string (STORAGE_CONNECTION_STRING or ` +
        `storage.connection_string) must be its URL, ${backend.value}://….`,
    );
  }
  if (path !== undefined) {
    const isAlone = connection === undefined || connection.origin.source !== path.origin.source;
    if (backend === undefined && !isAlone) throw saidTwice(path, connection);
    return fromFile({ value: `sqlite:${path.value as string}`, origin: path.origin });
  }
  if (backend === undefined && connection !== undefined) return fromFile(connection);
  if (connection !== undefined && /^(sqlite|file):/i.test(connection.value as string))
    return fromFile(connection);
  if (connection !== undefined && connection.origin.source === backend?.origin.source) {
    throw configurationError(
      "configuration",
      `${backend.origin.name} says sqlite, and ${connection.origin.name} is no URL of an SQLite file: leave out one of them.`,
    );
  }
  const origin = backend?.origin ?? { source: "default", name: "" };
  return { value: await defaultStore(), origin };
}

/** A relative path in a configuration file starts from that file's folder, wherever it was found from. */
function fromFile(store: GivenSetting): GivenSetting {
  const [, scheme, path] = /^(sqlite:|file:)([^/~].*)$/is.exec(store.value as string) ?? [];
  if (store.origin.source !== "file" || scheme === undefined || path === undefined || isAbsolute(path))
    return store;
  if (path === ":memory:") return store;
  const folder = dirname(store.origin.name.slice(0, store.origin.name.lastIndexOf(": ")));
  return { value: `${scheme}${resolve(folder, path)}`, origin: store.origin };
}

function saidTwice(one: GivenSetting, other: GivenSetting | undefined): Error {
  return configurationError(
    "configuration",
    `${one.origin.name} and ${other?.origin.name} both name a store: keep one of them.`,
  );
}
