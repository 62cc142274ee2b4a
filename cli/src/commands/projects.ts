import { type Project, projectToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { printJson, writeOutput } from "../terminal/write-output.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { type PagingOptions, pagingOf, printPage } from "./print-page.ts";

export type ListProjectsOptions = CommonOptions & PagingOptions;

export interface SetProjectOptions extends CommonOptions {
  readonly name?: string;
  readonly repository?: string;
}

export async function setProject(id: string, options: SetProjectOptions): Promise<number> {
  const { name, repository } = options;
  return withThroughline(options, "changes", async ({ projects }) => {
    const project = await projects.update(id, {
      ...(name === undefined ? undefined : { name }),
      ...(repository === undefined ? undefined : { repository: repository === "" ? null : repository }),
    });
    if (options.json === true) await printJson(projectToJson(project));
    else {
      const of = project.repository === null ? "no repository" : oneLine(project.repository);
      await writeOutput(`${oneLine(project.id)} (${oneLine(project.name)}) is the project of ${of}.\n`);
    }
    return exitCodes.success;
  });
}

export async function listProjects(options: ListProjectsOptions): Promise<number> {
  return withThroughline(options, "reads", async ({ projects }) => {
    await printPage<Project>({
      json: options.json,
      page: await projects.list(pagingOf(options)),
      toJson: projectToJson,
      columns: [
        { header: "PROJECT" },
        { header: "NAME" },
        { header: "CREATED" },
        { header: "REPOSITORY", isFlexible: true },
      ],
      toRow: ({ id, name, createdAt, repository }) => [
        oneLine(id),
        oneLine(name),
        formatTime(createdAt),
        oneLine(repository ?? ""),
      ],
      what: "projects",
    });
    return exitCodes.success;
  });
}
