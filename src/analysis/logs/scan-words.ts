/** The words of one line as hashes, kept in arrays that are used again for every line: nothing is allocated. */
export type ScannedWords = {
  count: number;
  /** Hash of each word; 0 where the word has a digit, which makes it a parameter. */
  hashes: Int32Array;
  starts: Int32Array;
  ends: Int32Array;
  /** Hash of what stands between the words and of their number: lines of one template share it. */
  shape: number;
  /** Where scanning ended; shorter than the text when the line has more words or characters than looked at. */
  end: number;
};

/** Enough for a message; what a line says behind that is taken as one parameter. */
export const maximumWords = 96;
const maximumCharacters = 4096;

export function createScannedWords(): ScannedWords {
  return {
    count: 0,
    hashes: new Int32Array(maximumWords),
    starts: new Int32Array(maximumWords),
    ends: new Int32Array(maximumWords),
    shape: 0,
    end: 0,
  };
}

const isDelimiter = characterTable(" \t\r\n=:,;()[]{}\"'<>|");
const isBlank = characterTable(" \t\r\n");
const isDigit = characterTable("0123456789");

/**
 * Splits at blanks and at the punctuation that surrounds values (`key=value`, `host:port`, quotes, brackets). Dots,
 * slashes, dashes stay inside words: addresses, paths and identifiers are one word each. Runs of blanks count as one.
 */
export function scanWords(text: string, into: ScannedWords): void {
  const length = text.length < maximumCharacters ? text.length : maximumCharacters;
  let shape = 17;
  let count = 0;
  let position = 0;
  let wasBlank = false;
  while (position < length) {
    const code = text.charCodeAt(position);
    if (code < 128 && isDelimiter[code] === 1) {
      const blank = isBlank[code] === 1;
      if (!blank) shape = Math.imul(shape ^ code, 0x01000193);
      else if (!wasBlank) shape = Math.imul(shape ^ 32, 0x01000193);
      wasBlank = blank;
      position++;
      continue;
    }
    if (count === maximumWords) break;
    const start = position;
    let hash = 0x811c9dc5 | 0;
    let digits = 0;
    let current = code;
    while (!(current < 128 && isDelimiter[current] === 1)) {
      if (current < 128) digits |= isDigit[current] ?? 0;
      hash = Math.imul(hash ^ current, 0x01000193);
      position++;
      if (position >= length) break;
      current = text.charCodeAt(position);
    }
    into.starts[count] = start;
    into.ends[count] = position;
    const isParameter = digits !== 0 || (position - start === 3 && calendarHashes.has(hash));
    into.hashes[count] = isParameter ? 0 : hash === 0 ? 1 : hash;
    count++;
    shape = Math.imul(shape ^ 7, 0x01000193);
    wasBlank = false;
  }
  into.count = count;
  into.shape = shape ^ count;
  into.end = position;
}

/** Names of days and months are parts of a date wherever they stand. */
const calendarHashes = new Set(
  "Mon Tue Wed Thu Fri Sat Sun Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ").map(hashOf),
);

function hashOf(word: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let index = 0; index < word.length; index++) hash = Math.imul(hash ^ word.charCodeAt(index), 0x01000193);
  return hash;
}

function characterTable(characters: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}
