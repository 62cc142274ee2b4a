/** Projects: bodies of work, made when they are first named. */
import * as v from "valibot";
import type { Key, Write } from "../../contract/batch.ts";
import { ThroughlineError, isThroughlineError } from "../../error.ts";
import type { Row, RowOf } from "../../model/kind.ts";
import type { projects } from "../../model/projects.ts";
import { withJsonNames } from "../../schemas/json-names.ts";
import { pageSize } from "../../schemas/page-size.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { repositoryText } from "../../schemas/repository.ts";
import { label, prose } from "../../schemas/text.ts";
import { type OwnerDeletionOptions, deleteOwner } from "../erasing/delete-owner.ts";
import type { Owner } from "../erasing/owner.ts";
import { type OwnerReceipt, readOwnerReceipt } from "../erasing/owner-job.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { listPage } from "../list-page.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings, Page } from "../sessions/sessions.ts";

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

const nameText = v.pipe(prose, v.nonEmpty("must not be empty"));

const repositoryInput = v.strictObject({
  /** The address of its remote, or what else tells it from others. */
  repository: repositoryText,
  /** What a new project is called; its id is made from it. Default: the repository's last name. */
  name: v.optional(nameText),
  /** What the repository was known by before: a project of that repository is now this one's. */
  formerly: v.optional(repositoryText),
});

export type ProjectOfRepositoryInput = v.InferInput<typeof repositoryInput>;
export const projectOfRepositoryJson: v.GenericSchema = withJsonNames(repositoryInput);

const changes = v.strictObject({
  name: v.optional(nameText),
  /** Null: it has none any more. */
  repository: v.optional(v.nullable(repositoryText)),
});

export type ProjectChanges = v.InferInput<typeof changes>;
export const projectChangesJson: v.GenericSchema = withJsonNames(changes);

const list = "projects";
const defaultLimit = 50;
/** Each time it fails somebody else was faster, or an id was taken. */
const attempts = 50;

export class Projects {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** A project by its id. @throws ThroughlineError `not_found` with reason `project` */
  async get(id: string, settings: CallSettings = {}): Promise<Project> {
    const [row] = await this.#find([[parseInput(label, id, "project")]], settings);
    if (row === undefined) throw projectNotFound(id);
    return toProject(row);
  }

  /** The project of a repository; undefined where there is none. @throws ThroughlineError `invalid` */
  async findRepository(repository: string, settings: CallSettings = {}): Promise<Project | undefined> {
    const [row] = await this.#find(
      [byRepository(parseInput(repositoryText, repository, "repository"))],
      settings,
    );
    return row === undefined ? undefined : toProject(row);
  }

  /**
   * The project of a repository, made where there is none: under the repository's name, or with a few letters of its hash
   * behind it where another project has that id. A project that was made by hand is not taken for it; `update` does that.
   *
   * @throws ThroughlineError `invalid`
   */
  async ofRepository(
    input: ProjectOfRepositoryInput,
    settings: CallSettings = {},
  ): Promise<Project & { readonly created: boolean }> {
    const { repository, formerly, name: given } = parseInput(repositoryInput, input, "project");
    const called = given ?? repository.split("/").at(-1) ?? repository;
    for (let attempt = 1, taken = 0; ; attempt += 1) {
      const names = [repository, ...(formerly === undefined ? [] : [formerly])].map(byRepository);
      const [row, former] = await this.#find(names, settings);
      if (row !== undefined) return { ...toProject(row), created: false };
      try {
        if (former !== undefined) {
          return { ...(await this.#change(former, { repository }, settings)), created: false };
        }
        const projectId = idFor(called, repository, taken);
        const record = { projectId, name: called, repository, createdAt: this.#context.store.now() };
        await this.#commit([{ type: "insert", kind: "projects", record, exists: "fail" }], settings);
        return { ...toProject({ ...record, revision: 1 }), created: true };
      } catch (error) {
        // Somebody made it, or changed it, meanwhile; or its id is another one's.
        if (!isTaken(error) || attempt === attempts) throw error;
        if (error.reason !== "expectation") taken += 1;
      }
      settings.signal?.throwIfAborted();
    }
  }

  /**
   * Renames a project, or says which repository it is of: so one goes on whose remote was renamed, and one that was made by
   * hand becomes a repository's.
   *
   * @throws ThroughlineError `not_found` with reason `project`; `invalid`; `conflict` with reason `unique` where another
   *   project has the repository
   */
  async update(id: string, given: ProjectChanges, settings: CallSettings = {}): Promise<Project> {
    const projectId = parseInput(label, id, "project");
    const { name: newName, repository } = parseInput(changes, given, "project");
    const set = {
      ...(newName === undefined ? undefined : { name: newName }),
      ...(repository === undefined ? undefined : { repository: repository ?? "" }),
    };
    for (let attempt = 1; ; attempt += 1) {
      const [row] = await this.#find([[projectId]], settings);
      if (row === undefined) throw projectNotFound(id);
      if (Object.keys(set).length === 0) return toProject(row);
      try {
        return await this.#change(row, set, settings);
      } catch (error) {
        if (!isTaken(error) || attempt === attempts) throw error;
        if (error.reason !== "expectation") throw await this.#taken(repository ?? "", settings);
      }
      settings.signal?.throwIfAborted();
    }
  }

  /**
   * Deletes a project with all that is its: its sessions go to the trash, or with `erase` for ever; its memories, resources
   * and its record are gone at once. A session that is brought back from the trash makes the project again. The same call
   * goes on where one was cut short. After the end it answers the same receipt, until there is something of the project
   * again.
   *
   * @throws ThroughlineError `not_found` with reason `project`; `conflict` with reason `held`, which names the sessions that
   *   are held, before anything is removed; `unavailable` with reason `locked`
   */
  async delete(id: string, options: OwnerDeletionOptions & CallSettings = {}): Promise<OwnerReceipt> {
    return deleteOwner(this.#context, projectOf(id), options);
  }

  /** What a deletion of a project has done. @throws ThroughlineError `not_found` with reason `receipt` */
  async receipt(id: string, settings: CallSettings = {}): Promise<OwnerReceipt> {
    return readOwnerReceipt(this.#context, projectOf(id), settings);
  }

  async #change(row: Row, set: Record<string, string>, settings: CallSettings): Promise<Project> {
    const { projectId, revision } = row as RowOf<typeof projects>;
    const { store, tenant } = this.#context;
    const place = { kind: "projects", key: [projectId] } as const;
    await store.commit(
      {
        tenant,
        expect: [{ type: "equals", ...place, fields: { revision } }],
        writes: [{ type: "update", ...place, set }],
      },
      settings,
    );
    return toProject({ ...row, ...set, revision: revision + 1 });
  }

  async #taken(repository: string, settings: CallSettings): Promise<ThroughlineError> {
    const [other] = await this.#find([byRepository(repository)], settings);
    const of = other === undefined ? "Another project" : `The project ${String(other.projectId)}`;
    return new ThroughlineError("conflict", `${of} has the repository ${repository} already.`, {
      reason: "unique",
      outcome: "refused",
      details: { kind: "projects", unique: "repository", project: other?.projectId ?? null },
    });
  }

  async #find(keys: readonly Key[], settings: CallSettings): Promise<readonly (Row | undefined)[]> {
    const { store, tenant } = this.#context;
    const requests = [{ type: "get", kind: "projects", keys }] as const;
    return (await store.read({ tenant, requests }, settings)).answers[0];
  }

  async #commit(writes: readonly Write[], settings: CallSettings): Promise<void> {
    const { store, tenant } = this.#context;
    await store.commit({ tenant, writes }, settings);
  }

  /** Projects, newest first. @throws ThroughlineError `invalid` */
  async list(options: ProjectListOptions = {}, settings: CallSettings = {}): Promise<Page<Project>> {
    const { limit = defaultLimit, cursor } = parseInput(listOptions, options, "projects");
    const query = { kind: "projects", shape: "created", prefix: [], direction: "backward" } as const;
    return listPage(this.#context, { list, query, limit, cursor, toItem: toProject }, settings);
  }
}

function projectOf(id: string): Owner {
  return { kind: "project", id: parseInput(label, id, "project") };
}

function byRepository(repository: string): Key {
  return { unique: "repository", values: [repository] };
}

/** Its name, or with more of its hash the more of such ids are taken. */
function idFor(called: string, repository: string, taken: number): string {
  const readable = called.replaceAll(/[^\p{Letter}\p{Number}._-]+/gu, "-").replaceAll(/^[-.]+|-+$/g, "");
  const id = Array.from(readable).slice(0, 48).join("") || "project";
  return taken === 0 ? id : `${id}-${fingerprintOf(repository).slice(0, 4 + 2 * taken)}`;
}

function isTaken(error: unknown): error is ThroughlineError {
  return isThroughlineError(error) && ["exists", "unique", "expectation"].includes(error.reason ?? "");
}

function projectNotFound(id: string): ThroughlineError {
  return new ThroughlineError("not_found", `There is no project ${id}.`, {
    reason: "project",
    details: { project: id },
  });
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
