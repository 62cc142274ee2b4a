import type { Throughline } from "@throughline/core";
import {
  type ExplicitSettings,
  type Settings,
  resolveConfiguration,
} from "./configuration/resolve-configuration.ts";
import { openStore } from "./stores/open-store.ts";
import { parseStoreUrl } from "./stores/store-url.ts";
import { throughlineOf } from "./throughline-of.ts";

export interface OpenedThroughline {
  readonly throughline: Throughline;
  /** The settings that hold. */
  readonly settings: Settings;
}

/** Opens the store that the settings name; what is worth knowing becomes a warning of the process. */
export async function openConfigured(
  explicit: ExplicitSettings,
  generateId?: () => string,
): Promise<OpenedThroughline> {
  const configuration = await resolveConfiguration(explicit);
  const { settings } = configuration;
  const store = await openStore(parseStoreUrl(settings.store), configuration, {
    onWarning: (warning) => process.emitWarning(warning, "ThroughlineWarning"),
  });
  try {
    return { throughline: throughlineOf(store, settings, generateId && { generateId }), settings };
  } catch (error) {
    await store.close();
    throw error;
  }
}
