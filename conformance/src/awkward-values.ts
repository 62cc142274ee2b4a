/** Values that some database somewhere changes or refuses. Every store gives them back as they were given. */

/** Texts without lone surrogates and NUL, which no store ever gets. */
export function awkwardTexts(): string[] {
  return [
    "",
    " ",
    "  leading, trailing\t\r\n ",
    "null",
    "0123",
    "1e3",
    "-0",
    "true",
    "'; drop table sessions; --",
    '"\\"',
    "\\u0041 \\x41 \\",
    "$1 ? :name @name %s {0}",
    "a_b%c*d[e]",
    "__proto__",
    "constructor",
    "toString",
    "A",
    "a",
    "ä",
    "a\u0308",
    "Å",
    "\u212B",
    "ß",
    "SS",
    "İ",
    "ı",
    "ﬁ",
    "\u200B",
    "\u200D",
    "\u00AD",
    "\uFEFFbyte order mark",
    "\uFFFD",
    "\uFFFE\uFFFF",
    "\uE000\uF8FF",
    "\u{10FFFF}",
    "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}",
    "\u202Eright to left",
    "مرحبا עולם",
    "日本語 한국어 中文",
    "e\u0301\u0301\u0301\u0301\u0301",
    "\u2028\u2029\u0085",
    controls(),
    oneOfEachClass(),
    "x".repeat(1_000),
  ];
}

/** Every control character but NUL, of both blocks. */
function controls(): string {
  const codes = Array.from({ length: 0xa0 }, (_, code) => code).filter(
    (code) => code > 0 && (code < 0x20 || code > 0x7e),
  );
  return String.fromCodePoint(...codes);
}

/** A character of about every 97th code point, over all planes. */
function oneOfEachClass(): string {
  let text = "";
  for (let code = 1; code <= 0x10ffff; code += code < 0x3000 ? 97 : 4_999) {
    if (code < 0xd800 || code > 0xdfff) text += String.fromCodePoint(code);
  }
  return text;
}

/** JSON text of 64 levels, the deepest that the product takes. */
export function deepJson(): string {
  return `${'{"a":['.repeat(32)}1${"]}".repeat(32)}`;
}

export function awkwardNumbers(): {
  readonly integers: readonly number[];
  readonly reals: readonly number[];
} {
  return {
    integers: [
      0,
      -0,
      1,
      -1,
      2 ** 31,
      -(2 ** 31) - 1,
      2 ** 32,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
    ],
    reals: [
      0,
      -0,
      1,
      -1,
      0.1,
      1 / 3,
      1e21,
      -1e-7,
      5e-324,
      Number.MIN_VALUE,
      Number.MAX_VALUE,
      -Number.MAX_VALUE,
      2 ** 53,
      1e15 + 0.5,
    ],
  };
}

/** Every byte, twice, in different neighbourhoods. */
export function awkwardBytes(): Uint8Array {
  return Uint8Array.from({ length: 512 }, (_, index) => (index < 256 ? index : (index * 167) % 256));
}
