/** What is kept and counted of files: content, bytes of uploads, tokens. */
export { type FileContent, Files } from "./files/files.ts";
export { type UploadedFile, fileToJson } from "./files/uploaded-file.ts";
export {
  type FileInput,
  type FileListOptions,
  fileJson,
  fileListJson,
  fileNames,
} from "../schemas/file-input.ts";
export { type KeptContent, type ResourceContent } from "./resources/contents.ts";
export {
  type KeepContentInput,
  type KeptContentName,
  contentNames,
  keepContentJson,
  keptContentNameJson,
} from "../schemas/content-input.ts";
export { type ResourceStatistics, type TypeStatistics } from "./resources/token-counts.ts";
export { type CountedTokens, type TokenCounts } from "./tokens/count-tokens.ts";
export { type TokenCount, TokenCounter } from "./tokens/token-counter.ts";
export { type TokenFamily, tokenFamilies, tokenFamilyOf } from "../text/token-families.ts";
export {
  type ResourceStatisticsInput,
  type ResourceTokensInput,
  type TokenTarget,
  resourceStatisticsJson,
  resourceTokensJson,
  statisticsNames,
  tokenFamily,
  tokensJson,
} from "../schemas/token-input.ts";
