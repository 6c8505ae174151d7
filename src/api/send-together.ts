import type { Server } from 'node:http'
import { Socket } from 'node:net'

/** Answers that wait for others: in a crowd nobody waits for the whole of it. */
export const answersHeldMax = 64

/**
 * Lets the answers that are made in one turn of the event loop leave at its end, one right after another. Writing to a reader that
 * sleeps (a proxy, a client on this machine) costs more than making the answer, because it must be woken; the first of the answers
 * wakes it, and finds it awake for the others. A lone answer leaves in the same turn as ever.
 */
export function sendTogether (server: Server): void {
  const held = new Set<Socket>()
  const sendHeld = (): void => {
    for (const socket of held) {
      held.delete(socket)
      // Node may have corked it more than once; all of it leaves.
      while (socket.writableCorked > 0) uncork.call(socket)
    }
  }
  server.on('connection', (socket: Socket) => {
    socket.uncork = () => {
      if (held.size === 0) setImmediate(sendHeld)
      held.add(socket)
      if (held.size >= answersHeldMax) sendHeld()
    }
  })
}

const { uncork } = Socket.prototype
