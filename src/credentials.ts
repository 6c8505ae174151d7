// `operator.json` and `demo.json`: all that a client needs to sign.
import { readFile, writeFile } from 'node:fs/promises'

export interface Credentials { readonly url: string, readonly keyId: string, readonly algorithm: 'hmac-sha256', readonly secret: string }

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
export async function writeCredentials (file: string, credentials: Credentials): Promise<void> {
  await writeFile(file, JSON.stringify(credentials, null, 2) + '\n', { mode: 0o600 })
}
