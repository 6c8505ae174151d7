// `operator.json` and `demo.json`: all that a client needs to sign.
import { readFile, writeFile } from 'node:fs/promises'

export interface Credentials { readonly url: string, readonly keyId: string, readonly algorithm: 'hmac-sha256', readonly secret: string }

/** The same with an Ed25519 key, whose private half only the file has. */
export interface PairCredentials {
  readonly url: string
  readonly keyId: string
  readonly algorithm: 'ed25519'
  readonly privateKey: { readonly kty: string, readonly crv: string, readonly x: string, readonly d: string }
}

/** Reads a credentials file; undefined when it is not there. */
export async function readCredentials (file: string): Promise<Credentials | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Credentials
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`${file} cannot be read as credentials; move it away to have a new one made`)
  }
}

/** Writes a credentials file that only its owner can read. */
export async function writeCredentials (file: string, credentials: Credentials | PairCredentials): Promise<void> {
  await writeFile(file, JSON.stringify(credentials, null, 2) + '\n', { mode: 0o600 })
}
