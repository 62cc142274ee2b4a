/** Model families: models whose tokenizers count alike. */

/**
 * `o200k`: OpenAI's GPT-4o, GPT-4.1 and all later ones; `cl100k`: GPT-4 and GPT-3.5; `claude`: Anthropic's up to 4;
 * `claude5`: those from 5 on, which count more; `gemini`: Google's Gemini and Gemma; `llama`: Meta's Llama 3 and later.
 */
export const tokenFamilies = ["o200k", "cl100k", "claude", "claude5", "gemini", "llama"] as const;
export type TokenFamily = (typeof tokenFamilies)[number];

/** Families whose tokenizer there is. */
export type ExactFamily = "o200k" | "cl100k";

/** The first that fits counts. Names come without what providers write before them. */
const patterns: readonly (readonly [RegExp, TokenFamily])[] = [
  [/(^|[.:@])claude(5|-([a-z]+-)?([5-9]|[1-9]\d)(?!\d))/, "claude5"],
  [/(^|[.:@])claude/, "claude"],
  [/(^|[.:@])(gemini|gemma|learnlm)/, "gemini"],
  [/(^|[.:@-])(code-?)?llama/, "llama"],
  [
    /^(o200k|gpt-?4o|gpt-4\.|gpt-[5-9]|gpt-oss|gpt-(audio|realtime|image)|chatgpt|o[1-9](-|$)|codex)/,
    "o200k",
  ],
  [/^(cl100k|gpt-4|gpt-3\.5|gpt-35|text-embedding-(3|ada))/, "cl100k"],
];

/** The family of a model by its name, also with a provider before it; undefined for one that is not known. */
export function tokenFamilyOf(model: string): TokenFamily | undefined {
  const whole = model.toLowerCase();
  const name = whole.slice(whole.lastIndexOf("/") + 1).replace(/^ft:/, "");
  return patterns.find(([pattern]) => pattern.test(name))?.[1];
}
