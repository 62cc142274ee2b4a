import type { ExplicitSettings } from "./resolve-configuration.ts";
import { storeUrlOf } from "../stores/store-url.ts";

/** The settings that flags give. On the command line a path that ends in `.db` is a store too. */
export function explicitSettings(options: {
  readonly store?: string;
  readonly host?: string;
  readonly port?: number;
  readonly allowHost?: readonly string[];
}): ExplicitSettings {
  const { store, host, port, allowHost } = options;
  return {
    store: { value: store === undefined ? undefined : storeUrlOf(store), name: "--store" },
    host: { value: host, name: "--host" },
    port: { value: port, name: "--port" },
    allowHosts: { value: allowHost, name: "--allow-host" },
  };
}
