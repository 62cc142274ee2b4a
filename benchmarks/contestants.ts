import type { Contestant } from "./harness/contestant.ts";
import { bareRoute, productRoute, referenceRoute, throughlineOverHttp } from "./http/http-contestants.ts";
import { jsonFile } from "./peers/json-file.ts";
import { langchainFile } from "./peers/langchain-file.ts";
import { langgraph } from "./peers/langgraph.ts";
import { mastra } from "./peers/mastra.ts";
import { voltagent } from "./peers/voltagent.ts";
import { mongodbByHand, postgresByHand } from "./reference/on-servers.ts";
import { reference } from "./reference/reference.ts";
import { throughline, throughlineOnMongodb, throughlineOnPostgres } from "./throughline/throughline.ts";

/** Who is measured. Adding one is a file and a line here. */
export const contestants: readonly Contestant[] = [
  throughline,
  reference,
  mastra,
  jsonFile,
  voltagent,
  langgraph,
  langchainFile,
  throughlineOnPostgres,
  postgresByHand,
  throughlineOnMongodb,
  mongodbByHand,
  throughlineOverHttp,
  productRoute,
  bareRoute,
  referenceRoute,
];
