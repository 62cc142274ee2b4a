/** What Throughline's SQL stores share. */
export { type AppendedResult, appendedResult, resultsOfAppend } from "./appended-results.ts";
export type { CheckRule } from "./check-rule.ts";
export { type Dialect, nestedKeyset, rowKeyset } from "./dialect.ts";
export { type SelectiveField, makeFew } from "./few-rows.ts";
export { packChanges, unpackChanges } from "./packed-changes.ts";
export { type FeedReading, type FeedState, onlyAppend, readChanges, readEntry } from "./feed.ts";
export { GenericTable, type GenericLayout } from "./generic-table.ts";
export { type KindTable, type KindTableStyle, kindTable } from "./kind-table.ts";
export type { Migration } from "./migration.ts";
export { findPlainAppend, givenMessageFields } from "./plain-append.ts";
export {
  type PageAsk,
  type Paging,
  answerAtOnce,
  countRows,
  getRows,
  isCountedBySql,
  queryPage,
} from "./query-page.ts";
export { type RowMapper, selectedFields } from "./row-mapper.ts";
export { type Select, type Selection, makeCount, makeFind, makeFindBy, makeSelect } from "./select-rows.ts";
export { selectiveSessionFields, sessionLogFields, sessionRowFields } from "./session-fields.ts";
export { type Place, type Table, uniqueCondition } from "./table.ts";
export type { SqlRow, SqlValue } from "./values.ts";
