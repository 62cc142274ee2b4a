import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** Files that take ten seconds and more on two slow cores, the longest first. */
const longest: readonly string[] = [
  "mongodb/src/killed-writer",
  "mongodb/src/faults/links",
  "stores/http/src/links",
  "cli/src/stores/commands.mongodb",
  "http-store-on-postgres.conformance",
  "postgres/src/postgres-store.conformance",
  "mongodb-store.conformance",
  "postgres/src/faults/links",
  "cli/src/stores/http",
  "cli/src/stores/commands.postgres",
  "postgres/src/faults/dead-links",
  "http/src/same-as-memory",
  "postgres/src/faults/killed-server",
  "mongodb/src/faults/killed-server",
  "stores/http/src/crash",
  "postgres/src/same-as-memory",
  "mongodb/src/same-as-memory",
  "mongodb/src/faults/killed-processes",
  "mongodb/src/faults/client-keeper",
  "start-postgres.postgres",
  "start-mongodb.mongodb",
  "http-store.conformance",
  "writing/import-memory",
  "power-loss/disk-faults",
  "sqlite/src/crash",
  "native-export",
  "power-loss/power-loss",
  "server/src/tenants",
];

/**
 * Begins with the files that take longest, whatever their project: a long one that begins last is waited for by all
 * workers. Files that share a process come after all others, because only neighbours can share it.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- No array's: the usual order of files.
    const sorted = await super.sort(files);
    return sorted.toSorted((left, right) => placeOf(left) - placeOf(right));
  }
}

function placeOf({ moduleId, project }: TestSpecification): number {
  const found = longest.findIndex((name) => moduleId.includes(`${name}.test.ts`));
  const place = found === -1 ? longest.length : found;
  return project.config.isolate ? place : longest.length + 1 + place;
}
