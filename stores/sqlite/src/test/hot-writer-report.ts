/** What a hot writer says of its commits. */
export interface HotWriterReport {
  readonly commits: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}
