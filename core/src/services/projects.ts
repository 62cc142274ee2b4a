/** Projects: bodies of work, made when they are first named. */
import * as v from "valibot";
import type { Write } from "../contract/batch.ts";
import { ThroughlineError } from "../error.ts";
import type { Row, RowOf } from "../model/kind.ts";
import type { projects } from "../model/projects.ts";
import { withJsonNames } from "../schemas/json-names.ts";
import { pageSize } from "../schemas/page-size.ts";
import { parseInput } from "../schemas/parse-input.ts";
import { label } from "../schemas/text.ts";
import { listPage } from "./list-page.ts";
import type { ServiceContext } from "./service-context.ts";
import type { CallSettings, Page } from "./sessions.ts";

export interface Project {
  readonly id: string;
  /** For people; at first the id. */
  readonly name: string;
  /** What tells its repository from others, wherever it lies; null where it has none. */
  readonly repository: string | null;
  readonly createdAt: Date;
}

const listOptions = v.strictObject({
  /** Default: 50, at most 1,000. */
  limit: v.optional(pageSize),
  cursor: v.optional(v.string("must be text")),
});

export type ProjectListOptions = v.InferInput<typeof listOptions>;
export const projectListJson: v.GenericSchema = withJsonNames(listOptions);

const list = "projects";
const defaultLimit = 50;

/** Makes a project in the batch that first names it; one that is there stays as it is. */
export function insertProject(projectId: string, now: number): Write {
  const record = { projectId, name: projectId, repository: "", createdAt: now };
  return { type: "insert", kind: "projects", record, exists: "keep" };
}

export class Projects {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** A project by its id. @throws ThroughlineError `not_found` with reason `project` */
  async get(id: string, settings: CallSettings = {}): Promise<Project> {
    const projectId = parseInput(label, id, "project");
    const { store, tenant } = this.#context;
    const { answers } = await store.read(
      { tenant, requests: [{ type: "get", kind: "projects", keys: [[projectId]] }] },
      settings,
    );
    const row = answers[0][0];
    if (row !== undefined) return toProject(row);
    throw new ThroughlineError("not_found", `There is no project ${id}.`, {
      reason: "project",
      details: { project: id },
    });
  }

  /** Projects, newest first. @throws ThroughlineError `invalid` */
  async list(options: ProjectListOptions = {}, settings: CallSettings = {}): Promise<Page<Project>> {
    const { limit = defaultLimit, cursor } = parseInput(listOptions, options, "projects");
    const query = { kind: "projects", shape: "created", prefix: [], direction: "backward" } as const;
    return listPage(this.#context, { list, query, limit, cursor, toItem: toProject }, settings);
  }
}

function toProject(row: Row): Project {
  const { projectId, name, repository, createdAt } = row as RowOf<typeof projects>;
  return {
    id: projectId,
    name,
    repository: repository === "" ? null : repository,
    createdAt: new Date(createdAt),
  };
}
