/** Code points that a token never keeps: diacritics, invisible characters, and all that is no letter, digit or mark. */
const dropped =
  /[^\p{L}\p{N}\p{M}]|[[\p{M}&&[\p{Script=Inherited}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}]]--[\u3099\u309a]]|\p{Default_Ignorable_Code_Point}/gv;

/**
 * Folds a character with its marks to the form in which it is compared.
 *
 * The fold is: compatibility decomposition (NFKD), full case folding, removal of diacritics, recomposition (NFKC).
 * Diacritics are the marks shared by scripts (accents) and those of Greek, Cyrillic, Hebrew and Arabic (vowel points);
 * the marks of other scripts, and the two voicing marks of kana, make another letter and stay. Thus `É`, `e` and
 * full-width `Ｅ` are one, `ß` is `ss`, and `が` is not `か`. Letters without a decomposition (`ø`, `ł`, `æ`) stay.
 * What is left holds letters, digits and marks only, none of them a capital; it is empty for punctuation.
 */
export function foldCharacters(characters: string): string {
  return foldCase(characters.normalize("NFKD")).normalize("NFKD").replace(dropped, "").normalize("NFKC");
}

/** Lower case by way of upper case also unites `ς` with `σ`, `ı` with `i`, and `ß` and its capital with `ss`. */
function foldCase(characters: string): string {
  return characters.toLowerCase().toUpperCase().toLowerCase();
}
