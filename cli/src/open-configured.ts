import { chunkCodec } from "@throughline/importers/chunk-codec";
import { Throughline } from "@throughline/core";
import {
  type ExplicitSettings,
  type Settings,
  resolveConfiguration,
} from "./configuration/resolve-configuration.ts";
import { retentionPolicy } from "./configuration/retention-policy.ts";
import { openStore } from "./open-store.ts";
import { parseStoreUrl } from "./store-url.ts";

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
    const options = {
      tenant: settings.tenant,
      codec: chunkCodec,
      retention: retentionPolicy(settings),
      packContextAbove: settings.packContextAbove,
      ...(generateId && { generateId }),
    };
    return { throughline: new Throughline(store, options), settings };
  } catch (error) {
    await store.close();
    throw error;
  }
}
