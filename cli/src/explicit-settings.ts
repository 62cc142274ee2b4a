import type { ExplicitSettings } from "./configuration/resolve-configuration.ts";

/** The settings that flags give. On the command line a path that ends in `.db` is a store too. */
export function explicitSettings(options: {
  readonly store?: string;
  readonly host?: string;
  readonly port?: number;
}): ExplicitSettings {
  const { store, host, port } = options;
  const isPath = store !== undefined && store.endsWith(".db") && !/^[a-z][a-z0-9+.-]+:/i.test(store);
  return {
    store: { value: isPath ? `sqlite:${store}` : store, name: "--store" },
    host: { value: host, name: "--host" },
    port: { value: port, name: "--port" },
  };
}
