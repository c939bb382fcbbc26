import type { AddressInfo } from "node:net";

/** Starts listening on 127.0.0.1; the port that the system chose. */
export async function listen(
  server: {
    listen(port: number, host: string, done: () => void): unknown;
    once(event: "error", react: (error: Error) => void): unknown;
    address(): AddressInfo | string | null;
  },
  port = 0,
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}
