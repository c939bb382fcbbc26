let context: CanvasRenderingContext2D | null | undefined;

/** The text, cut with an ellipsis to so many pixels as it will be drawn; whole elsewhere (hover, list). */
export function fitText(text: string, pixels: number, weight: 400 | 600, sizePixels = 13): string {
  const width = measurer(weight, sizePixels);
  if (width(text) <= pixels) return text;
  let letters = text.length - 1;
  while (letters > 1 && width(`${text.slice(0, letters)}…`) > pixels) letters -= 1;
  return `${text.slice(0, letters).trimEnd()}…`;
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
