/** What resources depend on: given by callers, or found in their content. */
import {
  type DependencyListInput,
  type GivenDependencies,
  dependencyListInput,
  givenDependencies,
  referringContent,
} from "../../schemas/dependency-input.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings, Page } from "../sessions/sessions.ts";
import { type Dependency, listDependencies, listDependents } from "./dependencies.ts";
import { type FoundDependencies, findDependencies } from "./find-dependencies.ts";
import { type ReplacedDependencies, replaceDependencies } from "./replace-dependencies.ts";
import { ResourcesWithContents } from "./resources-with-contents.ts";

const pageItems = 50;

export class ResourcesWithDependencies extends ResourcesWithContents {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    super(context);
    this.#context = context;
  }

  /**
   * Says which files of its project a resource depends on, at most 400: in the place of what was given before, all of it or
   * nothing. What was found in its content stays.
   *
   * @throws ThroughlineError `invalid`, `not_found`
   */
  async setDependencies(
    id: string,
    dependencies: GivenDependencies,
    settings: CallSettings = {},
  ): Promise<ReplacedDependencies> {
    const given = parseInput(givenDependencies, dependencies, "dependencies");
    const wanted = given.map(({ path }) => ({ path, kind: "given" }) as const);
    return replaceDependencies(this.#context, id, "given", async () => wanted, settings);
  }

  /**
   * Finds the files of its project that a content of the resource imports or links to, and puts them in the place of what
   * was found before; what was given stays. In TypeScript, JavaScript, Python and Markdown, told by the path. Tracking with
   * `content` does so by itself, a little later.
   *
   * @throws ThroughlineError `invalid`, `not_found`; `unsupported` with reason `language`
   */
  async findDependencies(
    id: string,
    content: string,
    settings: CallSettings = {},
  ): Promise<FoundDependencies> {
    const text = parseInput(referringContent, content, "content");
    return findDependencies(this.#context, id, text, settings);
  }

  /** What a resource depends on, by path. @throws ThroughlineError `invalid`, `not_found` */
  async dependencies(
    id: string,
    { signal, ...given }: DependencyListInput & CallSettings = {},
  ): Promise<Page<Dependency>> {
    const { limit = pageItems, cursor } = parseInput(dependencyListInput, given, "dependencies");
    return listDependencies(this.#context, id, { limit, cursor }, signal === undefined ? {} : { signal });
  }

  /** What depends on a resource. @throws ThroughlineError `invalid`, `not_found` */
  async dependents(
    id: string,
    { signal, ...given }: DependencyListInput & CallSettings = {},
  ): Promise<Page<Dependency>> {
    const { limit = pageItems, cursor } = parseInput(dependencyListInput, given, "dependents");
    return listDependents(this.#context, id, { limit, cursor }, signal === undefined ? {} : { signal });
  }
}
