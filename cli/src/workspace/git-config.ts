/** The file in which a repository keeps its settings, as far as remotes go. */

/** The addresses of a repository's remotes, by name, in the order of the file; of several, the one fetched from. */
export function remotesIn(config: string): ReadonlyMap<string, string> {
  const remotes = new Map<string, string>();
  let remote: string | undefined;
  for (const line of config.replaceAll(/\\\r?\n/g, "").split(/\r?\n/)) {
    const header = /^\s*\[\s*([\w.-]+)\s*(?:"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line);
    if (header !== null) remote = remoteOf(header[1] ?? "", header[2]);
    const rest = header === null ? line : line.slice(header[0].length);
    const [, name = "", value = ""] = /^\s*([a-z][\w-]*)\s*=\s*(.*)$/i.exec(rest) ?? [];
    if (remote === undefined || name.toLowerCase() !== "url" || remotes.has(remote)) continue;
    remotes.set(remote, unquoted(value));
  }
  return remotes;
}

/** `[remote "origin"]`, or `[remote.origin]` as it was written long ago. */
function remoteOf(section: string, subsection: string | undefined): string | undefined {
  const [name, ...others] = section.split(".");
  if (name?.toLowerCase() !== "remote") return undefined;
  if (subsection !== undefined) return subsection.replaceAll(/\\(.)/g, "$1");
  return others.length === 0 ? undefined : others.join(".").toLowerCase();
}

/** A value without its quotes, escapes and comment. */
function unquoted(value: string): string {
  let text = "";
  let isQuoted = false;
  for (let index = 0; index < value.length; index += 1) {
    const character = value.charAt(index);
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === "#" || character === ";")) break;
    else if (character === "\\") text += escaped(value.charAt((index += 1)));
    else text += character;
  }
  return text.trim();
}

function escaped(character: string): string {
  if (character === "n") return "\n";
  return character === "t" ? "\t" : character;
}
