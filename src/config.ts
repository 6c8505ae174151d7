// The only file that reads the environment: one table, checked at start, explained in README.md.
import { resolve } from 'node:path'

export interface Config {
  readonly port: number
  readonly host: string
  readonly metricsPort: number
  readonly home: string
  /** The Postgres to use; undefined is the embedded one. */
  readonly databaseUrl: string | undefined
  /** Where the embedded Postgres takes its binaries from, instead of npm's. */
  readonly postgresBinaries: string | undefined
  /** id:base64 pairs, newest first; undefined: a file in the home, made on the first start of the embedded default. */
  readonly masterKey: string | undefined
  readonly trustProxy: boolean | string[]
  /** Where the API is reached from outside; undefined: at the address it listens on. */
  readonly publicUrl: string | undefined
  /** undefined: what the command finds right. */
  readonly logLevel: string | undefined
  readonly demo: boolean | undefined
  /** Ports that callbacks are sent to, over https. */
  readonly callbackPorts: readonly number[]
  /** Whether callbacks may go to this machine; undefined: with the embedded database. */
  readonly callbackLoopback: boolean | undefined
  /** Whether the live world has the sandbox gateway; undefined: with the embedded database. */
  readonly sandboxGateway: boolean | undefined
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** The settings, as the README lists them. */
export const settings = {
  PORT: { default: '8080', says: 'port of the API; 0 is any free one' },
  HOST: { default: '127.0.0.1', says: 'address the API listens on' },
  METRICS_PORT: { default: '0', says: 'loopback port of /metrics; 0 is any free one' },
  KAHUB_HOME: { default: '.kahub', says: 'folder of the embedded database and its credentials' },
  DATABASE_URL: { default: '', says: 'PostgreSQL 15 or newer to use instead of the embedded one' },
  KAHUB_POSTGRES_BIN: { default: '', says: 'folder of PostgreSQL binaries for the embedded database' },
  KAHUB_MASTER_KEY: { default: '', says: 'id:base64 of 32 bytes, several comma-separated, newest first; needed with DATABASE_URL' },
  TRUST_PROXY: { default: '', says: 'comma-separated addresses or CIDR ranges of proxies whose X-Forwarded-For is believed' },
  PUBLIC_URL: { default: '', says: 'where the API is reached from outside, as in https://api.example.com: the issuer of access tokens' },
  LOG_LEVEL: { default: '', says: `${logLevels.join(', ')}; warn for start and demo, info for api and worker when not set` },
  KAHUB_DEMO: { default: '', says: '1: make the demo data also with DATABASE_URL; 0: not even in the embedded database' },
  CALLBACK_PORTS: { default: '443', says: 'comma-separated ports that callbacks are sent to, over https' },
  CALLBACK_LOOPBACK: { default: '', says: '1: callbacks may also go to this machine, over http and at any port; 0: never; when not set, only with the embedded database' },
  SANDBOX_GATEWAY: { default: '', says: '1: the live world has the sandbox gateway too, with which no real money moves; 0: never; when not set, only with the embedded database' }
} as const

/** Reads the settings; throws one sentence naming the first that is wrong. */
export function readConfig (environment: Readonly<Record<string, string | undefined>>): Config {
  const read = (name: keyof typeof settings) => environment[name]?.trim() || settings[name].default
  const proxies = read('TRUST_PROXY').split(',').map(proxy => proxy.trim()).filter(proxy => proxy !== '')
  const logLevel = read('LOG_LEVEL')
  if (logLevel !== '' && !logLevels.includes(logLevel)) throw new Error(`LOG_LEVEL must be one of ${logLevels.join(', ')}, not ${JSON.stringify(logLevel)}`)
  const demo = read('KAHUB_DEMO')
  if (!['', '0', '1'].includes(demo)) throw new Error('KAHUB_DEMO must be 1 or 0')
  const loopback = read('CALLBACK_LOOPBACK')
  if (!['', '0', '1'].includes(loopback)) throw new Error('CALLBACK_LOOPBACK must be 1 or 0')
  const sandboxGateway = read('SANDBOX_GATEWAY')
  if (!['', '0', '1'].includes(sandboxGateway)) throw new Error('SANDBOX_GATEWAY must be 1 or 0')
  return {
    port: portOf('PORT', read('PORT')),
    host: read('HOST'),
    metricsPort: portOf('METRICS_PORT', read('METRICS_PORT')),
    home: resolve(read('KAHUB_HOME')),
    databaseUrl: read('DATABASE_URL') || undefined,
    postgresBinaries: read('KAHUB_POSTGRES_BIN') || undefined,
    masterKey: read('KAHUB_MASTER_KEY') || undefined,
    trustProxy: proxies.length > 0 ? proxies : false,
    publicUrl: publicUrlOf(read('PUBLIC_URL')),
    logLevel: logLevel || undefined,
    demo: demo === '' ? undefined : demo === '1',
    callbackPorts: read('CALLBACK_PORTS').split(',').map(port => portOf('CALLBACK_PORTS', port.trim())),
    callbackLoopback: loopback === '' ? undefined : loopback === '1',
    sandboxGateway: sandboxGateway === '' ? undefined : sandboxGateway === '1'
  }
}

function publicUrlOf (text: string): string | undefined {
  if (text === '') return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || (text !== url.origin && text !== `${url.origin}/`)) {
    throw new Error(`PUBLIC_URL must be a scheme and a host, as in https://api.example.com, not ${JSON.stringify(text)}`)
  }
  return url.origin
}

function portOf (name: string, text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${name} must be a port number from 0 to 65535, not ${JSON.stringify(text)}`)
  return port
}

/** What a client on this machine finds in the environment; the three of a key are given together, or a file has them. */
export interface ClientConfig {
  readonly home: string
  readonly url: string | undefined
  readonly keyId: string | undefined
  readonly secret: string | undefined
}

/** Reads KAHUB_HOME, KAHUB_URL, KAHUB_KEY_ID and KAHUB_SECRET, as the operator's command uses them. */
export function readClientConfig (environment: Readonly<Record<string, string | undefined>>): ClientConfig {
  const read = (name: string) => environment[name]?.trim() || undefined
  return {
    home: resolve(read('KAHUB_HOME') ?? settings.KAHUB_HOME.default),
    url: read('KAHUB_URL'),
    keyId: read('KAHUB_KEY_ID'),
    secret: read('KAHUB_SECRET')
  }
}
