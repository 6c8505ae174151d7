import type { AddressInfo } from 'node:net'

/** Where tokens are asked for, below the issuer. */
export const tokenPath = '/oauth/token'
export const tokenKeysPath = '/oauth/jwks.json'

/**
 * The names this server answers to as an issuer of tokens; its tokens bear the first. They are never taken from a request: an
 * assertion made for somebody else's server would be good here, if a Host header could make this server bear its name.
 */
export type IssuerNames = () => readonly [string, ...string[]]

const portDefault = 80

/** The public address when there is one, else this machine at the port that is listened on. */
export function issuerNames (publicUrl: string | undefined, address: () => AddressInfo | string | null): IssuerNames {
  if (publicUrl !== undefined) return () => [publicUrl]
  return () => {
    const listening = address()
    const port = typeof listening === 'object' && listening !== null ? listening.port : portDefault
    return [`http://127.0.0.1:${port}`, `http://localhost:${port}`, `http://[::1]:${port}`]
  }
}
