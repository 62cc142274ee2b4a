/** A name for a file that is saved, as RFC 6266 has it: in ASCII, and as it is where that differs. */
export function attachment(fileName: string): string {
  const plain = fileName.replace(/[^\w .()-]/g, "_");
  const exact = plain === fileName ? "" : `; filename*=UTF-8''${encodeRfc8187(fileName)}`;
  return `attachment; filename="${plain}"${exact}`;
}

function encodeRfc8187(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
