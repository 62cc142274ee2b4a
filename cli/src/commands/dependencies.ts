import { type Throughline, ThroughlineError, dependencyToJson, isThroughlineError } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { oneLine } from "../terminal/printable.ts";
import { withThroughline } from "../with-throughline.ts";
import { pagingOf, printPage } from "./print-page.ts";
import type { ListResourcesOptions } from "./resources.ts";
import { misuse } from "../misuse.ts";

/** What a resource depends on, or what depends on it. */
export async function listDependencies(options: ListResourcesOptions): Promise<number> {
  const { json, dependencies, dependents, project, order, session, type } = options;
  if ([dependencies && dependents, order, session, type].some((given) => given !== undefined)) {
    const message = "--dependencies and --dependents stand by themselves, with --project if need be.";
    throw misuse(message);
  }
  return withThroughline(options, "reads", async (throughline) => {
    const id = await findResource(throughline, dependencies ?? dependents ?? "", project ?? null);
    const paging = pagingOf(options);
    const { resources } = throughline;
    const page =
      dependencies === undefined
        ? await resources.dependents(id, paging)
        : await resources.dependencies(id, paging);
    await printPage({
      json,
      page,
      toJson: dependencyToJson,
      columns: [{ header: "KIND" }, { header: "TRACKED" }, { header: "PATH", isFlexible: true }],
      toRow: ({ kind, resourceId, path }) => [kind, resourceId === null ? "no" : "yes", oneLine(path)],
      what: dependencies === undefined ? "dependents" : "dependencies",
    });
    return exitCodes.success;
  });
}

/** By its id, or by its path in a project or in none. */
async function findResource(
  { resources }: Throughline,
  name: string,
  project: string | null,
): Promise<string> {
  try {
    return (await resources.get(name)).id;
  } catch (error) {
    if (!isThroughlineError(error) || error.code !== "not_found") throw error;
    const found = await resources.findByPath(name, { project });
    if (found !== undefined) return found.id;
    const where = project === null ? "no project: name it with --project" : `the project ${project}`;
    throw new ThroughlineError("not_found", `There is no resource ${name} in ${where}.`, {
      reason: "resource",
    });
  }
}
