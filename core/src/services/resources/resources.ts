/** Files and other content that sessions touch. */
import { pageSize } from "../../schemas/page-size.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import {
  type LogAccessInput,
  type RankInput,
  type ResourceListInput,
  type SessionResourcesInput,
  type TrackInput,
  logAccessInput,
  namedByPath,
  rankInput,
  resourceListInput,
  sessionResourcesInput,
  trackInput,
} from "../../schemas/resource-input.ts";
import { recordContext } from "../context/record-context.ts";
import { listPage } from "../list-page.ts";
import { repeatOnConflict } from "../repeat-on-conflict.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings, Page } from "../sessions/sessions.ts";
import { noteContent } from "./background-content.ts";
import { withContentFacts } from "./content-facts.ts";
import { deleteResource } from "./delete-resource.ts";
import { listSessionResources, readOfOneProject } from "./link-resources.ts";
import {
  type RankedSessionResource,
  type Ranking,
  rankResources,
  rankSessionResources,
} from "./rank-resources.ts";
import { type Resource, type SessionResource, resourceNotFound, toResource } from "./resource.ts";
import { ResourcesWithDependencies } from "./resources-with-dependencies.ts";
import { asLostRace, readByPath, trackAccesses } from "./track-accesses.ts";

const pageItems = 50;
const mostLimit = 10;

/** Of which project; all if it says none. */
export type ResourceScope = Pick<ResourceListInput, "project">;

export class Resources extends ResourcesWithDependencies {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    super(context);
    this.#context = context;
  }

  /**
   * Counts an access of a path of a project, and takes what is known of it: what is left out stays. Answers the
   * resource's id, the same for the same path. Of calls at the same time none is lost.
   *
   * @throws ThroughlineError `invalid`, with the field
   */
  async trackResource(resource: TrackInput, settings: CallSettings = {}): Promise<string> {
    const { project, lastAccessed, modifiedDuringSession, ...given } = parseInput(
      trackInput,
      resource,
      "resource",
    );
    const { store, tenant } = this.#context;
    const facts = await withContentFacts(given);
    return repeatOnConflict(
      ({ kind }) => kind === "resources",
      async () => {
        const known = await readByPath(this.#context, project ?? "", [given.path], settings);
        const now = store.now();
        const at = lastAccessed?.getTime() ?? now;
        const kind = modifiedDuringSession === true ? "EDIT" : "VIEW";
        const { writes, ids } = trackAccesses(
          this.#context,
          project ?? "",
          known,
          [{ ...facts, kind, at }],
          now,
        );
        await store.commit({ tenant, writes }, settings).catch((error: unknown) => {
          throw asLostRace(error);
        });
        const id = ids.get(given.path) ?? "";
        noteContent(this.#context, id, facts);
        return id;
      },
    );
  }

  /**
   * Records that a session accessed a resource: in its context, in the counts of both, and in the link between them.
   *
   * @throws ThroughlineError `not_found` for the session or the resource; `invalid`, with reason `project` for a resource
   *   of another project
   */
  async logAccess(access: LogAccessInput, settings: CallSettings = {}): Promise<void> {
    const { resourceUuid, sessionUuid, accessType, importance } = parseInput(
      logAccessInput,
      access,
      "access",
    );
    const { resources: found } = await readOfOneProject(this.#context, sessionUuid, [resourceUuid], settings);
    const path = found[0]?.path as string;
    const files = [{ path, kind: accessType, ...(importance === undefined ? undefined : { importance }) }];
    await recordContext(this.#context, sessionUuid, { files }, undefined, settings);
  }

  /** Those that were accessed most often; at most so many. @throws ThroughlineError `invalid` */
  async getMostAccessedResources(
    limit: number = mostLimit,
    { signal, ...scope }: ResourceScope & CallSettings = {},
  ): Promise<readonly Resource[]> {
    return this.#first({ ...scope, order: "accessed", limit }, signal);
  }

  /** Those that were accessed last; at most so many. @throws ThroughlineError `invalid` */
  async getMostRecentResources(
    limit: number = mostLimit,
    { signal, ...scope }: ResourceScope & CallSettings = {},
  ): Promise<readonly Resource[]> {
    return this.#first({ ...scope, order: "recent", limit }, signal);
  }

  async #first(options: ResourceListInput, signal: AbortSignal | undefined): Promise<readonly Resource[]> {
    parseInput(pageSize, options.limit, "limit");
    return (await this.list(options, signal === undefined ? {} : { signal })).items;
  }

  /** Resources in order of use, page by page. One that nobody uses during the walk appears exactly once. */
  async list(options: ResourceListInput = {}, settings: CallSettings = {}): Promise<Page<Resource>> {
    const {
      order = "accessed",
      project,
      type,
      limit = pageItems,
      cursor,
    } = parseInput(resourceListInput, options, "resources");
    const name = `resources ${JSON.stringify([order, project ?? null, project === undefined, type ?? null])}`;
    const ordered = order === "accessed" ? "Accessed" : "Recent";
    const query = {
      kind: "resources",
      shape: project === undefined ? order : `project${ordered}`,
      prefix: project === undefined ? [] : [project ?? ""],
      where: type === undefined ? [] : [{ field: "type", test: "equals", value: type } as const],
      direction: "backward",
    } as const;
    return listPage(this.#context, { list: name, query, limit, cursor, toItem: toResource }, settings);
  }

  /**
   * Resources by importance, from recency, scores, frequency, edits and what depends on them: the first of all of a project,
   * of a session, or of everything. Each tells why. It reads them all.
   *
   * @throws ThroughlineError `invalid`, `not_found` for a session
   */
  async rank(
    options: RankInput & { readonly session: string },
    settings?: CallSettings,
  ): Promise<Ranking<RankedSessionResource>>;
  async rank(options?: RankInput, settings?: CallSettings): Promise<Ranking>;
  async rank(options: RankInput = {}, settings: CallSettings = {}): Promise<Ranking> {
    const { session, project, type, limit = pageItems, at } = parseInput(rankInput, options, "ranking");
    const asked = { type, limit, at: at?.getTime() ?? this.#context.store.now() };
    return session === undefined
      ? rankResources(this.#context, { ...asked, project: project === null ? "" : project }, settings)
      : rankSessionResources(this.#context, { ...asked, session }, settings);
  }

  /** A resource by its id. @throws ThroughlineError `not_found` */
  async get(id: string, settings: CallSettings = {}): Promise<Resource> {
    const { store, tenant } = this.#context;
    const { answers } = await store.read(
      { tenant, requests: [{ type: "get", kind: "resources", keys: [[id]] }] },
      settings,
    );
    const row = answers[0][0];
    if (row === undefined) throw resourceNotFound(id);
    return toResource(row);
  }

  /**
   * A resource by its path, in the spelling that it was tracked by; undefined where nobody tracks it.
   *
   * @throws ThroughlineError `invalid`
   */
  async findByPath(
    path: string,
    { project, signal }: ResourceScope & CallSettings = {},
  ): Promise<Resource | undefined> {
    const named = parseInput(namedByPath, project === undefined ? { path } : { path, project }, "resource");
    const settings = signal === undefined ? {} : { signal };
    const found = await readByPath(this.#context, named.project ?? "", [named.path], settings);
    const row = found.get(named.path);
    return row === undefined ? undefined : toResource(row);
  }

  /**
   * Forgets a resource and what it depends on. Sessions that touched it keep its path, and the score that they gave it; what
   * depends on it goes on to do so. Its path is a new resource when it is tracked again.
   *
   * @throws ThroughlineError `not_found`
   */
  async delete(id: string, settings: CallSettings = {}): Promise<void> {
    await deleteResource(this.#context, id, settings);
  }

  /**
   * A page of a session's resources, with what it has to do with each, accessed last first.
   *
   * @throws ThroughlineError `not_found`, `invalid`
   */
  async ofSession(
    sessionId: string,
    options: SessionResourcesInput & CallSettings = {},
  ): Promise<Page<SessionResource>> {
    const { signal, ...given } = options;
    const { limit = pageItems, cursor } = parseInput(sessionResourcesInput, given, "resources");
    const settings = signal === undefined ? {} : { signal };
    return listSessionResources(this.#context, sessionId, { limit, cursor }, settings);
  }
}
