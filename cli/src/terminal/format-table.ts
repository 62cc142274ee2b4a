import { displayWidth, fitWidth } from "./display-width.ts";

export interface Column {
  readonly header: string;
  readonly align?: "left" | "right";
  /** Gives way when the table is too wide. At most one column does. */
  readonly isFlexible?: boolean;
  /** The column is made no wider than this for the sake of long cells, which then move what follows them. */
  readonly padAtMost?: number;
}

const gap = "  ";
const narrowest = 10;

/** Rows under their headers, each column as wide as it needs; cut to `width` columns where one is given. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): readonly string[] {
  const lines = [columns.map(({ header }) => header), ...rows];
  const widths = columns.map(({ padAtMost = Number.POSITIVE_INFINITY }, index) =>
    Math.min(padAtMost, Math.max(...lines.map((line) => displayWidth(line[index] ?? "")))),
  );
  if (width !== undefined) {
    const flexible = columns.findIndex(({ isFlexible }) => isFlexible === true);
    const total = widths.reduce((sum, each) => sum + each, gap.length * (columns.length - 1));
    const own = widths[flexible] ?? 0;
    widths[flexible] = Math.min(own, Math.max(narrowest, own - (total - width)));
  }
  return lines.map((line) => {
    const cells = columns.map(({ align }, index) => {
      const columnWidth = widths[index] ?? 0;
      const text = width === undefined ? (line[index] ?? "") : fitWidth(line[index] ?? "", columnWidth);
      const padding = " ".repeat(Math.max(0, columnWidth - displayWidth(text)));
      return align === "right" ? padding + text : text + padding;
    });
    const whole = cells.join(gap).trimEnd();
    return width === undefined ? whole : fitWidth(whole, width);
  });
}
