import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** Below what Linux and macOS hand to outgoing connections (32768 and 49152), so that a closed listener finds its port again. */
const lowest = 20_000;
const highest = 32_000;

async function isFree(port: number): Promise<boolean> {
  const tcp = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
  if (!tcp) return false;
  return new Promise<boolean>((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => resolve(false));
    socket.bind(port, "127.0.0.1", () => socket.close(() => resolve(true)));
  });
}

/** Keeps the ports that are still free, finds new ones for the rest. `start` spreads several labs of one machine apart. */
export async function choosePorts(
  wanted: string[],
  known: Record<string, number>,
  start: number,
): Promise<Record<string, number>> {
  const chosen: Record<string, number> = {};
  let candidate = lowest + (start % (highest - lowest));
  for (const name of wanted) {
    const before = known[name];
    if (before !== undefined && (await isFree(before))) {
      chosen[name] = before;
      continue;
    }
    const taken = new Set([...Object.values(chosen), ...Object.values(known)]);
    do {
      candidate = candidate + 1 > highest ? lowest : candidate + 1;
    } while (taken.has(candidate) || !(await isFree(candidate)));
    chosen[name] = candidate;
  }
  return chosen;
}
