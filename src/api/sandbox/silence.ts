import type { Socket } from 'node:net'

/** Connections that are kept silent at once; beyond that the one that has been silent the longest is closed. */
export const silentMax = 500

export interface Silence {
  /** Says nothing on a connection, and closes it after a while. */
  keep (socket: Socket, ms: number): void
  /** Closes all that are kept silent. */
  end (): void
}

/** Opens the silence of one server. */
export function openSilence (): Silence {
  const kept = new Map<Socket, NodeJS.Timeout>()
  const close = (socket: Socket): void => {
    clearTimeout(kept.get(socket))
    kept.delete(socket)
    socket.destroy()
  }
  return {
    keep (socket, ms) {
      if (kept.size >= silentMax) close(kept.keys().next().value!)
      kept.set(socket, setTimeout(() => close(socket), ms))
      socket.once('close', () => close(socket))
    },
    end () {
      for (const socket of [...kept.keys()]) close(socket)
    }
  }
}
