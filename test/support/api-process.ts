// An API process of its own on a house's database: the product as it is run, so that it can be killed, and be one of several.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

export interface ApiProcess {
  readonly url: string
  readonly metricsUrl: string
  /** All it has written to its output and error output so far. */
  readonly written: () => string
  /** Asks it to end, as Ctrl-C does; gives its exit code. */
  stop (): Promise<number | null>
  /** Ends it as a power cut would. */
  kill (): Promise<void>
}

/** Starts an API process; it is ended when the test ends. */
export function startApi (
  t: Pick<Test, 'teardown'>, databaseUrl: string, masterKey: string, more: Readonly<Record<string, string>> = {}
): Promise<ApiProcess> {
  return startProcess(t, 'api', databaseUrl, masterKey, more)
}

/** Starts API and workers in one process, as `npm start` does; it is ended when the test ends. */
export function startProduct (
  t: Pick<Test, 'teardown'>, databaseUrl: string, masterKey: string, more: Readonly<Record<string, string>> = {}
): Promise<ApiProcess> {
  return startProcess(t, 'start', databaseUrl, masterKey, more)
}

async function startProcess (
  t: Pick<Test, 'teardown'>, command: 'api' | 'start', databaseUrl: string, masterKey: string, more: Readonly<Record<string, string>>
): Promise<ApiProcess> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, command], {
    env: { PATH: process.env.PATH ?? '', DATABASE_URL: databaseUrl, KAHUB_MASTER_KEY: masterKey, PORT: '0', LOG_LEVEL: 'warn', ...more },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const exited = once(child, 'exit')
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', chunk => chunks.push(chunk))
  const written = () => chunks.join('')
  const [url, metricsUrl] = await served(child, written)
  return {
    url: url!,
    metricsUrl: metricsUrl!,
    written,
    async stop () {
      child.kill('SIGTERM')
      await exited
      return child.exitCode
    },
    async kill () {
      child.kill('SIGKILL')
      await exited
    }
  }
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** The addresses it says it serves, its own and that of its metrics, or its own words when it ends instead. */
function served (child: ChildProcess, written: () => string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let url: string | undefined
    createInterface({ input: child.stdout! }).on('line', line => {
      url ??= /^kahub serves (\S+)/.exec(line)?.[1]
      const metricsUrl = /\bmetrics +(http\S+?)\)?$/.exec(line)?.[1]
      if (url !== undefined && metricsUrl !== undefined) resolve([url, metricsUrl])
    })
    child.once('exit', () => reject(new Error(`the API process ended: ${written()}`)))
  })
}
