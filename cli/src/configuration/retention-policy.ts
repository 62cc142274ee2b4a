import { type RetentionPolicy, defaultPolicy } from "@throughline/core";
import type { Settings } from "./resolve-configuration.ts";

/** What the settings say about how long things are kept. */
export function retentionPolicy(settings: Settings): RetentionPolicy {
  const names = Object.keys(defaultPolicy) as (keyof RetentionPolicy)[];
  return Object.fromEntries(names.map((name) => [name, settings[name]])) as unknown as RetentionPolicy;
}
