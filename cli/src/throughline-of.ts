import { type GuardedStore, Throughline, type ThroughlineOptions } from "@throughline/core";
import { chunkCodec } from "@throughline/importers/chunk-codec";
import type { Settings } from "./configuration/resolve-configuration.ts";
import { retentionPolicy } from "./configuration/retention-policy.ts";

/** The services above an opened store, as the settings say. */
export function throughlineOf(
  store: GuardedStore,
  settings: Settings,
  others: Pick<ThroughlineOptions, "generateId"> = {},
): Throughline {
  return new Throughline(store, {
    tenant: settings.tenant,
    codec: chunkCodec,
    retention: retentionPolicy(settings),
    packContextAbove: settings.packContextAbove,
    contentBytes: settings.contentBytes,
    tokenModel: settings.tokenModel,
    ...others,
  });
}
