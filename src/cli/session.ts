// What a command works with: a signed connection to the operator API, and where its answer goes.
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Command } from 'commander'
import { KahubAdmin, type PrivateJwk } from '../../sdk/src/admin.ts'
import { readClientConfig, type ClientConfig } from '../config.ts'
import { UsageError } from './failures.ts'
import type { Form } from './output.ts'

/** How often a call that may be repeated is repeated: enough for a server that is just starting again. */
const retriesMax = 4

export interface Session {
  readonly admin: KahubAdmin
  readonly url: string
  readonly keyId: string
  /** 'json': one JSON value on the standard output and nothing else. */
  readonly form: Form
  /** Ctrl-C. */
  readonly stop: AbortSignal
}

/** Makes a commander action of work that needs a session: `work(session, ...arguments, options)`. */
export type Run = <Given extends unknown[]>(
  work: (session: Session, ...given: Given) => Promise<void>
) => (...all: unknown[]) => Promise<void>

/** How commands get their session, from this environment. */
export function runner (environment: Readonly<Record<string, string | undefined>>, stop: AbortSignal): Run {
  return <Given extends unknown[]>(work: (session: Session, ...given: Given) => Promise<void>) =>
    async (...all: unknown[]) => {
      const command = all.at(-1) as Command
      const session = await openSession(readClientConfig(environment), command.optsWithGlobals(), stop)
      await work(session, ...(all.slice(0, -1) as Given))
    }
}

interface SessionOptions {
  readonly credentials?: string
  readonly url?: string
  readonly json?: boolean
}

async function openSession (config: ClientConfig, options: SessionOptions, stop: AbortSignal): Promise<Session> {
  const credentials = readKeyOf(config, options) ?? (await readKeyFile(options.credentials ?? join(config.home, 'operator.json')))
  const url = options.url ?? config.url ?? credentials.url
  const admin = new KahubAdmin({ ...credentials, url, retriesMax })
  return { admin, url: admin.baseUrl, keyId: admin.keyId, form: options.json ? 'json' : 'text', stop }
}

interface KeyOptions {
  readonly url: string
  readonly keyId: string
  readonly algorithm?: string | undefined
  readonly secret: string
}

/** The key of the environment, unless a file is named. */
function readKeyOf ({ url, keyId, secret }: ClientConfig, options: SessionOptions): KeyOptions | undefined {
  if (options.credentials !== undefined || (keyId === undefined && secret === undefined)) return undefined
  const place = options.url ?? url
  if (place === undefined || keyId === undefined || secret === undefined) {
    const missing = place === undefined ? 'KAHUB_URL' : keyId === undefined ? 'KAHUB_KEY_ID' : 'KAHUB_SECRET'
    throw new UsageError(
      `${missing} is not set. KAHUB_URL, KAHUB_KEY_ID and KAHUB_SECRET go together; without the last two, a credentials file is read.`
    )
  }
  return { url: place, keyId, secret }
}

async function readKeyFile (file: string): Promise<KeyOptions> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const near = relative('', file)
    const shown = near.startsWith('..') ? file : near
    if (code === 'ENOENT') {
      throw new UsageError(
        `There are no credentials at ${shown}. npm start makes this file for the database it brings along; on a database ` +
          'of your own, make a key with: npm run --silent main operator-key > operator.json. Name the file with --credentials FILE, ' +
          'or set KAHUB_HOME, or KAHUB_URL, KAHUB_KEY_ID and KAHUB_SECRET.'
      )
    }
    throw new UsageError(
      `${shown} cannot be read: ${code === 'EACCES' ? 'you may not read it. Run this as the user who owns it' : (code ?? 'unknown')}.`
    )
  }
  return parseKeyFile(text, file)
}

function parseKeyFile (text: string, file: string): KeyOptions {
  let read: Partial<KeyOptions & { privateKey: PrivateJwk }>
  try {
    read = JSON.parse(text) ?? {}
  } catch {
    throw new UsageError(`${file} is not JSON; it holds {"url", "keyId", "algorithm", "secret"}.`)
  }
  const lacking = (['url', 'keyId'] as const).find(name => typeof read[name] !== 'string')
  if (lacking !== undefined || (typeof read.secret !== 'string' && typeof read.privateKey !== 'object')) {
    throw new UsageError(`${file} has no ${lacking ?? 'secret'}; it holds {"url", "keyId", "algorithm", "secret"}.`)
  }
  return read as KeyOptions
}
