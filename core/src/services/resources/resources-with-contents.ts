/** What resources hold, and what is counted in it. */
import {
  type KeepContentInput,
  type KeptContentName,
  keepContentInput,
  keptContentName,
} from "../../schemas/content-input.ts";
import {
  type ResourceStatisticsInput,
  type ResourceTokensInput,
  resourceStatisticsInput,
  resourceTokensInput,
} from "../../schemas/token-input.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import type { ServiceContext } from "../service-context.ts";
import type { CallSettings } from "../sessions/sessions.ts";
import {
  type KeptContent,
  type ResourceContent,
  contentOf,
  keepContent,
  releaseContent,
} from "./contents.ts";
import type { TokenCount } from "../tokens/token-counter.ts";
import { type ResourceStatistics, countResource, resourceStatistics } from "./token-counts.ts";

export class ResourcesWithContents {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /**
   * Keeps the content of a resource as it is now, for one session: compressed, once by hash for all that hold the same. It
   * takes the place of what the session kept of the resource before. A path that nobody tracked is tracked, without an
   * access. Content may have 16 MiB, unless the options say otherwise.
   *
   * @throws ThroughlineError `not_found` for the session or the resource; `invalid`, with reason `project` for a resource of
   *   another project, `content` for another hash than was said; `too_large` with reason `content`
   */
  async keepContent(input: KeepContentInput, settings: CallSettings = {}): Promise<KeptContent> {
    return keepContent(this.#context, parseInput(keepContentInput, input, "content"), settings);
  }

  /**
   * The content of a resource as it was kept for a session, however it has changed since, also where the resource was
   * removed.
   *
   * @throws ThroughlineError `not_found` for the session, with reason `content` where nothing is kept; `unavailable` with
   *   reason `damaged`
   */
  async contentOf(name: KeptContentName, settings: CallSettings = {}): Promise<ResourceContent> {
    return contentOf(this.#context, parseInput(keptContentName, name, "content"), settings);
  }

  /**
   * Lets go of content that a session kept; what no other holds is removed.
   *
   * @throws ThroughlineError `not_found` for the session, with reason `content` where nothing is kept
   */
  async releaseContent(name: KeptContentName, settings: CallSettings = {}): Promise<void> {
    await releaseContent(this.#context, parseInput(keptContentName, name, "content"), settings);
  }

  /**
   * Counts the tokens of a resource's content, for a family of models or for a model: of the content that is given, or of
   * what is kept of it as it is now. What is counted in the content that the resource has is written down with it.
   *
   * @throws ThroughlineError `not_found` for the resource, with reason `content` where no text is given or kept; `invalid`
   */
  async countTokens(
    id: string,
    options: ResourceTokensInput = {},
    settings: CallSettings = {},
  ): Promise<TokenCount> {
    return countResource(this.#context, id, parseInput(resourceTokensInput, options, "tokens"), settings);
  }

  /** How many resources there are of each type, with their bytes and tokens. It reads them all. @throws ThroughlineError `invalid` */
  async statistics(
    options: ResourceStatisticsInput = {},
    settings: CallSettings = {},
  ): Promise<ResourceStatistics> {
    const checked = parseInput(resourceStatisticsInput, options, "statistics");
    return resourceStatistics(this.#context, checked, settings);
  }
}
