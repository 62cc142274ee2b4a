import type { Throughline } from "@throughline/core";
import { type Schedule, listKeys, scheduleCleanUp } from "@throughline/server";
import type { Settings } from "./configuration/resolve-configuration.ts";
import type { StoreLocation } from "./stores/store-url.ts";

/**
 * Cleans up on the schedule of the settings, for the server's tenant and those of its API keys. Undefined where it is
 * switched off, and where the store is another server, which cleans up itself.
 */
export function cleanUpRegularly(
  throughline: Throughline,
  settings: Settings,
  location: StoreLocation,
): Schedule | undefined {
  if (settings.cleanUpMinutes === 0 || location.type === "http") return undefined;
  return scheduleCleanUp({
    throughline,
    intervalMs: settings.cleanUpMinutes * 60 * 1_000,
    tenants: async () => {
      const tenants = new Set<string>();
      for await (const { tenant } of listKeys(throughline.store)) tenants.add(tenant);
      return [...tenants];
    },
  });
}
