let context: CanvasRenderingContext2D | null | undefined;

/** The text, cut with an ellipsis to so many pixels as it will be drawn; whole elsewhere (hover, list). */
export function fitText(text: string, pixels: number, weight: 400 | 600, sizePixels = 13): string {
  const width = measurer(weight, sizePixels);
  if (width(text) <= pixels) return text;
  let letters = text.length - 1;
  while (letters > 1 && width(`${text.slice(0, letters)}…`) > pixels) letters -= 1;
  return `${text.slice(0, letters).trimEnd()}…`;
}

/** The words on at most so many lines; only what does not fit the last one is cut. Empty for no words. */
export function fitLines(text: string, pixels: number, most: number, sizePixels = 12): string[] {
  const width = measurer(400, sizePixels);
  const lines: string[] = [];
  for (const word of text.split(" ").filter((one) => one !== "")) {
    const last = lines.at(-1);
    const isFull = last === undefined || width(`${last} ${word}`) > pixels;
    if (isFull && lines.length < most) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line) => fitText(line, pixels, 400, sizePixels));
}

/** Without a canvas (a test, a closed browser) a letter is taken as a little over half its size. */
function measurer(weight: number, sizePixels: number): (text: string) => number {
  context ??= typeof document === "undefined" ? null : document.createElement("canvas").getContext("2d");
  const canvas = context;
  if (!canvas) return (text) => text.length * sizePixels * 0.6;
  const family = getComputedStyle(document.documentElement).getPropertyValue("--sans") || "sans-serif";
  canvas.font = `${weight} ${sizePixels}px ${family}`;
  return (text) => canvas.measureText(text).width;
}
