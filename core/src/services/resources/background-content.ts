/** What is found in the content of resources, behind the back of those who give it: they never wait for it. */
import type { CallOptions, GuardedStore } from "../../contract/store.ts";
import { keyText } from "../../model/kind.ts";
import { BackgroundWork } from "../background-work.ts";
import type { ServiceContext } from "../service-context.ts";
import { findGivenDependencies } from "./find-dependencies.ts";
import { countGivenContent } from "./token-counts.ts";

/** Characters of content that wait at once: what comes beyond them is looked at when it is given again. */
const waitingLength = 32 * 1024 * 1024;

/** The content of a resource as somebody gave it. */
export interface GivenContent {
  readonly resource: string;
  readonly content: string;
  /** As given with the content; undefined: none was. */
  readonly contentHash: string | undefined;
  /** Whether its tokens were given, too. */
  readonly isCounted: boolean;
}

type ContentStep = (context: ServiceContext, given: GivenContent, options: CallOptions) => Promise<unknown>;

/** In this order, each also where the one before it failed. */
const steps: readonly ContentStep[] = [countGivenContent, findGivenDependencies];

const works = new WeakMap<GuardedStore, BackgroundContent>();

/** That of a store: all services above it share it. */
export function backgroundContentOf(store: GuardedStore): BackgroundContent {
  const known = works.get(store);
  if (known !== undefined) return known;
  const work = new BackgroundContent();
  works.set(store, work);
  return work;
}

/** Has the content of a resource looked at, where it is given. */
export function noteContent(
  context: ServiceContext,
  resource: string,
  {
    content,
    contentHash,
    tokenCount,
  }: {
    readonly content?: string | undefined;
    readonly contentHash?: string | undefined;
    readonly tokenCount?: number | undefined;
  },
): void {
  if (content === undefined) return;
  const given = { resource, content, contentHash, isCounted: tokenCount !== undefined };
  backgroundContentOf(context.store).note(context, given);
}

class BackgroundContent {
  readonly #work = new BackgroundWork();
  /** By resource: characters that wait. */
  readonly #waiting = new Map<string, number>();
  #length = 0;

  /** Looks at a content when there is time; of several of one resource at the last. */
  note(context: ServiceContext, given: GivenContent): void {
    const name = keyText([context.tenant, given.resource]);
    const before = this.#waiting.get(name) ?? 0;
    const length = this.#length - before + given.content.length;
    if (length > waitingLength) return;
    this.#length = length;
    this.#waiting.set(name, given.content.length);
    this.#work.note(name, async () => {
      this.#length -= this.#waiting.get(name) ?? 0;
      this.#waiting.delete(name);
      for (const step of steps) await step(context, given, {}).catch(() => undefined);
    });
  }

  /** Resolves when nothing waits any longer. */
  async settled(): Promise<void> {
    await this.#work.settled();
  }
}
