// TLS in front of an API, as every house has it: what is between clients and this door may turn bits over, and the record's tag tells.
import { connect, type AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { makeCertificate } from '../support/certificate.ts'
import type { Target } from './fault-proxy.ts'

export interface TlsDoor {
  readonly port: number
  /** What a client trusts; the door's name is localhost. */
  readonly certificate: string
  close (): void
}

/** Opens a door that hands on in plain what came in TLS. */
export async function openTlsDoor (target: Target): Promise<TlsDoor> {
  const { cert, key } = makeCertificate()
  const ends = new Set<() => void>()
  const server = createServer({ cert, key }, near => {
    const to = target()
    if (to === undefined) return void near.destroy()
    const far = connect({ ...to, noDelay: true })
    const end = (): void => {
      ends.delete(end)
      near.destroy()
      far.destroy()
    }
    ends.add(end)
    for (const socket of [near, far]) socket.on('error', end).once('close', end)
    near.pipe(far).pipe(near)
  })
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    certificate: cert,
    close () {
      for (const end of [...ends]) end()
      server.close()
    }
  }
}
