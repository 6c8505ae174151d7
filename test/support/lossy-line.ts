// A line to a database that can lose the answer to a commit: the server has done it, and nobody hears.
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import type { Test } from 'tap'
import { addressOf } from '../../src/postgres/address.ts'

export interface LossyLine {
  /** The database's address through this line. */
  readonly url: string
  /** Loses the answer to the next commit, and the connection with it; resolves when that has happened. */
  loseNextCommit (): Promise<void>
}

/** Opens a line to a database; only commits of connections with this application name are lost. It is closed when the test ends. */
export async function openLossyLine (t: Test, databaseUrl: string, applicationName: string): Promise<LossyLine> {
  const { options } = addressOf(databaseUrl)
  const sockets = new Set<Socket>()
  let thief: (() => void) | undefined
  const server = createServer(near => {
    const far = options.path !== undefined ? connect(options.path) : connect(options.port!, options.host)
    let isTheirs: boolean | undefined
    let steals = false
    const pass = (from: Socket, to: Socket, look: (bytes: Buffer) => boolean) => {
      sockets.add(from)
      from.on('error', () => {})
      from.once('close', () => { sockets.delete(from); to.destroy() })
      from.on('data', (bytes: Buffer) => { if (look(bytes)) to.write(bytes) })
    }
    // The simple query `commit`, and the tag COMMIT that answers it (PostgreSQL manual, 54.7).
    pass(near, far, bytes => {
      isTheirs ??= bytes.includes(`application_name\0${applicationName}\0`)
      if (thief && isTheirs && bytes.includes('commit\0')) steals = true
      return true
    })
    pass(far, near, bytes => {
      if (!steals || !bytes.includes('COMMIT\0')) return true
      near.destroy()
      thief?.()
      thief = undefined
      return false
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const url = new URL(databaseUrl)
  url.searchParams.delete('host')
  url.searchParams.delete('port')
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    loseNextCommit: () => new Promise(resolve => { thief = resolve })
  }
}
