import { connect, createServer, type Server, type Socket } from "node:net";
import type { RoleMain } from "../service/kit.ts";
import type { MeshEdge } from "../service/settings.ts";

const retransmissionMilliseconds = 220;
type Listener = { edge: MeshEdge; server: Server; open: Set<Socket>; turn: number };

/** TCP proxies, one listener a connection of the shop. Can add delay, and stalls as after lost packets; nobody listens where there is nobody to forward to. */
export const startMesh: RoleMain = async (kit) => {
  const listeners = new Map<string, Listener>();
  const { meter, log } = kit.telemetry;
  meter
    .createObservableGauge("mesh.connections", {
      unit: "{connection}",
      description: "Connections through the mesh, by edge",
    })
    .addCallback((result) => {
      for (const { edge, open } of listeners.values()) result.observe(open.size / 2, { edge: edge.id });
    });

  function close(listener: Listener): void {
    listeners.delete(listener.edge.id);
    listener.server.close();
    for (const socket of listener.open) socket.destroy();
  }

  function open(edge: MeshEdge): void {
    const listener: Listener = {
      edge,
      open: new Set(),
      turn: 0,
      server: createServer({ noDelay: true, pauseOnConnect: true }, (downstream) => forward(listener, downstream)),
    };
    listener.server.on("error", (error) => {
      log.error(`edge ${edge.id}: ${error.message}, trying again`);
      if (listeners.get(edge.id) !== listener) return;
      listeners.delete(edge.id);
      setTimeout(() => listeners.has(edge.id) || open(listener.edge), 500);
    });
    listener.server.listen(edge.port, "127.0.0.1");
    listeners.set(edge.id, listener);
  }

  function apply(edges: MeshEdge[]): void {
    for (const edge of edges) {
      const listener = listeners.get(edge.id);
      if (edge.targets.length === 0) {
        if (listener) close(listener);
      } else if (listener && listener.edge.port === edge.port) listener.edge = edge;
      else {
        if (listener) close(listener);
        open(edge);
      }
    }
  }

  return {
    onMessage(message) {
      const told = message as { type: string; edges: MeshEdge[] };
      if (told.type === "mesh") apply(told.edges);
    },
  };
};

function forward(listener: Listener, downstream: Socket): void {
  const { targets } = listener.edge;
  const target = targets[listener.turn++ % targets.length];
  if (!target) return void downstream.destroy();
  const upstream =
    "port" in target ? connect({ port: target.port, host: "127.0.0.1", noDelay: true }) : connect(target.socketPath);
  const close = () => {
    downstream.destroy();
    upstream.destroy();
    listener.open.delete(downstream);
    listener.open.delete(upstream);
  };
  for (const socket of [downstream, upstream]) {
    listener.open.add(socket);
    socket.on("error", close);
    socket.on("close", close);
  }
  pass(listener, downstream, upstream);
  pass(listener, upstream, downstream);
  downstream.resume();
}

/** Chunks in order; each waits its delay, and sometimes for a retransmission. */
function pass(listener: Listener, from: Socket, to: Socket): void {
  let freeAt = 0; // chunks never overtake each other
  const write = (chunk: Buffer) => {
    if (to.destroyed) return;
    if (!to.write(chunk)) {
      from.pause();
      to.once("drain", () => from.resume());
    }
  };
  from.on("data", (chunk) => {
    const { delayMilliseconds, stallRatio } = listener.edge;
    const now = performance.now();
    if (delayMilliseconds === 0 && stallRatio === 0 && freeAt <= now) return write(chunk);
    const stall = Math.random() < stallRatio ? retransmissionMilliseconds : 0;
    freeAt = Math.max(freeAt, now + delayMilliseconds * (0.8 + 0.4 * Math.random()) + stall);
    setTimeout(() => write(chunk), freeAt - now);
  });
  from.on("end", () => setTimeout(() => to.end(), Math.max(0, freeAt - performance.now())));
}
