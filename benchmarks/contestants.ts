import type { Contestant } from "./harness/contestant.ts";
import { jsonFile } from "./peers/json-file.ts";
import { mastra } from "./peers/mastra.ts";
import { reference } from "./reference/reference.ts";
import { throughline } from "./throughline/throughline.ts";

/** Who is measured. Adding one is a file and a line here. */
export const contestants: readonly Contestant[] = [throughline, reference, mastra, jsonFile];
