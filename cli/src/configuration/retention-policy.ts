import type { RetentionPolicy } from "@throughline/core";
import type { Settings } from "./resolve-configuration.ts";

/** What the settings say about how long things are kept. */
export function retentionPolicy(settings: Settings): RetentionPolicy {
  const { expiryHours, ttlDays, maxSessions, trashDays, feedDays, operationsDays } = settings;
  return { expiryHours, ttlDays, maxSessions, trashDays, feedDays, operationsDays };
}
