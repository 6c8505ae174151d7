// The line between a house and its database: it can be cut and mended, as when the server is away.
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { addressOf } from '../../src/postgres/address.ts'

export interface Line {
  /** The database's address through this line. */
  readonly url: string
  /** Ends every connection and refuses new ones. */
  cut (): void
  mend (): void
  close (): void
}

/** Opens a line to a database. */
export async function openLine (databaseUrl: string): Promise<Line> {
  const { options } = addressOf(databaseUrl)
  const sockets = new Set<Socket>()
  let whole = true
  const server = createServer(near => {
    if (!whole) return void near.destroy()
    const far = 'path' in options ? connect(options.path!) : connect(options.port!, options.host)
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => { sockets.delete(socket); other.destroy() })
      socket.pipe(other)
    }
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.searchParams.delete('host')
  url.searchParams.delete('port')
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  const cut = () => {
    whole = false
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: url.href,
    cut,
    mend: () => { whole = true },
    close: () => {
      cut()
      server.close()
    }
  }
}
