/** The files that a patch in the form of `apply_patch` adds, changes, deletes or moves to, each once, in its order. */
export function patchedFiles(patch: string): readonly string[] {
  const found = patch.matchAll(/^\*\*\* (?:(?:Add|Update|Delete) File|Move to): (.+?)\s*$/gm);
  return [...new Set(Array.from(found, ([, path = ""]) => path))];
}
