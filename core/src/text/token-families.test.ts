import { expect, test } from "vitest";
import { tokenFamilyOf } from "./token-families.ts";

test.each([
  ["gpt-4o-mini", "o200k"],
  ["openai/gpt-5.1-codex", "o200k"],
  ["ft:gpt-4o-2024-08-06:team::id", "o200k"],
  ["o3", "o200k"],
  ["gpt-oss-120b", "o200k"],
  ["gpt-4.1-nano", "o200k"],
  ["o200k_base", "o200k"],
  ["gpt-4", "cl100k"],
  ["gpt-4-turbo-2024-04-09", "cl100k"],
  ["gpt-3.5-turbo", "cl100k"],
  ["azure/gpt-35-turbo", "cl100k"],
  ["claude-3-5-sonnet-20241022", "claude"],
  ["Claude-Opus-4-5-20251101", "claude"],
  ["us.anthropic.claude-sonnet-4-20250514-v1:0", "claude"],
  ["claude-sonnet-5", "claude5"],
  ["claude-opus-5-20261001", "claude5"],
  ["claude5", "claude5"],
  ["models/gemini-2.5-flash", "gemini"],
  ["gemma-3-27b", "gemini"],
  ["meta-llama/Llama-3.3-70B-Instruct", "llama"],
  ["us.meta.llama3-3-70b-instruct-v1:0", "llama"],
  ["mistral-large", undefined],
  ["opus", undefined],
  ["", undefined],
])("the family of %s is %s", (model, family) => {
  expect(tokenFamilyOf(model)).toBe(family);
});
