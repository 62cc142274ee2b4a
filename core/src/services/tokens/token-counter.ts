/** Tokens of texts, as models count them. */
import { type TokenTarget, tokenTarget } from "../../schemas/token-input.ts";
import { parseInput } from "../../schemas/parse-input.ts";
import { type TokenFamily, tokenFamilies } from "../../text/token-families.ts";
import { invalidInput } from "../../guard/invalid-input.ts";
import type { ServiceContext } from "../service-context.ts";
import { type CountedTokens, type TokenCounts, countTokens, familyOf } from "./count-tokens.ts";

export interface TokenCount extends CountedTokens {
  /** Whose tokenizer counts so. */
  readonly family: TokenFamily;
}

export class TokenCounter {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /**
   * Counts the tokens of a text for a family of models, or for a model: exactly for OpenAI's where the package
   * `gpt-tokenizer` is installed, else as an estimate, which says so. What looks like a special token is text like any
   * other. Long texts are counted in slices, between which others have a turn.
   *
   * @throws ThroughlineError `invalid`
   */
  async count(text: string, target: TokenTarget = {}): Promise<TokenCount> {
    checkText(text);
    const { family, isGuess } = familyOf(this.#context, parseInput(tokenTarget, target, "tokens"));
    const { count, estimated } = await countTokens(family, text);
    return { count, family, estimated: estimated || isGuess };
  }

  /** Counts the tokens of a text for every family. @throws ThroughlineError `invalid` */
  async countAll(text: string): Promise<TokenCounts> {
    checkText(text);
    const counts: Partial<Record<TokenFamily, CountedTokens>> = {};
    for (const family of tokenFamilies) counts[family] = await countTokens(family, text);
    return counts as TokenCounts;
  }
}

function checkText(text: unknown): void {
  if (typeof text !== "string") throw invalidInput("type", "The text must be text.", { field: "text" });
}
