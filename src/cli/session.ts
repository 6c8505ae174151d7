// What a command works with: a signed connection to the operator API, and where its answer goes.
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Command } from 'commander'
import { KahubAdmin, type PrivateJwk } from '../../sdk/src/admin.ts'
import { Kahub } from '../../sdk/src/index.ts'
import { ed25519Key, hmacKey, type SigningKey } from '../../sdk/src/signing.ts'
import { readClientConfig, type ClientConfig } from '../config.ts'
import { UsageError } from './failures.ts'
import type { Form } from './output.ts'

/** How often a call that may be repeated is repeated: enough for a server that is just starting again. */
const retriesMax = 4

export interface Session extends Place {
  readonly admin: KahubAdmin
}

/** What a command of a reseller works with. */
export interface ResellerSession extends Place {
  readonly kahub: Kahub
}

/** What a command that signs by itself works with. */
export interface KeySession extends Place {
  readonly key: SigningKey
  /** Of a key of algorithm ed25519. */
  readonly privateKey: PrivateJwk | undefined
}

interface Place {
  readonly url: string
  readonly keyId: string
  /** 'json': one JSON value on the standard output and nothing else. */
  readonly form: Form
  /** Ctrl-C. */
  readonly stop: AbortSignal
}

/** Makes a commander action of work that needs a session: `work(session, ...arguments, options)`. */
export type RunWith<Opened> = <Given extends unknown[]>(
  work: (session: Opened, ...given: Given) => Promise<void>
) => (...all: unknown[]) => Promise<void>
export type Run = RunWith<Session>

/** How commands get their session, from this environment. */
export function runner (environment: Readonly<Record<string, string | undefined>>, stop: AbortSignal): Run {
  return runnerWith(environment, stop, openSession)
}

/** The same for commands of resellers; without another key it is that of a file in KAHUB_HOME. */
export function resellerRunner (
  environment: Readonly<Record<string, string | undefined>>, stop: AbortSignal, fileDefault: string
): RunWith<ResellerSession> {
  return runnerWith(environment, stop, (config, options, stop) => openResellerSession(config, options, stop, fileDefault))
}

/** The same for commands that sign by themselves; without another key it is that of a file in KAHUB_HOME. */
export function keyRunner (
  environment: Readonly<Record<string, string | undefined>>, stop: AbortSignal, fileDefault: string
): RunWith<KeySession> {
  return runnerWith(environment, stop, (config, options, stop) => openKeySession(config, options, stop, fileDefault))
}

function runnerWith<Opened> (
  environment: Readonly<Record<string, string | undefined>>,
  stop: AbortSignal,
  open: (config: ClientConfig, options: SessionOptions, stop: AbortSignal) => Promise<Opened>
): RunWith<Opened> {
  return <Given extends unknown[]>(work: (session: Opened, ...given: Given) => Promise<void>) =>
    async (...all: unknown[]) => {
      const command = all.at(-1) as Command
      const session = await open(readClientConfig(environment), command.optsWithGlobals(), stop)
      await work(session, ...(all.slice(0, -1) as Given))
    }
}

interface SessionOptions {
  readonly credentials?: string
  readonly url?: string
  readonly json?: boolean
  /** What commands of one key call --credentials. */
  readonly key?: string
}

async function openSession (config: ClientConfig, options: SessionOptions, stop: AbortSignal): Promise<Session> {
  const admin = new KahubAdmin(await readCredentials(config, options, 'operator.json'))
  return { admin, url: admin.baseUrl, keyId: admin.keyId, form: options.json ? 'json' : 'text', stop }
}

async function openResellerSession (config: ClientConfig, options: SessionOptions, stop: AbortSignal, fileDefault: string): Promise<ResellerSession> {
  const kahub = new Kahub(await readCredentials(config, ofOneKey(options), fileDefault))
  return { kahub, url: kahub.baseUrl, keyId: kahub.keyId, form: options.json ? 'json' : 'text', stop }
}

async function openKeySession (config: ClientConfig, options: SessionOptions, stop: AbortSignal, fileDefault: string): Promise<KeySession> {
  const { url, keyId, secret, privateKey } = await readCredentials(config, ofOneKey(options), fileDefault)
  const key = privateKey === undefined ? hmacKey(keyId, secret) : ed25519Key(keyId, privateKey)
  return { url: url.replace(/\/+$/, ''), keyId, key, privateKey, form: options.json ? 'json' : 'text', stop }
}

/** Of commands of the operator --key is something else. */
function ofOneKey (options: SessionOptions): SessionOptions {
  return options.key === undefined ? options : { ...options, credentials: options.key }
}

async function readCredentials (
  config: ClientConfig, options: SessionOptions, fileDefault: string
): Promise<KeyOptions & { readonly retriesMax: number }> {
  const credentials = readKeyOf(config, options) ?? (await readKeyFile(options.credentials ?? join(config.home, fileDefault)))
  return { ...credentials, url: options.url ?? config.url ?? credentials.url, retriesMax }
}

interface KeyOptions {
  readonly url: string
  readonly keyId: string
  readonly algorithm?: string | undefined
  readonly secret: string
  /** In the place of the secret, with ed25519. */
  readonly privateKey?: PrivateJwk
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
