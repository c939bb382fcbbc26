/**
 * Asks four times a second until the answer is neither null nor false, and returns it. Throws what asking throws, and,
 * naming what was waited for, when there is no answer in time.
 */
export async function eventually<Found>(
  what: string,
  withinSeconds: number,
  look: () => Promise<Found | null | false>,
): Promise<Found> {
  const deadline = Date.now() + withinSeconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`waited ${withinSeconds} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
