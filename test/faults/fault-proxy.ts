// A line of TCP that can fail in every way a network does: slow, late, cut in the middle, silent, closed, or with bits turned over. It
// stands between clients and an API, or between a process and its PostgreSQL, and follows its target to a new port.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from './random.ts'

/** What a line does to bytes on their way: to the server, or back to the client. */
export interface WayFaults {
  /** Every piece comes so much later. */
  readonly delayMs?: number
  /** Bytes come in small pieces, at this rate. */
  readonly bytesPerSecond?: number
  /** One bit is turned over in every so many bytes. */
  readonly corruptEvery?: number
  /** Nothing arrives, and nobody is told. */
  readonly silent?: true
  /** Connections end in the middle, when so many more bytes have passed. */
  readonly cutAfterBytes?: number
}

export interface LineFaults {
  readonly toServer?: WayFaults
  readonly toClient?: WayFaults
  /** New connections are refused, and those there are have ended. */
  readonly down?: true
}

export interface FaultLine {
  readonly port: number
  /** Bits turned over and connections cut so far: a fault that touched nothing shows nothing. */
  readonly touched: { corrupted: number, cut: number }
  strike (faults: LineFaults): void
  /** Carries everything again; connections whose bytes were lost are ended, or they would wait for ever. */
  heal (): void
  close (): void
}

/** A place to carry to; undefined while there is nobody. */
export type Target = () => { readonly host: string, readonly port: number } | undefined

const throttledBytes = 64

/** Opens a line on a free port. */
export async function openFaultLine (target: Target, random: Random): Promise<FaultLine> {
  let faults: LineFaults = {}
  const pairs = new Set<() => void>()
  const touched = { corrupted: 0, cut: 0 }

  const server = createServer({ noDelay: true }, near => {
    const to = target()
    if (faults.down || to === undefined) return void near.on('error', () => {}).destroy()
    const far = connect({ ...to, noDelay: true })
    const end = (): void => {
      pairs.delete(end)
      near.destroy()
      far.destroy()
    }
    pairs.add(end)
    for (const socket of [near, far]) socket.on('error', end).once('close', end)
    void carry(near, far, () => faults.toServer, end).catch(end)
    void carry(far, near, () => faults.toClient, end).catch(end)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))

  async function carry (from: Socket, to: Socket, way: () => WayFaults | undefined, end: () => void): Promise<void> {
    let passed = 0
    for await (const bytes of from as AsyncIterable<Buffer>) {
      const { delayMs, bytesPerSecond, corruptEvery, silent, cutAfterBytes } = way() ?? {}
      if (silent) continue
      if (delayMs !== undefined) await pause(delayMs)
      passed += bytes.length
      if (cutAfterBytes !== undefined && passed > cutAfterBytes) {
        await write(to, bytes.subarray(0, Math.max(0, bytes.length - (passed - cutAfterBytes))))
        touched.cut++
        return void to.end(end)
      }
      if (corruptEvery !== undefined) corrupt(bytes, corruptEvery)
      if (bytesPerSecond === undefined) await write(to, bytes)
      else await trickle(to, bytes, bytesPerSecond)
    }
    to.end()
  }

  function corrupt (bytes: Buffer, every: number): void {
    for (let at = random.below(every); at < bytes.length; at += every) {
      bytes[at]! ^= 1 << random.below(8)
      touched.corrupted++
    }
  }

  const endAll = (): void => {
    touched.cut += pairs.size
    for (const end of [...pairs]) end()
  }
  return {
    port: (server.address() as AddressInfo).port,
    touched,
    strike (next) {
      faults = next
      if (next.down) endAll()
    },
    heal () {
      if (faults.toServer?.silent || faults.toClient?.silent) endAll()
      faults = {}
    },
    close () {
      endAll()
      server.close()
    }
  }
}

async function trickle (to: Socket, bytes: Buffer, bytesPerSecond: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += throttledBytes) {
    await write(to, bytes.subarray(at, at + throttledBytes))
    await pause(1_000 * throttledBytes / bytesPerSecond)
  }
}

async function write (to: Socket, bytes: Buffer): Promise<void> {
  if (to.write(bytes) || to.destroyed) return
  await new Promise<void>(resolve => {
    const go = (): void => {
      to.off('drain', go).off('close', go)
      resolve()
    }
    to.once('drain', go).once('close', go)
  })
}
