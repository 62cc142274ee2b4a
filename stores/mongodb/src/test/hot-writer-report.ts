/** What a hot writer tells at its end. */
export interface HotWriterReport {
  readonly commits: number;
  readonly longestMs: number;
}
