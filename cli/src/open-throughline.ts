import { type Throughline, ThroughlineError, parseInput } from "@throughline/core";
import * as v from "valibot";
import type { ExplicitSettings } from "./configuration/resolve-configuration.ts";
import { durabilities } from "./configuration/settings.ts";
import { openConfigured } from "./open-configured.ts";

const schema = v.strictObject({
  store: v.optional(v.string("must be text")),
  tenant: v.optional(v.string("must be text")),
  durability: v.optional(v.picklist(durabilities, "must be power-loss or process-crash")),
  generateId: v.optional(v.function("must be a function")),
});

/** How to open a store. What is left out comes from the environment, the configuration file, or the defaults. */
export interface Configuration {
  /**
   * URL of the store: `memory:`, `sqlite:<path>`, `file:<path>`, or that of a server, beginning with `postgres://`,
   * `postgresql://`, `mongodb://`, `mongodb+srv://`, `http://` or `https://`. Default: a file in the user's data
   * directory.
   */
  readonly store?: string;
  /** Whose data this is. Default: `default`. */
  readonly tenant?: string;
  /**
   * What an acknowledged write survives: `power-loss`, or only `process-crash`, which is faster. Default: `power-loss`.
   * Only files have a choice: a store that promises less than is asked for here is refused, and one that promises more
   * gives a warning of the process.
   */
  readonly durability?: "power-loss" | "process-crash";
  /** Makes ids of sessions, and of messages that bring none. Default: UUIDv7. */
  readonly generateId?: () => string;
}

/**
 * Opens a store by its URL, or by a configuration, and brings its schema up to date. Without either, the store is the
 * one that the environment or the configuration file names, or the default one.
 *
 * @throws ThroughlineError `invalid` for a configuration that makes no sense; `unsupported` with reason `store` for a
 * URL of a store that this version doesn't have, `missing_driver` for a driver that is not installed, and `durability`
 * for a store that promises less than `durability` asks for; `unavailable` for a store that can't be opened.
 */
export async function openThroughline(target: string | Configuration = {}): Promise<Throughline> {
  const given = typeof target === "string" ? { store: target } : parseInput(schema, target, "configuration");
  const explicit: ExplicitSettings = {
    store: { value: given.store, name: "store" },
    tenant: { value: given.tenant, name: "tenant" },
    durability: { value: given.durability, name: "durability" },
  };
  if (given.store === "") {
    throw new ThroughlineError("invalid", "The URL of the store is empty.", { reason: "store_url" });
  }
  const generateId = given.generateId as Configuration["generateId"];
  return (await openConfigured(explicit, generateId)).throughline;
}
