/** Counts the tokens of texts, for families of models: by the tokenizer where there is one, else by an estimate. */
import type { TokenTarget } from "../../schemas/token-input.ts";
import { type TokenFamily, tokenFamilies, tokenFamilyOf } from "../../text/token-families.ts";
import { invalidInput } from "../../guard/invalid-input.ts";
import type { ServiceContext } from "../service-context.ts";
import { estimateTokens } from "./estimate-tokens.ts";
import { countByTokenizer } from "./tokenizer.ts";

export interface CountedTokens {
  readonly count: number;
  /** Whether it may differ from what the model counts. */
  readonly estimated: boolean;
}

/** What a text counts for each family. */
export type TokenCounts = Readonly<Record<TokenFamily, CountedTokens>>;

/** The family that counts where a caller names none. */
export function usualFamily({ tokenFamily = "o200k" }: ServiceContext): TokenFamily {
  return tokenFamily;
}

/** The family that an option names, itself or by a model. @throws ThroughlineError `invalid` with reason `option` */
export function familyOfOption(model: string): TokenFamily {
  const family = tokenFamilies.find((name) => name === model) ?? tokenFamilyOf(model);
  if (family !== undefined) return family;
  const names = tokenFamilies.join(", ");
  throw invalidInput("option", `No tokenizer is known for the model ${model}: name one of ${names}.`, {
    field: "tokenModel",
  });
}

/** The family that is asked for, and whether it is only taken for one that is not known. */
export function familyOf(
  context: ServiceContext,
  { family, model }: TokenTarget,
): { readonly family: TokenFamily; readonly isGuess: boolean } {
  const found = family ?? (model === undefined ? usualFamily(context) : tokenFamilyOf(model));
  return { family: found ?? usualFamily(context), isGuess: found === undefined };
}

export async function countTokens(family: TokenFamily, text: string): Promise<CountedTokens> {
  if (family === "o200k" || family === "cl100k") {
    const counted = await countByTokenizer(family, text);
    if (counted !== undefined) return { count: counted.count, estimated: !counted.isExact };
  }
  return { count: await estimateTokens(family, text), estimated: true };
}

/** For every family; by the tokenizer only for one of them, as each takes its memory. */
export async function countForOne(family: TokenFamily, text: string): Promise<TokenCounts> {
  const counts = await Promise.all(
    tokenFamilies.map(async (each) => [
      each,
      each === family
        ? await countTokens(each, text)
        : { count: await estimateTokens(each, text), estimated: true },
    ]),
  );
  return Object.fromEntries(counts) as TokenCounts;
}
