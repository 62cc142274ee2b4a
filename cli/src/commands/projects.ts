import { type Project, projectToJson } from "@throughline/core";
import { exitCodes } from "../exit-codes.ts";
import { formatTime } from "../terminal/format-time.ts";
import { oneLine } from "../terminal/printable.ts";
import { type CommonOptions, withThroughline } from "../with-throughline.ts";
import { type PagingOptions, pagingOf, printPage } from "./print-page.ts";

export type ListProjectsOptions = CommonOptions & PagingOptions;

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
