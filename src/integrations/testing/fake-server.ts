import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export type SeenRequest = {
  method: string;
  path: string;
  parameters: URLSearchParams;
  headers: IncomingMessage["headers"];
  body: string;
};
export type FakeAnswer = { status?: number; headers?: Record<string, string>; body: unknown } | "hang" | "hang-up";

/** A server on loopback that answers as the test says and remembers what it was asked. */
export async function startFakeServer(answer: (request: SeenRequest) => FakeAnswer | Promise<FakeAnswer>) {
  const seen: SeenRequest[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const url = new URL(request.url ?? "/", "http://localhost");
      const body = Buffer.concat(chunks).toString("utf8");
      const parameters = request.headers["content-type"]?.includes("form")
        ? new URLSearchParams(body)
        : url.searchParams;
      const one: SeenRequest = {
        method: request.method ?? "",
        path: url.pathname,
        parameters,
        headers: request.headers,
        body,
      };
      seen.push(one);
      const given = await answer(one);
      if (given === "hang") return;
      if (given === "hang-up") return void request.socket.destroy();
      response.writeHead(given.status ?? 200, { "content-type": "application/json", ...given.headers });
      response.end(typeof given.body === "string" ? given.body : JSON.stringify(given.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
