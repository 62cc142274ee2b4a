/** The ending of an id that tells sessions apart on a screen, and names one in a command. Elsewhere ids are whole. */
export function shortId(id: string): string {
  return id.slice(-12);
}
