/** What sessions have to do with resources, and how the first schema of resources speaks of them. */
import { parseInput } from "../../schemas/parse-input.ts";
import { type LinksInput, linksInput } from "../../schemas/resource-input.ts";
import type { SessionInput } from "../../schemas/session-input.ts";
import type { ServiceContext } from "../service-context.ts";
import type { Session } from "../sessions/session.ts";
import type { CallSettings } from "../sessions/sessions.ts";
import { linkResources, listSessionResources } from "./link-resources.ts";
import type { SessionResource } from "./resource.ts";
import {
  type ResourceSession,
  type ResourceSessionInput,
  sessionInputOf,
  toResourceSession,
} from "./session-resources.ts";

export abstract class SessionsWithResources {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  abstract create(input: SessionInput, settings: CallSettings): Promise<Session>;
  abstract chain(id: string, settings: CallSettings): Promise<readonly Session[]>;

  /**
   * Makes a session that begins with a count of tokens, and answers its id.
   *
   * @throws ThroughlineError `invalid`; `not_found` for a parent that is not there
   */
  async createSession(session: ResourceSessionInput = {}, settings: CallSettings = {}): Promise<string> {
    return (await this.create(sessionInputOf(session), settings)).id;
  }

  /** A session, then its ancestors, nearest first. @throws ThroughlineError `not_found` */
  async getSessionChain(
    sessionUuid: string,
    settings: CallSettings = {},
  ): Promise<readonly ResourceSession[]> {
    return (await this.chain(sessionUuid, settings)).map(toResourceSession);
  }

  /**
   * Links resources of the session's project to it, at most 900: all of them or none. A link that is there gets what is
   * given.
   *
   * @throws ThroughlineError `not_found` for the session or a resource; `invalid`, with reason `project` for a resource of
   *   another project
   */
  async linkResourcesToSession(
    links: LinksInput,
    settings: CallSettings = {},
  ): Promise<readonly SessionResource[]> {
    return linkResources(this.#context, parseInput(linksInput, links, "links"), settings);
  }

  /** All resources of a session with their scores, accessed last first. @throws ThroughlineError `not_found` */
  async getSessionResources(
    sessionUuid: string,
    settings: CallSettings = {},
  ): Promise<readonly SessionResource[]> {
    const resources: SessionResource[] = [];
    let cursor: string | undefined;
    do {
      const page = await listSessionResources(this.#context, sessionUuid, { limit: 1_000, cursor }, settings);
      resources.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    return resources;
  }
}
