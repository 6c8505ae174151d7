// A crowd: sockets that are all told the same, as server-sent events. What is told is made once and written to each; a socket that takes
// nothing is given up, because what waits for it would be kept for each of thousands.
import type { ServerResponse } from 'node:http'

/** Bytes that may wait for a slow reader beyond what the system's own buffers take. */
export const waitingBytesMax = 16 * 1024
/** Sockets written to before others have their turn: a change for thousands does not hold up who buys. */
const socketsPerTurn = 500

/** Proxies, and this server itself, end connections that are silent for longer. */
export const crowdHeartbeatMs = 15_000
const heartbeat = Buffer.from(': here\n\n')

export interface Crowd {
  readonly size: number
  /** Writes the head and what is so now to a response, which belongs to the crowd until it closes. */
  join (response: ServerResponse, headers: Readonly<Record<string, string>>): void
  /** Tells all of them, and who joins later, what is so now; what they were told last is not told again. */
  tell (frame: Buffer): void
  /** Ends them all. */
  end (): void
}

/** Opens a crowd; `left` is called when a member has gone. */
export function openCrowd (left: () => void): Crowd {
  const members = new Set<ServerResponse>()
  let current: Buffer | undefined
  let told: Buffer | undefined
  let telling = false
  let beating: NodeJS.Timeout | undefined

  return {
    get size () { return members.size },
    join (response, headers) {
      // Without chunks what is written is what goes over the line; the end of the connection is the end of the stream.
      response.useChunkedEncodingByDefault = false
      response.shouldKeepAlive = false
      response.writeHead(200, { ...streamHeaders, ...headers })
      response.write(current === undefined ? beginning() : Buffer.concat([beginning(), current]))
      members.add(response)
      beating ??= setInterval(() => { void write(heartbeat) }, crowdHeartbeatMs).unref()
      response.once('close', () => {
        if (!members.delete(response)) return
        if (members.size === 0) stopBeating()
        left()
      })
    },
    tell (frame) {
      if (current?.equals(frame)) return
      current = frame
      if (!telling) void tellAll()
    },
    end () {
      stopBeating()
      for (const response of members) response.end()
    }
  }

  async function tellAll (): Promise<void> {
    telling = true
    // What was true for a moment while others were told is told to nobody.
    for (let frame = current; frame !== undefined && frame !== told; frame = current) {
      told = frame
      await write(frame)
    }
    telling = false
  }

  async function write (frame: Buffer): Promise<void> {
    let turn = 0
    for (const response of [...members]) {
      if (++turn % socketsPerTurn === 0) await new Promise(resolve => { setImmediate(resolve) })
      if (response.destroyed || response.writableEnded) continue
      if (response.writableLength > waitingBytesMax) response.destroy()
      else response.write(frame)
    }
  }

  function stopBeating (): void {
    clearInterval(beating)
    beating = undefined
  }
}

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
  connection: 'close'
}

const retryMsMin = 2_000
const retryMsSpread = 4_000

/** How long a browser waits before it comes again is not the same for all: a server that starts anew is not met by all at once. */
function beginning (): Buffer {
  return Buffer.from(`retry: ${retryMsMin + Math.floor(Math.random() * retryMsSpread)}\n\n`)
}
